// Reviews by admins: of emergency access and of unusual reads.

import { list, update } from "./api.js";
import { badge, cardList } from "./components.js";
import { button, heading, tabs } from "./dom.js";
import { formDialog } from "./form.js";
import { toOptions, verdicts } from "./labels.js";
import { region } from "./live.js";

/** @type {Record<string, string>} */
const tabLabels = { open: "To review", done: "Reviewed" };

/**
 * reviewButton asks an admin for the verdict on a record.
 * @template {"break_glass" | "unusual_reads"} K
 * @param {K} collection
 * @param {Collections[K]} record
 * @param {{ title: string, verdict: string, intro?: HTMLElement }} texts `verdict` labels the verdict
 */
export const reviewButton = (collection, record, { title, verdict, intro }) =>
	button(
		"Review",
		() =>
			formDialog(title, {
				intro,
				fields: [
					{
						name: "verdict",
						label: verdict,
						type: "select",
						required: true,
						options: toOptions(verdicts, "Choose"),
					},
					{ name: "review_note", label: "Note (only admins see it)", type: "textarea", maxlength: 1000 },
				],
				submit: "Save review",
				send: async (values) => {
					await update(collection, record, values);
					return "The review was saved.";
				},
			}),
		{ key: record.id, kind: record.verdict ? "quiet" : "main" },
	);

/**
 * verdictBadge shows the verdict on a record, if there is one.
 * @param {{ verdict: string }} record
 */
export const verdictBadge = ({ verdict }) =>
	verdict && badge(verdicts[verdict], verdict === "justified" ? "good" : "waiting");

/**
 * reviewsView lists the records of a collection that wait for a review, or had one.
 * @template {"break_glass" | "unusual_reads"} K
 * @param {{ collection: K, view: string, title: string, tabs: string, expand: string, empty: string,
 *	card: (record: Collections[K]) => HTMLElement }} options
 * @returns {View}
 */
export const reviewsView =
	({ collection, view, title, tabs: label, expand, empty, card }) =>
	async ({ query }) => {
		const show = tabLabels[query.show] ? query.show : "open";
		const found = await region([collection], async () =>
			cardList(
				await list(collection, {
					filter: `verdict ${show === "open" ? "=" : "!="} ""`,
					sort: "-created",
					expand,
				}),
				card,
				empty,
			),
		);
		return [heading(title), tabs(label, view, "show", tabLabels, show), found];
	};
