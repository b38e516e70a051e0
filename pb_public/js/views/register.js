import { create, list, newId } from "../api.js";
import { h, heading, link, showStatus } from "../dom.js";
import { form } from "../form.js";
import { hospital } from "../hospital.js";
import { recordOptions } from "../labels.js";
import { contactFields, identityFields, newPasswordField } from "../people.js";
import { signInWithCode } from "./sign-in.js";

const [phone, email] = contactFields;
const account = [{ ...email, required: true }, newPasswordField];

/** @param {string} role @param {string} id @param {Values} values */
const registerAccount = (role, id, { password, ...values }) =>
	create("users", { id, role, password, passwordConfirm: password, ...values });

/**
 * showCheckEmail asks to follow the link in an email. It does not say whether the address was known.
 * @param {HTMLElement} page
 * @param {string} email
 */
function showCheckEmail(page, email) {
	page.replaceChildren(
		heading("Check your email"),
		h("p", {}, `We have sent a link to ${email}. Open it within 24 hours to finish your registration.`),
		h("p", {}, link("sign-in", "Sign in")),
	);
	page.querySelector("h1")?.focus();
}

/**
 * registerView registers a patient and signs them in.
 * @param {() => Promise<void>} signedIn is called after the sign-in
 * @returns {View}
 */
export function registerView(signedIn) {
	return () => {
		const id = newId();
		/** @type {HTMLElement} */
		const page = h(
			"div",
			{ class: "narrow" },
			heading("Register as a patient"),
			form({
				fields: [...identityFields(), phone, ...account],
				submit: "Register",
				send: async (values) => {
					await registerAccount("patient", id, values);
					if (hospital.confirm_email) return showCheckEmail(page, values.email);
					await signInWithCode(page, values.email, values.password, signedIn);
					showStatus(`Welcome, ${values.name}.`);
				},
			}),
			h("p", {}, "Already registered? ", link("sign-in", "Sign in"), "."),
		);
		return page;
	};
}

/** registerDoctorView registers a doctor, whose account an admin activates. */
export async function registerDoctorView() {
	const id = newId();
	const departments = await list("departments", { filter: "active = true", sort: "name" });
	/** @type {HTMLElement} */
	const page = h(
		"div",
		{ class: "narrow" },
		heading("Register as a doctor"),
		form({
			fields: [
				{ name: "name", label: "Full name", required: true, maxlength: 120, autocomplete: "name" },
				{
					name: "department",
					label: "Department",
					type: "select",
					options: [["", "Choose a department"], ...recordOptions(departments)],
				},
				{ name: "specialization", label: "Specialization", required: true, maxlength: 120 },
				{ name: "license_no", label: "Licence number", required: true, maxlength: 60 },
				phone,
				...account,
			],
			submit: "Register",
			send: async (values) => {
				await registerAccount("doctor", id, values);
				if (hospital.confirm_email) return showCheckEmail(page, values.email);
				page.replaceChildren(
					heading("Thank you"),
					h("p", {}, "An admin will activate your account. After that you can sign in."),
					h("p", {}, link("sign-in", "Sign in")),
				);
				page.querySelector("h1")?.focus();
			},
		}),
		h("p", {}, "Already registered? ", link("sign-in", "Sign in"), "."),
	);
	return page;
}
