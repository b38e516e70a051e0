// Where the links in mails lead: each page uses the secret of its link once.

import { accountAction, redeemLink, token } from "../api.js";
import { h, heading, link } from "../dom.js";
import { form } from "../form.js";
import { newPasswordField } from "../people.js";
import { signInWithCode } from "./sign-in.js";

const passwordField = {
	name: "password",
	label: "Password",
	type: "password",
	required: true,
	autocomplete: "current-password",
};

// done takes the place of a page that has served.
function replacePage(page, title, sentence) {
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
const rethrowLinkError = (error, sentence) => {
	if (error.code("token")) error.message = sentence;
	delete error.fields.token;
	throw error;
};

// asking is a page with one form.
function formPage(title, intro, fields, submit, send) {
	const page = h(
		"div",
		{ class: "narrow" },
		heading(title),
		form({ intro: h("p", {}, intro), fields, submit, send: (values) => send(values, page) }),
	);
	return page;
}

export const forgottenView = () =>
	formPage(
		"Forgotten your password?",
		"We send you a link to choose a new one.",
		[{ name: "email", label: "E-mail", type: "email", required: true, autocomplete: "username" }],
		"Send the link",
		async ({ email }, page) => {
			await accountAction("request-password-reset", { email });
			replacePage(
				page,
				"Look into your mail",
				`If there is an account with ${email}, a link is on its way. It holds for half an hour.`,
			);
		},
	);

export const resetView = ({ query }) =>
	formPage(
		"Choose a new password",
		"It ends every session of your account.",
		[newPasswordField],
		"Keep it",
		async (values, page) => {
			await accountAction("confirm-password-reset", {
				token: query.token,
				password: values.password,
				passwordConfirm: values.password,
			}).catch((error) => rethrowLinkError(error, "This link does not hold any more. Have a new one sent."));
			replacePage(page, "Your password is set", "Sign in with it.");
		},
	);

export const verifyView = ({ query }) =>
	formPage("Confirm your address", "Is this address yours?", [], "Yes, confirm it", async (_, page) => {
		await accountAction("confirm-verification", { token: query.token }).catch((error) =>
			rethrowLinkError(error, "This link does not hold any more."),
		);
		replacePage(page, "Thank you", "Your address is confirmed.");
	});

export const newAddressView = ({ query }) =>
	formPage(
		"Use your new address",
		"Your password makes sure that it is you. Every session of your account ends.",
		[passwordField],
		"Use it",
		async (values, page) => {
			await accountAction("confirm-email-change", { token: query.token, ...values }).catch((error) =>
				rethrowLinkError(error, "This link does not hold any more."),
			);
			replacePage(page, "Your address has changed", "From now on sign in with the new one.");
		},
	);

// confirmView makes the account of somebody who registered.
export const confirmView =
	(signedIn) =>
	({ query }) =>
		formPage(
			"Confirm your registration",
			"Enter the password that you chose when you registered.",
			[passwordField],
			"Confirm",
			async (values, page) => {
				const email = await redeemLink("registrations/confirm", { token: query.token, ...values });
				await signInWithCode(page, email, values.password, signedIn).catch((error) => {
					if (error.status !== 403) throw error;
					replacePage(page, "Thank you", "An admin will activate your account. After that you can sign in.");
				});
			},
		);

// invitationView makes the account that somebody was invited to.
export const invitationView =
	(signedIn) =>
	({ query }) =>
		formPage(
			"Welcome",
			"Choose what people call you, and a password.",
			[
				{ name: "name", label: "Full name", required: true, maxlength: 120, autocomplete: "name" },
				newPasswordField,
			],
			"Make my account",
			async (values, page) => {
				const email = await redeemLink("invitations/accept", { token: query.token, ...values });
				await signInWithCode(page, email, values.password, signedIn);
			},
		);
