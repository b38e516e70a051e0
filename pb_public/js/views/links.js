// The pages that the links in emails lead to. Each uses the token of its link once.

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
				? link("visits", "Continue", {}, { class: "button" })
				: link("sign-in", "Sign in", {}, { class: "button" }),
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
		"Forgot your password?",
		"We will send you a link to choose a new password.",
		[{ name: "email", label: "Email", type: "email", required: true, autocomplete: "username" }],
		"Send link",
		async ({ email }, page) => {
			await accountAction("request-password-reset", { email });
			replacePage(
				page,
				"Check your email",
				`If there is an account with ${email}, we have sent a link to it. It is valid for 30 minutes.`,
			);
		},
	);

/** @type {View} */
export const resetView = ({ query }) =>
	formPage(
		"Choose a new password",
		"You will be signed out on all devices.",
		[newPasswordField],
		"Save password",
		async (values, page) => {
			await accountAction("confirm-password-reset", {
				token: query.token,
				password: values.password,
				passwordConfirm: values.password,
			}).catch((error) => rethrowLinkError(error, "This link is no longer valid. Request a new one."));
			replacePage(page, "Your password was changed", "Sign in with the new password.");
		},
	);

/** @type {View} */
export const verifyView = ({ query }) =>
	formPage("Confirm your email address", "Is this your email address?", [], "Confirm", async (_, page) => {
		await accountAction("confirm-verification", { token: query.token }).catch((error) =>
			rethrowLinkError(error, "This link is no longer valid. Request a new one."),
		);
		replacePage(page, "Thank you", "Your email address is confirmed.");
	});

/** @type {View} */
export const newAddressView = ({ query }) =>
	formPage(
		"Confirm your new email address",
		"Enter your password. You will be signed out on all devices.",
		[passwordField],
		"Confirm",
		async (values, page) => {
			await accountAction("confirm-email-change", { token: query.token, ...values }).catch((error) =>
				rethrowLinkError(error, "This link is no longer valid. Request a new one."),
			);
			replacePage(page, "Your email address was changed", "Sign in with the new address.");
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
			"Enter your name and choose a password.",
			[
				{ name: "name", label: "Full name", required: true, maxlength: 120, autocomplete: "name" },
				newPasswordField,
			],
			"Create account",
			async (values, page) => {
				const email = await redeemLink("invitations/accept", { token: query.token, ...values });
				await signInWithCode(page, email, values.password, signedIn);
			},
		);
