import { create, list, update } from "../api.js";
import { card, cardList } from "../components.js";
import { button, h, heading, showStatus } from "../dom.js";
import { form } from "../form.js";
import { noticeNames } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { currentUser, role, sessionRequest } from "../session.js";
import { formatDate } from "../time.js";

/**
 * kindsOf are the kinds of messages whose mails each role can switch off or on.
 * @type {Record<string, string[]>}
 */
const kindsOf = {
	patient: ["requested", "confirmed", "reminder", "bill_issued", "payment_verified", "document", "prescription"],
	doctor: ["requested", "absence", "day_list"],
};

/** asked are the kinds that only who asks for them gets. */
const asked = ["day_list"];

/** @type {Record<string, string>} */
const languages = { "": "The language of the hospital", en: "English", de: "Deutsch", ar: "العربية" };

/**
 * setMails switches the mails of a kind.
 * @param {NoticePreference | undefined} stored
 * @param {string} kind
 * @param {boolean} email
 */
async function setMails(stored, kind, email) {
	if (stored) await update("notice_preferences", stored, { email });
	else await create("notice_preferences", { user: currentUser()?.id, kind, email });
	showStatus(email ? "You get these mails." : "You no longer get these mails.");
	await refreshAll();
}

/** mails is a card for each kind. */
async function mails() {
	const stored = await list("notice_preferences", { filter: `user = "${currentUser()?.id}"` });
	return cardList(
		(kindsOf[role()] ?? []).map((kind) => ({ kind, id: kind })),
		({ kind }) => {
			const own = stored.find((one) => one.kind === kind);
			const on = own ? own.email : !asked.includes(kind);
			return card({
				id: kind,
				version: String(on),
				first: h("strong", {}, on ? "By mail" : "No mail"),
				title: noticeNames[kind],
				actions: [
					button(on ? "Switch off" : "Switch on", () => setMails(own, kind, !on), {
						key: kind,
						about: noticeNames[kind],
					}),
				],
			});
		},
	);
}

const calendarPath = "/api/hospital/calendar";

/** calendar tells whether there is a feed, and makes or ends it. */
async function calendar() {
	const { active, created } = await sessionRequest("GET", calendarPath);
	const box = h("div", {});
	const make = async () => {
		const { url } = await sessionRequest("POST", calendarPath);
		await refreshAll();
		const field = h("input", { id: "feed", readonly: true, value: url, type: "text" });
		const shown = [
			h("label", { for: "feed" }, "Address of your calendar"),
			field,
			h("p", { class: "hint" }, "Add it to your calendar program as a subscription. It is shown only once."),
			h(
				"p",
				{ class: "actions" },
				button("Copy", async () => {
					await navigator.clipboard.writeText(url);
					showStatus("The address was copied.");
				}),
			),
		];
		document.getElementById("feed-box")?.replaceChildren(...shown);
		document.getElementById("feed")?.focus();
	};
	const end = async () => {
		await sessionRequest("DELETE", calendarPath);
		showStatus("The address of your calendar no longer works.");
		await refreshAll();
	};
	box.append(
		h(
			"p",
			{},
			active
				? `Your calendar program can read your visits since ${formatDate(created)}.`
				: "Your calendar program can show your visits. Whoever has the address can read it: tell nobody.",
		),
		h(
			"p",
			{ class: "actions" },
			button(active ? "Make a new address" : "Make an address", make, { key: "make" }),
			active && button("End it", end, { key: "end" }),
		),
	);
	return [box];
}

const language = () =>
	form({
		fields: [
			{
				name: "language",
				label: "Language of mails to you",
				type: "select",
				value: currentUser()?.language ?? "",
				options: Object.entries(languages),
			},
		],
		submit: "Save language",
		send: async (values) => {
			const user = currentUser();
			if (!user) return;
			await update("users", user, { language: values.language });
			user.language = values.language;
			showStatus("The language was saved.");
		},
	});

/** preferencesView is what a patient or a doctor wants to be told, how, and in which language. */
export async function preferencesView() {
	const [found, feed] = await Promise.all([region(["notice_preferences"], mails), region([], calendar)]);
	return [
		heading("Mails and calendar"),
		h("div", { class: "narrow" }, language()),
		h("h2", {}, "Mails"),
		h(
			"p",
			{},
			"Mails about a visit that was moved, cancelled or not accepted always come. The portal shows everything.",
		),
		found,
		h("h2", {}, "Calendar"),
		feed,
		h("div", { id: "feed-box", class: "narrow" }),
	];
}
