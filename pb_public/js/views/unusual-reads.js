import { card } from "../components.js";
import { h, link } from "../dom.js";
import { readRules } from "../labels.js";
import { reviewButton, reviewsView, verdictBadge } from "../reviews.js";
import { currentUser } from "../session.js";
import { formatDay } from "../time.js";

/** @param {UnusualRead} read */
function readCard(read) {
	const { patient, reader } = read.expand ?? {};
	const what = patient ? `the record of ${patient.name}` : `${read.count} patients`;
	return card({
		id: read.id,
		version: read.updated,
		first: h("strong", {}, formatDay(read.day)),
		title: `${reader?.name ?? "Somebody"} read ${what}`,
		lines: [readRules[read.rule], read.review_note],
		state: verdictBadge(read),
		actions: [
			read.reader !== currentUser()?.id &&
				reviewButton("unusual_reads", read, { title: "Review unusual read", verdict: "Verdict" }),
			read.patient && link("access-log", "Access log", { patient: read.patient }, { class: "button" }),
		],
	});
}

/** unusualReadsView lists unusual reading, for review. */
export const unusualReadsView = reviewsView({
	collection: "unusual_reads",
	view: "unusual-reads",
	title: "Unusual reads",
	tabs: "Which reads",
	expand: "patient,reader",
	empty: "No unusual reads.",
	card: readCard,
});
