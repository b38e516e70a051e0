// Where the links in mails lead: each page uses the secret of its link once.

import { account, settle, token } from "../api.js";
import { h, heading, link } from "../dom.js";
import { form } from "../form.js";
import { password } from "../people.js";
import { enter } from "./sign-in.js";

const own = { name: "password", label: "Password", type: "password", required: true, autocomplete: "current-password" };

// done takes the place of a page that has served.
function done(page, title, sentence) {
	page.replaceChildren(
		heading(title),
		h("p", {}, sentence),
		h(
			"p",
			{},
			token()
				? link("visits", "Go on", {}, { class: "button" })
				: link("sign-in", "To the sign-in", {}, { class: "button" }),
		),
	);
	page.querySelector("h1").focus();
}

// stale says in words of its own that a link does not hold.
const stale = (error, sentence) => {
	if (error.code("token")) error.message = sentence;
	delete error.fields.token;
	throw error;
};

// asking is a page with one form.
function asking(title, intro, fields, submit, send) {
	const page = h(
		"div",
		{ class: "narrow" },
		heading(title),
		form({ intro: h("p", {}, intro), fields, submit, send: (values) => send(values, page) }),
	);
	return page;
}

export const forgottenView = () =>
	asking(
		"Forgotten your password?",
		"We send you a link to choose a new one.",
		[{ name: "email", label: "E-mail", type: "email", required: true, autocomplete: "username" }],
		"Send the link",
		async ({ email }, page) => {
			await account("request-password-reset", { email });
			done(
				page,
				"Look into your mail",
				`If there is an account with ${email}, a link is on its way. It holds for half an hour.`,
			);
		},
	);

export const resetView = ({ query }) =>
	asking(
		"Choose a new password",
		"It ends every session of your account.",
		[password],
		"Keep it",
		async (values, page) => {
			await account("confirm-password-reset", {
				token: query.token,
				password: values.password,
				passwordConfirm: values.password,
			}).catch((error) => stale(error, "This link does not hold any more. Have a new one sent."));
			done(page, "Your password is set", "Sign in with it.");
		},
	);

export const verifyView = ({ query }) =>
	asking("Confirm your address", "Is this address yours?", [], "Yes, confirm it", async (_, page) => {
		await account("confirm-verification", { token: query.token }).catch((error) =>
			stale(error, "This link does not hold any more."),
		);
		done(page, "Thank you", "Your address is confirmed.");
	});

export const newAddressView = ({ query }) =>
	asking(
		"Use your new address",
		"Your password makes sure that it is you. Every session of your account ends.",
		[own],
		"Use it",
		async (values, page) => {
			await account("confirm-email-change", { token: query.token, ...values }).catch((error) =>
				stale(error, "This link does not hold any more."),
			);
			done(page, "Your address has changed", "From now on sign in with the new one.");
		},
	);

// confirmView makes the account of somebody who registered.
export const confirmView =
	(signedIn) =>
	({ query }) =>
		asking(
			"Confirm your registration",
			"Enter the password that you chose when you registered.",
			[own],
			"Confirm",
			async (values, page) => {
				const email = await settle("registrations/confirm", { token: query.token, ...values });
				await enter(page, email, values.password, signedIn).catch((error) => {
					if (error.status !== 403) throw error;
					done(page, "Thank you", "An admin will activate your account. After that you can sign in.");
				});
			},
		);

// invitationView makes the account that somebody was invited to.
export const invitationView =
	(signedIn) =>
	({ query }) =>
		asking(
			"Welcome",
			"Choose what people call you, and a password.",
			[{ name: "name", label: "Full name", required: true, maxlength: 120, autocomplete: "name" }, password],
			"Make my account",
			async (values, page) => {
				const email = await settle("invitations/accept", { token: query.token, ...values });
				await enter(page, email, values.password, signedIn);
			},
		);
