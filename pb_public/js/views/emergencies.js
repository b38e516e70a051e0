import { list, update } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, heading, link, tabs } from "../dom.js";
import { formDialog } from "../form.js";
import { toOptions, verdicts } from "../labels.js";
import { region } from "../live.js";
import { formatDate, formatTime } from "../time.js";

/** @type {Record<string, string>} */
const tabLabels = { open: "To review", done: "Reviewed" };

/** @param {BreakGlass} emergency */
function review(emergency) {
	formDialog("Review emergency access", {
		intro: h("p", {}, `“${emergency.reason}”`),
		fields: [
			{
				name: "verdict",
				label: "Verdict (the patient sees it)",
				type: "select",
				required: true,
				options: toOptions(verdicts, "Choose"),
			},
			{ name: "review_note", label: "Note (only admins see it)", type: "textarea", maxlength: 1000 },
		],
		submit: "Save review",
		send: async (values) => {
			await update("break_glass", emergency, values);
			return "The review was saved.";
		},
	});
}

/** @param {BreakGlass} emergency */
function emergencyCard(emergency) {
	const { patient, user } = emergency.expand ?? {};
	return card({
		id: emergency.id,
		version: emergency.updated,
		first: h(
			"time",
			{ datetime: emergency.created.replace(" ", "T") },
			h("strong", {}, formatDate(emergency.created)),
			h("span", {}, `${formatTime(emergency.created)}–${formatTime(emergency.ends)}`),
		),
		title: `${user?.name ?? "Somebody"} opened the record of ${patient?.name ?? emergency.mrn}`,
		lines: [h("em", {}, `“${emergency.reason}”`), emergency.review_note],
		state:
			emergency.verdict &&
			badge(verdicts[emergency.verdict], emergency.verdict === "justified" ? "good" : "waiting"),
		actions: [
			button("Review", () => review(emergency), {
				key: emergency.id,
				kind: emergency.verdict ? "quiet" : "main",
			}),
			link("access-log", "Access log", { patient: emergency.patient }, { class: "button" }),
		],
	});
}

/**
 * emergenciesView lists the records that were opened in an emergency, for review.
 * @param {Navigation} navigation
 */
export async function emergenciesView({ query }) {
	const show = tabLabels[query.show] ? query.show : "open";
	const found = await region(["break_glass"], async () =>
		cardList(
			await list("break_glass", {
				filter: `verdict ${show === "open" ? "=" : "!="} ""`,
				sort: "-created",
				expand: "patient,user",
			}),
			emergencyCard,
			"No emergency access.",
		),
	);
	return [heading("Emergency reviews"), tabs("Which emergencies", "emergencies", "show", tabLabels, show), found];
}
