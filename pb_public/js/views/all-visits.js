import { quoted } from "../api.js";
import { folded, pages, rows, searchBox } from "../components.js";
import { heading, tabs } from "../dom.js";
import { refreshAll, region } from "../live.js";
import { stamp } from "../time.js";
import { readVisits, visitCard } from "../visits.js";

const shows = { coming: "Upcoming", requests: "Requests", past: "Past", cancelled: "Cancelled" };
const sorts = { coming: "starts", requests: "starts", past: "-starts", cancelled: "-starts" };

const filters = {
	coming: (now) => `starts >= "${now}" && status = "approved"`,
	requests: () => 'status = "pending"',
	past: (now) => `starts < "${now}" && status != "cancelled"`,
	cancelled: () => 'status = "cancelled"',
};

const named = (text) => text && ` && (patient.name_key ~ ${quoted(folded(text))} || number ~ ${quoted(text)})`;

// allVisitsView is every visit a member of staff may see.
export async function allVisitsView({ query }) {
	const show = shows[query.show] ? query.show : "coming";
	let text = "";
	const page = pages();
	const visits = await region(["appointments"], () =>
		page(
			(perPage) => readVisits(filters[show](stamp(new Date())) + named(text), sorts[show], perPage),
			(found) => rows(found, (visit) => visitCard(visit), "There is no such visit."),
		),
	);
	const search = searchBox("Patient or visit number", (typed) => {
		text = typed;
		return refreshAll();
	});
	return [heading("Visits"), tabs("Which visits", "visits", "show", shows, show), search, visits];
}
