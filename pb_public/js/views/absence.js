import { absenceActions, absenceTitle } from "../absences.js";
import { create, get, list, newId, quote } from "../api.js";
import { badge, cardList } from "../components.js";
import { fetchPlannedDoctors, plansForAll } from "../doctors.js";
import { button, factList, h, heading, link } from "../dom.js";
import { rebookingStatus, tones } from "../labels.js";
import { region } from "../live.js";
import { formatDateTime, formatInstant } from "../time.js";
import { fetchVisits, visitCard } from "../visits.js";

/**
 * fetchAffectedVisits reads the visits of an absence that are still to come.
 * @param {TimeOff} absence
 */
function fetchAffectedVisits({ doctor, starts, ends }) {
	const from = [starts, formatInstant(new Date())].sort().at(-1);
	return fetchVisits(
		`starts < "${ends}" && ends > "${from}" && (status = "pending" || status = "approved")` +
			(doctor && ` && doctor = "${doctor}"`),
		"starts",
		500,
	);
}

/** @param {TimeOff} absence */
const rebookings = (absence) => list("rebookings", { filter: `time_off = ${quote(absence.id)}`, sort: "-created" });

/** @param {Rebooking} rebooking */
const rebookingLine = ({ id, created, status }) =>
	h(
		"p",
		{},
		link("rebooking", `Rebooking of ${formatDateTime(created)}`, { id }, { "data-key": id }),
		" ",
		badge(rebookingStatus[status], tones[status]),
	);

/**
 * absenceView shows an absence, the visits that fall into it, and their new times.
 * @param {Navigation} navigation
 */
export async function absenceView({ query, open }) {
	const doctors = await fetchPlannedDoctors();
	const id = newId();
	let title = "";
	const body = await region(["time_off", "appointments", "rebookings"], async () => {
		const absence = await get("time_off", query.id, { expand: "doctor" });
		const [visits, proposed] = await Promise.all([
			absence.active ? fetchAffectedVisits(absence) : [],
			plansForAll() ? rebookings(absence) : [],
		]);
		title = absenceTitle(absence);
		const waiting = proposed.some(({ status }) => status === "proposed");
		const propose = button(
			"Propose new times",
			async () => {
				const rebooking = await create("rebookings", { id, time_off: absence.id });
				await open("rebooking", { id: rebooking.id });
			},
			{ kind: "main", key: "propose" },
		);
		return [
			factList({ Reason: absence.reason, Status: !absence.active && badge("Cancelled", "off") }),
			h(
				"div",
				{ class: "actions" },
				absenceActions(absence, doctors, () => open("absence", { id: absence.id })),
			),
			proposed.map(rebookingLine),
			h(
				"div",
				{ class: "heading" },
				h("h2", {}, "Visits in this time"),
				plansForAll() && visits.length > 0 && !waiting && propose,
			),
			cardList(visits, (visit) => visitCard(visit), "No upcoming visits in this time."),
		].flat();
	});
	return [heading(title), body];
}
