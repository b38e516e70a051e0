import { list } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, heading, tabs } from "../dom.js";
import { noticeKinds } from "../labels.js";
import { region } from "../live.js";
import { createdWithin, currentNotices, markSeen } from "../notices.js";
import { formatDateTime, formatInstant } from "../time.js";

/** @type {Record<string, string>} */
const tabLabels = { open: "To call", done: "Called" };

/** unreached is a filter for mails that were not sent, also for lack of a mail server. */
function unreached() {
	const hourAgo = formatInstant(new Date(Date.now() - 3_600_000));
	return `(status = "skipped" || status = "failed" || (status = "pending" && next_try_at < "${hourAgo}"))`;
}

/** @param {Notice} notice */
function callCard(notice) {
	const { patient, appointment } = notice.expand ?? {};
	return card({
		id: notice.id,
		version: notice.updated,
		first: patient?.phone
			? h(
					"a",
					{ href: `tel:${patient.phone.replace(/[^+\d]/g, "")}`, "data-key": `tel${notice.id}` },
					patient.phone,
				)
			: "No phone",
		title: patient?.name ?? "A patient",
		lines: [
			h(
				"span",
				{ class: "minor" },
				[patient?.mrn, appointment?.expand?.doctor?.name, appointment?.number].filter(Boolean).join(" · "),
			),
			formatDateTime(notice.old_starts) + (notice.new_starts ? ` → ${formatDateTime(notice.new_starts)}` : ""),
			notice.note && h("em", {}, `“${notice.note}”`),
			h("span", { class: "minor" }, notice.error),
		],
		state: badge(...noticeKinds[notice.kind]),
		actions: notice.seen
			? []
			: [button("Mark as called", () => markSeen(notice), { key: notice.id, about: patient?.name })],
	});
}

/**
 * callListView lists the patients who do not know yet that their visit was moved, rejected or cancelled, because no
 * email reached them.
 * @param {Navigation} navigation
 */
export async function callListView({ query }) {
	const show = tabLabels[query.show] ? query.show : "open";
	const calls = await region(["notices", "appointments"], async () => {
		const found = await list("notices", {
			filter:
				`channel = "email" && audience = "patient" && ${unreached()} && seen = ${show === "done"} && ` +
				`(kind = "rejected" || kind = "moved" || kind = "cancelled") && ${createdWithin(60)}`,
			sort: "created",
			expand: "patient,appointment.doctor",
			perPage: 1000,
		});
		return cardList(
			currentNotices(found),
			callCard,
			show === "done" ? "No patients were called." : "No patients to call.",
		);
	});
	return [
		heading("Call list"),
		tabs("Which calls", "call-list", "show", tabLabels, show),
		h(
			"p",
			{ class: "hint" },
			"These patients do not know yet that their visit was moved, rejected or cancelled. No email reached them.",
		),
		calls,
	];
}
