import { create, list, update } from "../api.js";
import { card, cardList } from "../components.js";
import { button, h, heading, showStatus } from "../dom.js";
import { form } from "../form.js";
import { noticeNames } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { currentUser, role, sessionRequest } from "../session.js";
import { formatDate } from "../time.js";

/**
 * kindsOf are the kinds of messages that each role can switch off or on.
 * @type {Record<string, string[]>}
 */
const kindsOf = {
	patient: [
		"requested",
		"confirmed",
		"reminder",
		"message",
		"bill_issued",
		"payment_verified",
		"document",
		"prescription",
	],
	doctor: ["requested", "message", "absence", "day_list"],
};

/** asked are the kinds that only who asks for them gets. */
const asked = ["day_list"];

/** @type {Record<string, string>} */
const languages = { "": "The language of the hospital", en: "English", de: "Deutsch", ar: "العربية" };

/**
 * set stores what the person wants of a kind.
 * @param {NoticePreference | undefined} stored
 * @param {string} kind
 * @param {{ email: boolean, no_texts: boolean }} wanted
 */
async function set(stored, kind, wanted) {
	if (stored) await update("notice_preferences", stored, wanted);
	else await create("notice_preferences", { user: currentUser()?.id, kind, ...wanted });
	showStatus("Your choice was saved.");
	await refreshAll();
}

/** channels is a card for each kind: whether mails and text messages of it come. */
async function channels() {
	const stored = await list("notice_preferences", { filter: `user = "${currentUser()?.id}"` });
	const texts = role() === "patient"; // only patients get them
	return cardList(
		(kindsOf[role()] ?? []).map((kind) => ({ kind, id: kind })),
		({ kind }) => {
			const own = stored.find((one) => one.kind === kind);
			const email = own ? own.email : !asked.includes(kind);
			const noTexts = own?.no_texts ?? false;
			const wanted = [email && "Mail", texts && !noTexts && "Text message"].filter(Boolean);
			const about = noticeNames[kind];
			return card({
				id: kind,
				version: `${email} ${noTexts}`,
				first: h("strong", {}, wanted.join(", ") || "Portal only"),
				title: about,
				actions: [
					button(
						email ? "No mails" : "Send mails",
						() => set(own, kind, { email: !email, no_texts: noTexts }),
						{
							key: `mail${kind}`,
							about,
						},
					),
					texts &&
						button(
							noTexts ? "Send text messages" : "No text messages",
							() => set(own, kind, { email, no_texts: !noTexts }),
							{ key: `text${kind}`, about },
						),
				],
			});
		},
	);
}

const calendarPath = "/api/hospital/calendar";

/** calendar tells whether there is a feed, and makes or ends it. */
async function calendar() {
	const { active, created, last_used_at: used } = await sessionRequest("GET", calendarPath);
	const lastUse = used ? `It last did on ${formatDate(used)}.` : "It has not yet.";
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
				? `Your calendar program can read your visits since ${formatDate(created)}. ${lastUse}`
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
	const [found, feed] = await Promise.all([region(["notice_preferences"], channels), region([], calendar)]);
	return [
		heading("Mails and calendar"),
		h("div", { class: "narrow" }, language()),
		h("h2", {}, "Messages"),
		h(
			"p",
			{},
			"Messages about a visit that was moved, cancelled or not accepted always come. The portal shows all." +
				(role() === "patient" ? " Text messages come if the hospital sends them." : ""),
		),
		found,
		h("h2", {}, "Calendar"),
		feed,
		h("div", { id: "feed-box", class: "narrow" }),
	];
}
