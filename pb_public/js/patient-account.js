// The account that manages a patient's record: a code with which the patient links it, and its change by an admin.

import { create, get, list, quote, update } from "./api.js";
import { dialog, h } from "./dom.js";
import { formDialog } from "./form.js";
import { ApiError, sessionRequest } from "./session.js";
import { formatDateTime } from "./time.js";

/**
 * createLinkCode asks how the patient receives a code, and creates it.
 * @param {Patient} patient
 */
export function createLinkCode(patient) {
	formDialog(`Create a link code for ${patient.name}`, {
		intro: h("p", {}, "With the code the patient links this record to their account. It replaces an earlier code."),
		fields: patient.email
			? [
					{
						name: "channel",
						label: "How the patient receives it",
						type: "chips",
						options: [
							["print", "Here, from you"],
							["email", `Email to ${patient.email}`],
						],
						value: "print",
						required: true,
					},
				]
			: [],
		submit: "Create code",
		send: async ({ channel = "print" }) => {
			const { code, expires } = await create("link_codes", { patient: patient.id, channel });
			if (channel === "email")
				return `The code is sent to ${patient.email}. It works until ${formatDateTime(expires)}.`;
			showCode(patient, code ?? "", expires);
			return "The code was created.";
		},
	});
}

/** @param {Patient} patient @param {string} code @param {string} expires */
const showCode = (patient, code, expires) =>
	dialog(`Code for ${patient.name}`, [
		h("p", { class: "code" }, code),
		h("p", {}, `Give this code to the patient. It works once, until ${formatDateTime(expires)}.`),
		h(
			"p",
			{ class: "hint" },
			"The patient signs in, opens Family and enters it there. It cannot be shown again after this.",
		),
	]);

/** linkRecord asks for a code, and links its record to the reader's account. */
export function linkRecord() {
	formDialog("Link a record with a code", {
		intro: h("p", {}, "The front desk gives you a code for a record that our hospital has of you or your family."),
		fields: [
			{
				name: "code",
				label: "Code",
				required: true,
				maxlength: 40,
				autocomplete: "off",
				autocapitalize: "characters",
				spellcheck: "false",
				hint: "Such as K7QM-2XRA-9WTF.",
			},
		],
		submit: "Link record",
		send: async (values) => {
			await sessionRequest("POST", "/api/hospital/patients/link", values);
			return "Your account now manages the record.";
		},
	});
}

/**
 * changeAccount asks which account manages a patient, and why that changes.
 * @param {Patient} patient
 */
export async function changeAccount(patient) {
	const now = patient.user ? await get("users", patient.user) : undefined;
	formDialog(`Account of ${patient.name}`, {
		intro: h("p", {}, now ? `${now.name}, ${now.email}, manages this record.` : "No account manages this record."),
		fields: [
			{
				name: "email",
				errorFields: ["user"],
				label: "Email of the new account",
				type: "email",
				autocomplete: "off",
				required: !now,
				hint: now && "Leave it empty to remove the account.",
			},
			{
				name: "user_reason",
				label: "Reason",
				required: true,
				maxlength: 500,
				hint: "The old and the new account are told of the change.",
			},
		],
		submit: "Change account",
		send: async ({ email, user_reason }) => {
			await update("patients", patient, { user: email && (await findAccount(email)), user_reason });
			return email ? `${email} now manages the record.` : "No account manages the record now.";
		},
	});
}

/**
 * findAccount returns the id of a patient's account.
 * @param {string} email
 */
async function findAccount(email) {
	const [found] = await list("users", { filter: `email = ${quote(email)} && role = "patient"`, perPage: 1 });
	if (found) return found.id;
	const message = "No patient has an account with this address.";
	throw new ApiError(400, { message, data: { user: { message } } });
}
