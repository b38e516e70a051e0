import { list } from "../api.js";
import { bookingForm } from "../booking.js";
import { h, heading, showStatus } from "../dom.js";
import { form } from "../form.js";
import { fetchBookableDoctors } from "../slot-form.js";
import { formatDateTime } from "../time.js";

// bookView asks for a visit of one of the reader's own patients.
export async function bookView({ query, open }) {
	const [patients, doctors] = await Promise.all([
		list("patients", { filter: "active = true", sort: "created" }),
		fetchBookableDoctors(),
	]);
	const questions = await bookingForm({
		patients: patients.map(({ id, name }) => [id, name]),
		doctors,
		doctor: query.doctor,
		booked: async (visit) => {
			await open("visits");
			showStatus(`You asked for ${formatDateTime(visit.starts)}. The hospital will approve it.`);
		},
	});
	return h("div", { class: "narrow roomy" }, heading("Book a visit"), form(questions));
}
