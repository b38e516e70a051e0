import { list } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, heading, link } from "../dom.js";
import { noticeKinds, noticeNames } from "../labels.js";
import { region } from "../live.js";
import { markSeen, since } from "../notices.js";
import { formatDate, formatDateTime, formatTime } from "../time.js";

/**
 * views lead from a notice to what it is about.
 * @type {Record<string, [view: string, label: string]>}
 */
const views = {
	requested: ["visits", "Open visits"],
	moved: ["visits", "Open visits"],
	cancelled: ["visits", "Open visits"],
	absence: ["absences", "Open absences"],
	message: ["messages", "Open messages"],
};

/** @param {Notice} notice */
function noticeCard(notice) {
	const { kind, old_starts, new_starts, expand, id, updated } = notice;
	const at = new_starts || old_starts || notice.sent_at;
	const [view, label] = views[kind] ?? [];
	return card({
		id,
		version: updated,
		first: h(
			"time",
			{ datetime: at.replace(" ", "T") },
			h("span", {}, formatDate(at)),
			h("strong", {}, formatTime(at)),
		),
		title: noticeNames[kind],
		lines: [
			[
				expand?.appointment?.number,
				expand?.patient?.name,
				old_starts && new_starts && `previous time: ${formatDateTime(old_starts)}`,
			]
				.filter(Boolean)
				.join(" · "),
		],
		state: badge(...noticeKinds[kind]),
		actions: [
			button("Mark as read", () => markSeen(notice), { key: id, about: noticeNames[kind] }),
			view && link(view, label, {}, { class: "button" }),
		].filter(Boolean),
	});
}

/** noticesView lists what a doctor was told and has not read. */
export async function noticesView() {
	const found = await region(["notices"], async () =>
		cardList(
			await list("notices", {
				filter: `channel = "portal" && status = "sent" && seen = false && sent_at >= "${since(30)}"`,
				sort: "-sent_at",
				expand: "patient,appointment",
			}),
			noticeCard,
			"Nothing new.",
		),
	);
	return [heading("Notices"), found];
}
