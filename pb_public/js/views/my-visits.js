import { h, heading, link } from "../dom.js";
import { region } from "../live.js";
import { rows } from "../parts.js";
import { stamp } from "../time.js";
import { readVisits, visitCard } from "../visits.js";

// myVisitsView is a patient's own visits, and their dependants'.
export async function myVisitsView() {
	const visits = await region(["appointments"], async () => {
		const now = stamp(new Date());
		const active = '(status = "pending" || status = "approved")';
		const [coming, past] = await Promise.all([
			readVisits(`ends >= "${now}" && ${active}`, "starts"),
			readVisits(`ends < "${now}" || (status != "pending" && status != "approved")`, "-starts", 100),
		]);
		return [
			h("h2", {}, "Upcoming"), rows(coming, (visit) => visitCard(visit), "No visit is planned."),
			h("h2", {}, "Past and cancelled"), rows(past, (visit) => visitCard(visit), "There is none yet."),
		];
	});
	return [heading("Your visits", link("book", "Book a visit", {}, { class: "button main" })), visits];
}
