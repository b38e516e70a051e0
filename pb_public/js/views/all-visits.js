import { quote } from "../api.js";
import { cardList, foldName, pager, searchBox } from "../components.js";
import { heading, tabs } from "../dom.js";
import { refreshAll, region } from "../live.js";
import { formatInstant } from "../time.js";
import { fetchVisits, visitCard } from "../visits.js";

const shows = { coming: "Upcoming", requests: "Requests", past: "Past", cancelled: "Cancelled" };
const sorts = { coming: "starts", requests: "starts", past: "-starts", cancelled: "-starts" };

const filters = {
	coming: (now) => `starts >= "${now}" && status = "approved"`,
	requests: () => 'status = "pending"',
	past: (now) => `starts < "${now}" && status != "cancelled"`,
	cancelled: () => 'status = "cancelled"',
};

const searchFilter = (text) => text && ` && (patient.name_key ~ ${quote(foldName(text))} || number ~ ${quote(text)})`;

// allVisitsView is every visit a member of staff may see.
export async function allVisitsView({ query }) {
	const show = shows[query.show] ? query.show : "coming";
	let text = "";
	const page = pager();
	const visits = await region(["appointments"], () =>
		page(
			(perPage) =>
				fetchVisits(filters[show](formatInstant(new Date())) + searchFilter(text), sorts[show], perPage),
			(found) => cardList(found, (visit) => visitCard(visit), "There is no such visit."),
		),
	);
	const search = searchBox("Patient or visit number", (typed) => {
		text = typed;
		return refreshAll();
	});
	return [heading("Visits"), tabs("Which visits", "visits", "show", shows, show), search, visits];
}
