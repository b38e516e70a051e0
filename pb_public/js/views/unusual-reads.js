import { list, update } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, heading, link, tabs } from "../dom.js";
import { formDialog } from "../form.js";
import { readRules, toOptions, verdicts } from "../labels.js";
import { region } from "../live.js";
import { currentUser } from "../session.js";
import { formatDay } from "../time.js";

/** @type {Record<string, string>} */
const tabLabels = { open: "To review", done: "Reviewed" };

/** @param {UnusualRead} read */
function review(read) {
	formDialog("Review unusual read", {
		fields: [
			{
				name: "verdict",
				label: "Verdict",
				type: "select",
				required: true,
				options: toOptions(verdicts, "Choose"),
			},
			{ name: "review_note", label: "Note (only admins see it)", type: "textarea", maxlength: 1000 },
		],
		submit: "Save review",
		send: async (values) => {
			await update("unusual_reads", read, values);
			return "The review was saved.";
		},
	});
}

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
		state: read.verdict && badge(verdicts[read.verdict], read.verdict === "justified" ? "good" : "waiting"),
		actions: [
			read.reader !== currentUser()?.id &&
				button("Review", () => review(read), { key: read.id, kind: read.verdict ? "quiet" : "main" }),
			read.patient && link("access-log", "Access log", { patient: read.patient }, { class: "button" }),
		],
	});
}

/**
 * unusualReadsView lists unusual reading, for review.
 * @param {Navigation} navigation
 */
export async function unusualReadsView({ query }) {
	const show = tabLabels[query.show] ? query.show : "open";
	const found = await region(["unusual_reads"], async () =>
		cardList(
			await list("unusual_reads", {
				filter: `verdict ${show === "open" ? "=" : "!="} ""`,
				sort: "-created",
				expand: "patient,reader",
			}),
			readCard,
			"No unusual reads.",
		),
	);
	return [heading("Unusual reads"), tabs("Which reads", "unusual-reads", "show", tabLabels, show), found];
}
