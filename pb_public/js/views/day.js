import { me } from "../api.js";
import { rows } from "../components.js";
import { h, heading, link } from "../dom.js";
import { region } from "../live.js";
import { isDay, plusDays, showDay, stamp, startOf, today } from "../time.js";
import { readVisits, visitCard } from "../visits.js";

const approves = () => ["doctor", "receptionist", "admin"].includes(me().role);

async function requests() {
	const found = await readVisits(`status = "pending" && starts > "${stamp(new Date())}"`, "starts");
	return (
		found.length > 0 && [
			h("h2", {}, "Requests waiting for an answer"),
			rows(found, (visit) => visitCard(visit), ""),
		]
	);
}

// dayView is one day at the hospital, and the requests that wait.
export async function dayView({ query, open }) {
	const day = isDay(query.day) ? query.day : today();
	const visits = await region(["appointments"], async () => {
		const [waiting, found] = await Promise.all([
			approves() && day === today() && requests(),
			readVisits(`starts >= "${startOf(day)}" && starts < "${startOf(plusDays(day, 1))}"`, "starts", 500),
		]);
		return [
			waiting,
			waiting && h("h2", {}, "Visits of the day"),
			rows(found, (visit) => visitCard(visit, { day: false }), "There is no visit on this day."),
		].flat();
	});
	const pick = h("input", {
		type: "date",
		id: "day",
		value: day,
		change: () => isDay(pick.value) && open("day", { day: pick.value }),
	});
	const step = (label, days) =>
		link(
			"day",
			[label, h("span", { class: "unseen" }, " day")],
			{ day: plusDays(day, days) },
			{ "data-key": label },
		);
	return [
		heading(day === today() ? "Today" : showDay(day)),
		h(
			"div",
			{ class: "days" },
			step("Previous", -1),
			h("label", { for: "day", class: "unseen" }, "Day"),
			pick,
			step("Next", 1),
			day !== today() && link("day", "Today"),
		),
		visits,
	];
}
