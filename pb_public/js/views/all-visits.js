import { quote } from "../api.js";
import { cardList, pager, searchBox } from "../components.js";
import { heading, tabs } from "../dom.js";
import { refreshAll, region } from "../live.js";
import { foldName } from "../names.js";
import { formatInstant } from "../time.js";
import { fetchVisits, visitCard } from "../visits.js";

/** @type {Record<string, string>} */
const tabLabels = { coming: "Upcoming", requests: "Requests", past: "Past", cancelled: "Cancelled" };
/** @type {Record<string, string>} */
const sorts = { coming: "starts", requests: "starts", past: "-starts", cancelled: "-starts" };

/** @type {Record<string, (now: string) => string>} */
const filters = {
	coming: (now) => `starts >= "${now}" && status = "approved"`,
	requests: () => 'status = "pending"',
	past: (now) => `starts < "${now}" && status != "cancelled"`,
	cancelled: () => 'status = "cancelled"',
};

/** @param {string} text */
const searchFilter = (text) => text && ` && (patient.name_key ~ ${quote(foldName(text))} || number ~ ${quote(text)})`;

/**
 * allVisitsView lists the visits that a member of staff may see.
 * @param {Navigation} navigation
 */
export async function allVisitsView({ query }) {
	const show = tabLabels[query.show] ? query.show : "coming";
	let text = "";
	const page = pager();
	const visits = await region(["appointments"], () =>
		page(
			(perPage) =>
				fetchVisits(filters[show](formatInstant(new Date())) + searchFilter(text), sorts[show], perPage),
			(found) => cardList(found, (visit) => visitCard(visit), "No visits."),
		),
	);
	const search = searchBox("Patient or visit number", (typed) => {
		text = typed;
		return refreshAll();
	});
	return [heading("Visits"), tabs("Which visits", "visits", "show", tabLabels, show), search, visits];
}
