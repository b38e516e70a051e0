// The questions about a person, and the box that registers one.

import { create, newId } from "./api.js";
import { formDialog } from "./form.js";
import { sexes, toOptions } from "./labels.js";
import { today } from "./time.js";

export const identityFields = () => [
	{ name: "name", label: "Full name", required: true, maxlength: 120, autocomplete: "name" },
	{ name: "birth_date", label: "Date of birth", type: "date", required: true, min: "1880-01-01", max: today() },
	{ name: "sex", label: "Sex", type: "select", options: toOptions(sexes, "Not said") },
];

export const contactFields = [
	{ name: "phone", label: "Phone", type: "tel", maxlength: 40, autocomplete: "tel" },
	{ name: "email", label: "E-mail", type: "email", autocomplete: "email" },
	{ name: "address", label: "Address", maxlength: 300, autocomplete: "street-address" },
];

// Somebody else is registered: the browser must not fill in the reader's own data.
const withoutAutofill = (questions) => questions.map((question) => ({ ...question, autocomplete: "off" }));

// registerPatient asks for a new patient; more is what the record says besides.
export function registerPatient(title, more = {}) {
	const id = newId();
	formDialog(title, {
		fields: withoutAutofill([...identityFields(), ...contactFields]),
		submit: "Register",
		send: async (values) => {
			const patient = await create("patients", { id, ...values, ...more });
			return `${patient.name} is registered with the number ${patient.mrn}.`;
		},
	});
}

export const newPasswordField = {
	name: "password",
	label: "Password",
	type: "password",
	required: true,
	minlength: 12,
	autocomplete: "new-password",
	hint: "At least 12 characters. Several words that do not belong together are best.",
};
