import { signIn } from "../api.js";
import { h, heading, link } from "../dom.js";
import { form } from "../form.js";

const codeField = {
	name: "code",
	label: "Code",
	required: true,
	inputmode: "numeric",
	autocomplete: "one-time-code",
	pattern: "[0-9 ]{8,12}",
	hint: "Eight digits, good for five minutes.",
};

// enter signs somebody in, in the place of what is on the page until a code is entered.
export async function signInWithCode(page, email, password, signedIn) {
	const proceed = await signIn(email, password);
	if (!proceed) return signedIn();
	page.replaceChildren(
		heading("Enter the code"),
		form({
			intro: h("p", {}, `We have sent a mail with a code to ${email}.`),
			fields: [codeField],
			submit: "Go on",
			send: async (values) => {
				await proceed(values.code);
				await signedIn();
			},
		}),
		h(
			"p",
			{},
			"No mail? Look among the unwanted ones, or ",
			link("sign-in", "begin again", { again: Date.now() }),
			".",
		),
	);
	page.querySelector("input").focus();
}

// signInView is where a guest begins. signedIn goes on from there.
export const signInView =
	(signedIn) =>
	({ query }) => {
		const page = h(
			"div",
			{ class: "narrow" },
			heading("Sign in"),
			form({
				fields: [
					{
						name: "email",
						label: "E-mail",
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
				secondary: link("forgotten", "Forgotten?"),
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
