import { list } from "../api.js";
import { bookingForm } from "../booking.js";
import { h, heading, tell } from "../dom.js";
import { form } from "../form.js";
import { bookableDoctors } from "../slot-form.js";
import { showMoment } from "../time.js";

// bookView asks for a visit of one of the reader's own patients.
export async function bookView({ query, open }) {
	const [patients, doctors] = await Promise.all([
		list("patients", { filter: "active = true", sort: "created" }),
		bookableDoctors(),
	]);
	const questions = await bookingForm({
		patients: patients.map(({ id, name }) => [id, name]),
		doctors,
		doctor: query.doctor,
		booked: async (visit) => {
			await open("visits");
			tell(`You asked for ${showMoment(visit.starts)}. The hospital will approve it.`);
		},
	});
	return h("div", { class: "narrow roomy" }, heading("Book a visit"), form(questions));
}
