import { card } from "../components.js";
import { h, link } from "../dom.js";
import { reviewButton, reviewsView, verdictBadge } from "../reviews.js";
import { formatDate, formatTime } from "../time.js";

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
		state: verdictBadge(emergency),
		actions: [
			reviewButton("break_glass", emergency, {
				title: "Review emergency access",
				verdict: "Verdict (the patient sees it)",
				intro: h("p", {}, `“${emergency.reason}”`),
			}),
			link("access-log", "Access log", { patient: emergency.patient }, { class: "button" }),
		],
	});
}

/** emergenciesView lists the records that were opened in an emergency, for review. */
export const emergenciesView = reviewsView({
	collection: "break_glass",
	view: "emergencies",
	title: "Emergency reviews",
	tabs: "Which emergencies",
	expand: "patient,user",
	empty: "No emergency access.",
	card: emergencyCard,
});
