// The form that books a visit.

import { create, newId } from "./api.js";
import { visitTypes } from "./labels.js";
import { role } from "./session.js";
import { visitTimeFields, visitTimeValues } from "./slot-form.js";

/**
 * bookingForm asks for a visit of one of some patients with one of some doctors. Staff may also book a walk-in, and
 * overbook.
 * @param {{ patients: FieldOption[], doctors: Doctor[], doctor?: string, booked: (visit: Visit) => Values }} options
 * @returns {Promise<DialogFormOptions>}
 */
export async function bookingForm({ patients, doctors, doctor, booked }) {
	const id = newId();
	const own = role() === "patient";
	const types = Object.entries(visitTypes).filter(([type]) => !own || !["walk_in", "procedure"].includes(type));
	const time = await visitTimeFields({
		doctors,
		visit: { doctor },
		ways: own ? ["slot"] : ["slot", "now", "other"],
		kind: { name: "visit_type", label: "Kind of visit", type: "select", optional: false, options: types },
	});
	const patientField = { name: "patient", label: "Patient", type: "select", options: patients, required: true };
	return {
		fields: [
			...(patients.length === 1 ? [] : [patientField]),
			time,
			{ name: "reason", label: own ? "Reason for the visit" : "Reason", type: "textarea", maxlength: 1000 },
		],
		submit: own ? "Request appointment" : "Book",
		send: async ({ patient = patients[0]?.[0], visit_type, reason, ...values }) =>
			booked(await create("appointments", { id, patient, visit_type, reason, ...visitTimeValues(values) })),
	};
}
