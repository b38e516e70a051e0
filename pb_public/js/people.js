// The fields about a person, and the forms that register and change a patient.

import { create, newId, update } from "./api.js";
import { formDialog } from "./form.js";
import { sexes, toOptions } from "./labels.js";
import { today } from "./time.js";

/** @returns {FieldOptions[]} */
export const identityFields = () => [
	{ name: "name", label: "Full name", required: true, maxlength: 120, autocomplete: "name" },
	{ name: "birth_date", label: "Date of birth", type: "date", required: true, min: "1880-01-01", max: today() },
	{ name: "sex", label: "Sex", type: "select", options: toOptions(sexes, "Not specified") },
];

/** @type {FieldOptions[]} */
export const contactFields = [
	{ name: "phone", label: "Phone", type: "tel", maxlength: 40, autocomplete: "tel" },
	{ name: "email", label: "Email", type: "email", autocomplete: "email" },
	{ name: "address", label: "Address", maxlength: 300, autocomplete: "street-address" },
];

/**
 * withoutAutofill keeps the browser from filling in the reader's own data for somebody else.
 * @param {FieldOptions[]} fields
 */
const withoutAutofill = (fields) => fields.map((field) => ({ ...field, autocomplete: "off" }));

/**
 * registerPatient asks for a new patient.
 * @param {string} title
 * @param {Values} more is sent with it
 */
export function registerPatient(title, more = {}) {
	const id = newId();
	formDialog(title, {
		fields: withoutAutofill([...identityFields(), ...contactFields]),
		submit: "Register",
		send: async (values) => {
			const patient = await create("patients", { id, ...values, ...more });
			return `${patient.name} was registered with the record number ${patient.mrn}.`;
		},
	});
}

/**
 * editPatient changes what the hospital knows about a person.
 * @param {Patient} patient
 */
export function editPatient(patient) {
	/** @type {Values} */
	const known = patient;
	const fields = [...identityFields(), ...contactFields].map((one) => ({ ...one, value: known[one.name] }));
	formDialog(`Edit ${patient.name}`, {
		fields: [
			...withoutAutofill(fields),
			{
				name: "vip",
				label: "VIP",
				type: "checkbox",
				value: patient.vip,
				hint: "An admin reviews who opens the record. Patients, doctors and nurses do not see this.",
			},
		],
		submit: "Save",
		send: async (values) => {
			const { name } = await update("patients", patient, values);
			return `The record of ${name} was saved.`;
		},
	});
}

/** @type {FieldOptions} */
export const newPasswordField = {
	name: "password",
	label: "Password",
	type: "password",
	required: true,
	minlength: 12,
	autocomplete: "new-password",
	hint: "At least 12 characters, for example several unrelated words.",
};
