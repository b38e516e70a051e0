// Invitations of staff, which the view of the accounts shows.

import { create, list, newId, update } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, dialog, h, showStatus } from "../dom.js";
import { formDialog } from "../form.js";
import { invitationState, mailStatus, recordOptions, roles, tones, toOptions } from "../labels.js";
import { refreshAll } from "../live.js";
import { sessionRequest } from "../session.js";
import { formatDate } from "../time.js";

/** staffRoles are the roles of those who work here. */
export const staffRoles = Object.fromEntries(Object.entries(roles).filter(([role]) => role !== "patient"));

/**
 * profileFields are the fields of the profile of a doctor or nurse.
 * @returns {Promise<FieldOptions[]>}
 */
export async function profileFields() {
	const departments = await list("departments", { filter: "active = true", sort: "name" });
	return [
		{
			name: "department",
			label: "Department of a doctor or nurse",
			type: "select",
			options: [["", "None"], ...recordOptions(departments)],
		},
		{ name: "specialization", label: "Specialization of a doctor", maxlength: 120 },
	];
}

export async function inviteStaff() {
	const id = newId();
	formDialog("Invite staff", {
		intro: h(
			"p",
			{},
			"They get an email with a link, and choose their own password. The link is valid once, for three days.",
		),
		fields: [
			{ name: "email", label: "Email", type: "email", required: true, autocomplete: "off" },
			{
				name: "role",
				label: "Role",
				type: "select",
				options: toOptions(staffRoles, "Choose a role"),
				required: true,
			},
			...(await profileFields()),
			{ name: "license_no", label: "Licence number of a doctor or nurse", maxlength: 60, autocomplete: "off" },
		],
		submit: "Send invitation",
		send: async (values) => {
			await create("invitations", { id, ...values });
			return `${values.email} was invited.`;
		},
	});
}

/**
 * resend sends a new invitation, which replaces the earlier one.
 * @param {Invitation} invitation
 */
const resend = async ({ email, role, department, specialization, license_no }) => {
	await create("invitations", { id: newId(), email, role, department, specialization, license_no });
	await refreshAll();
};

/** @param {Invitation} invitation */
const revoke = async (invitation) => {
	await update("invitations", invitation, { status: "revoked" });
	await refreshAll();
};

/**
 * copyLink makes a new link, for an admin to hand over. Links that were sent before end.
 * @param {Invitation} invitation
 */
async function copyLink({ id, email }) {
	const { url } = await sessionRequest("POST", `/api/hospital/invitations/${id}/link`);
	await refreshAll();
	dialog(`Link for ${email}`, [
		h("label", { for: "invitation-link" }, "Hand it over yourself. It works once, and is shown only now"),
		h("input", { id: "invitation-link", readonly: true, value: url, type: "text" }),
		h(
			"p",
			{ class: "actions" },
			button("Copy", async () => {
				await navigator.clipboard.writeText(url);
				showStatus("The link was copied.");
			}),
		),
	]);
}

/** @param {Invitation} invitation */
function invitationCard(invitation) {
	const over = invitation.status === "open" && new Date(invitation.expires.replace(" ", "T")) < new Date();
	const state = over ? "expired" : invitation.status;
	const open = invitation.status === "open";
	return card({
		id: invitation.id,
		version: invitation.updated,
		first: h("strong", {}, roles[invitation.role]),
		title: invitation.email,
		lines: [
			"Invited " +
				formatDate(invitation.created) +
				(open && !over ? `, until ${formatDate(invitation.expires)}` : ""),
			open && !over && mailStatus[invitation.mail_status] + (invitation.error ? `: ${invitation.error}` : ""),
		],
		state: badge(invitationState[state], tones[state]),
		actions: open
			? [
					button("Resend", () => resend(invitation), {
						key: `resend${invitation.id}`,
						about: `to ${invitation.email}`,
					}),
					!over &&
						button("Copy link", () => copyLink(invitation), {
							key: `link${invitation.id}`,
							about: `of the invitation of ${invitation.email}`,
						}),
					!over &&
						button("Revoke", () => revoke(invitation), {
							key: `revoke${invitation.id}`,
							about: `the invitation of ${invitation.email}`,
						}),
				]
			: [],
	});
}

/**
 * invitationList shows the newest invitations.
 * @param {Pager} page
 */
export const invitationList = (page) =>
	page(
		(perPage) => list("invitations", { sort: "-created", perPage }),
		(found) => cardList(found, invitationCard, "No invitations."),
	);
