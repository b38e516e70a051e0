import { cardList } from "../components.js";
import { h, heading, link } from "../dom.js";
import { region } from "../live.js";
import { role } from "../session.js";
import { addDays, formatDay, formatInstant, isDay, startOfDay, today } from "../time.js";
import { fetchVisits, visitCard } from "../visits.js";

const mayApprove = () => ["doctor", "receptionist", "admin"].includes(role());

async function fetchRequests() {
	const found = await fetchVisits(`status = "pending" && starts > "${formatInstant(new Date())}"`, "starts");
	return found.length > 0 && [h("h2", {}, "Requests to approve"), cardList(found, (visit) => visitCard(visit), "")];
}

/**
 * dayView shows one day at the hospital, and the requests that wait.
 * @param {Navigation} navigation
 */
export async function dayView({ query, open }) {
	const day = isDay(query.day) ? query.day : today();
	const visits = await region(["appointments"], async () => {
		const [waiting, found] = await Promise.all([
			mayApprove() && day === today() && fetchRequests(),
			fetchVisits(`starts >= "${startOfDay(day)}" && starts < "${startOfDay(addDays(day, 1))}"`, "starts", 500),
		]);
		return [
			waiting,
			waiting && h("h2", {}, "Visits of the day"),
			cardList(found, (visit) => visitCard(visit, { day: false }), "No visits on this day."),
		].flat();
	});
	const pick = h("input", {
		type: "date",
		id: "day",
		value: day,
		change: () => isDay(pick.value) && open("day", { day: pick.value }),
	});
	/** @param {string} label @param {number} days */
	const step = (label, days) =>
		link(
			"day",
			[label, h("span", { class: "visually-hidden" }, " day")],
			{ day: addDays(day, days) },
			{ "data-key": label },
		);
	return [
		heading(day === today() ? "Today" : formatDay(day)),
		h(
			"div",
			{ class: "days" },
			step("Previous", -1),
			h("label", { for: "day", class: "visually-hidden" }, "Day"),
			pick,
			step("Next", 1),
			day !== today() && link("day", "Today"),
		),
		visits,
	];
}
