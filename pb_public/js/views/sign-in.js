import { h, heading, link } from "../dom.js";
import { form } from "../form.js";
import { signIn } from "../session.js";

/** @type {FieldOptions} */
const codeField = {
	name: "code",
	label: "Code",
	required: true,
	inputmode: "numeric",
	autocomplete: "one-time-code",
	pattern: "[0-9 ]{8,12}",
	hint: "Eight digits, valid for five minutes.",
};

/**
 * signInWithCode signs in. When a code is required it replaces the page with a form for it.
 * @param {HTMLElement} page
 * @param {string} email
 * @param {string} password
 * @param {() => Promise<void>} signedIn is called after the sign-in
 * @returns {Promise<void>}
 */
export async function signInWithCode(page, email, password, signedIn) {
	const proceed = await signIn(email, password);
	if (!proceed) return signedIn();
	page.replaceChildren(
		heading("Enter the code"),
		form({
			intro: h("p", {}, `We have sent a code to ${email}.`),
			fields: [codeField],
			submit: "Continue",
			send: async (values) => {
				await proceed(values.code);
				await signedIn();
			},
		}),
		h("p", {}, "No email? Check your spam folder, or ", link("sign-in", "start again", { again: Date.now() }), "."),
	);
	page.querySelector("input")?.focus();
}

/**
 * signInView signs in.
 * @param {() => Promise<void>} signedIn is called after the sign-in
 * @returns {View}
 */
export const signInView =
	(signedIn) =>
	({ query }) => {
		/** @type {HTMLElement} */
		const page = h(
			"div",
			{ class: "narrow" },
			heading("Sign in"),
			form({
				fields: [
					{
						name: "email",
						label: "Email",
						type: "email",
						required: true,
						autocomplete: "username",
						value: query.email,
					},
					{
						name: "password",
						label: "Password",
						type: "password",
						required: true,
						autocomplete: "current-password",
					},
				],
				submit: "Sign in",
				secondary: link("forgotten", "Forgot password?"),
				send: ({ email, password }) => signInWithCode(page, email, password, signedIn),
			}),
			h(
				"p",
				{},
				"New here? ",
				link("register", "Register as a patient"),
				" or ",
				link("register-doctor", "as a doctor"),
				".",
			),
		);
		return page;
	};
