// The pages that the links in e-mails lead to. Each uses the token of its link once.

import { h, heading, link } from "../dom.js";
import { form } from "../form.js";
import { newPasswordField } from "../people.js";
import { accountAction, redeemLink, token } from "../session.js";
import { signInWithCode } from "./sign-in.js";

/** @type {FieldOptions} */
const passwordField = {
	name: "password",
	label: "Password",
	type: "password",
	required: true,
	autocomplete: "current-password",
};

/**
 * replacePage shows a message in the place of a page.
 * @param {HTMLElement} page
 * @param {string} title
 * @param {string} message
 */
function replacePage(page, title, message) {
	page.replaceChildren(
		heading(title),
		h("p", {}, message),
		h(
			"p",
			{},
			token()
				? link("visits", "Go on", {}, { class: "button" })
				: link("sign-in", "To the sign-in", {}, { class: "button" }),
		),
	);
	page.querySelector("h1")?.focus();
}

/**
 * rethrowLinkError replaces the message about a link that is no longer valid.
 * @param {Values} error
 * @param {string} message
 * @returns {never}
 */
const rethrowLinkError = (error, message) => {
	if (error.code("token")) error.message = message;
	delete error.fields.token;
	throw error;
};

/**
 * formPage is a page with one form.
 * @param {string} title
 * @param {string} intro
 * @param {FormOptions["fields"]} fields
 * @param {string} submit
 * @param {(values: Values, page: HTMLElement) => unknown} send
 */
function formPage(title, intro, fields, submit, send) {
	/** @type {HTMLElement} */
	const page = h(
		"div",
		{ class: "narrow" },
		heading(title),
		form({ intro: h("p", {}, intro), fields, submit, send: (values) => send(values, page) }),
	);
	return page;
}

/** @type {View} */
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

/** @type {View} */
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

/** @type {View} */
export const verifyView = ({ query }) =>
	formPage("Confirm your address", "Is this address yours?", [], "Yes, confirm it", async (_, page) => {
		await accountAction("confirm-verification", { token: query.token }).catch((error) =>
			rethrowLinkError(error, "This link does not hold any more."),
		);
		replacePage(page, "Thank you", "Your address is confirmed.");
	});

/** @type {View} */
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

/**
 * confirmView creates the account of a guest who registered.
 * @param {() => Promise<void>} signedIn is called after the sign-in
 * @returns {View}
 */
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

/**
 * invitationView creates the account of somebody who was invited.
 * @param {() => Promise<void>} signedIn is called after the sign-in
 * @returns {View}
 */
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
