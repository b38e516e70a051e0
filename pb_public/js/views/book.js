import { list } from "../api.js";
import { bookingForm } from "../booking.js";
import { fetchBookableDoctors } from "../doctor-choice.js";
import { h, heading, showStatus } from "../dom.js";
import { form } from "../form.js";
import { recordOptions } from "../labels.js";
import { formatDateTime } from "../time.js";

/**
 * bookView asks for a visit of the reader or of their family.
 * @param {Navigation} navigation
 */
export async function bookView({ query, open }) {
	const [patients, doctors] = await Promise.all([
		list("patients", { filter: "active = true", sort: "created" }),
		fetchBookableDoctors(),
	]);
	const questions = await bookingForm({
		patients: recordOptions(patients),
		doctors,
		doctor: query.doctor,
		booked: async (visit) => {
			await open("visits");
			showStatus(`You requested ${formatDateTime(visit.starts)}. The hospital still has to approve it.`);
		},
	});
	return h("div", { class: "narrow medium" }, heading("Request an appointment"), form(questions));
}
