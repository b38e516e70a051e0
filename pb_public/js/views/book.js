import { list } from "../api.js";
import { h, heading, tell } from "../dom.js";
import { form } from "../form.js";
import { showMoment } from "../time.js";
import { bookableDoctors, bookingForm } from "../visits.js";

// bookView asks for a visit of one of the reader's own patients.
export async function bookView({ open }) {
	const [patients, doctors] = await Promise.all([list("patients", { filter: "active = true", sort: "created" }), bookableDoctors()]);
	return h("div", { class: "narrow" }, heading("Book a visit"), form(bookingForm(patients.map(({ id, name }) => [id, name]), doctors, async (visit) => {
		await open("visits");
		tell("You asked for " + showMoment(visit.starts) + ". The hospital will approve it.");
	})));
}
