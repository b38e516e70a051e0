// What waits for an admin: registrations whose address is not confirmed, and alerts.

import { fetchHospital, list, update } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, link, showStatus } from "../dom.js";
import { formDialog } from "../form.js";
import { mailStatus, roles, tones } from "../labels.js";
import { refreshAll } from "../live.js";
import { sessionRequest } from "../session.js";
import { formatDateTime } from "../time.js";

/** @param {Registration} registration */
function confirmByHand({ id, email, name }) {
	formDialog(`Confirm ${email}?`, {
		intro: h(
			"p",
			{},
			`Confirm only if you know that this is the address of ${name || "this person"}: ask for the ` +
				"identity card, and call them. They sign in with the password that they chose. It is logged.",
		),
		fields: [],
		submit: "Confirm",
		send: async () => {
			await sessionRequest("POST", `/api/hospital/registrations/${id}/confirm`);
			await refreshAll();
			return `${email} has an account.`;
		},
	});
}

/** @param {Registration} registration */
function registrationCard(registration) {
	const { id, email, name, role, status, error, created, expires } = registration;
	return card({
		id,
		version: registration.updated,
		first: h("strong", {}, roles[role || "patient"]),
		title: name || email,
		lines: [
			email,
			`Registered ${formatDateTime(created)}, until ${formatDateTime(expires)}`,
			mailStatus[status] + (error ? `: ${error}` : ""),
		],
		state: badge("Not confirmed", tones.pending),
		actions: [button("Confirm by hand", () => confirmByHand(registration), { key: id, about: email })],
	});
}

/**
 * registrationList shows who registered and has not confirmed the address, the newest first.
 * @param {Pager} page
 */
export const registrationList = (page) =>
	page(
		(perPage) => list("registrations", { sort: "-created", perPage }),
		(found) => cardList(found, registrationCard, "No registration waits for the address to be confirmed."),
	);

/**
 * alertTexts are what an admin is told, and the view that it leads to.
 * @type {Record<string, [text: string, view: string, label: string]>}
 */
const alertTexts = {
	emergency: ["Somebody opened a record in an emergency.", "emergencies", "Open emergencies"],
	registration: ["Somebody has registered and waits for an admin.", "accounts", "Open accounts"],
	mails_fail: ["Mails wait for more than an hour, or many were refused.", "settings", "Open settings"],
};

/** alertList shows what the admin was told and has not read. */
export async function alertList() {
	const found = await list("alerts", { filter: "seen = false", sort: "-created", perPage: 10 });
	return cardList(found, (alert) => {
		const [text, view, label] = alertTexts[alert.kind] ?? alertTexts.emergency;
		const read = async () => {
			await update("alerts", alert, { seen: true });
			showStatus("Marked as read.");
			await refreshAll();
		};
		return card({
			id: alert.id,
			version: alert.updated,
			first: h("strong", {}, formatDateTime(alert.created)),
			title: text,
			state: badge("Alert", tones.pending),
			actions: [
				link(view, label, {}, { class: "button" }),
				button("Mark as read", read, { key: alert.id, about: text }),
			],
		});
	});
}

/** mailServerHint says that there is no mail server. */
export async function mailServerHint() {
	const { mail_server: exists } = await fetchHospital("ready", {});
	return exists
		? []
		: [
				h(
					"p",
					{ class: "problem", role: "note" },
					"There is no mail server: registrations, invitations and notices wait, at most for seven days. " +
						"Confirm registrations by hand and copy the links of invitations, or enter a mail server in " +
						"the dashboard.",
				),
			];
}
