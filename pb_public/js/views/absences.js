import { absenceActions, absentName, addAbsence } from "../absences.js";
import { list } from "../api.js";
import { badge, card, cardList, pager } from "../components.js";
import { fetchPlannedDoctors, plansForAll } from "../doctors.js";
import { button, h, heading, link, tabs } from "../dom.js";
import { region } from "../live.js";
import { formatDateTime, formatInstant, formatTimeRange, parseInstant } from "../time.js";

/** @type {Record<string, string>} */
const tabLabels = { coming: "Current and upcoming", past: "Past", withdrawn: "Cancelled" };
/** @type {Record<string, string>} */
const sorts = { coming: "starts", past: "-starts", withdrawn: "-starts" };
/** @type {Record<string, (now: string) => string>} */
const filters = {
	coming: (now) => `active = true && ends > "${now}"`,
	past: (now) => `active = true && ends <= "${now}"`,
	withdrawn: () => "active = false",
};

/** @param {TimeOff} absence */
function absenceBadge({ active, starts, ends }) {
	if (!active) return badge("Cancelled", "off");
	const now = new Date();
	if (parseInstant(ends) <= now) return badge("Past", "off");
	return parseInstant(starts) <= now ? badge("Now", "now") : badge("Upcoming", "waiting");
}

/** fetchProposals shows the rebookings that are neither applied nor withdrawn. */
async function fetchProposals() {
	const found = await list("rebookings", {
		filter: 'status = "proposed"',
		sort: "created",
		expand: "time_off.doctor",
	});
	return (
		found.length > 0 && [
			h("h2", {}, "Rebookings to review"),
			cardList(found, (one) => {
				const absence = one.expand?.time_off;
				return card({
					id: one.id,
					version: one.version,
					first: absence && formatTimeRange(absence.starts, absence.ends),
					title: link(
						"rebooking",
						absence ? absentName(absence) : "Rebooking",
						{ id: one.id },
						{ "data-key": one.id },
					),
					lines: [`Proposed ${formatDateTime(one.created)}`],
					state: badge("Proposed", "waiting"),
				});
			}),
			h("h2", {}, "Absences"),
		]
	);
}

/**
 * absencesView lists the absences of doctors and of the hospital.
 * @param {Navigation} navigation
 */
export async function absencesView({ query, open }) {
	const show = tabLabels[query.show] ? query.show : "coming";
	const doctors = await fetchPlannedDoctors();
	const page = pager();
	/** @param {TimeOff} absence */
	const saved = ({ id }) => open("absence", { id });
	const ownFilter = plansForAll() ? "" : ` && (doctor = "" || doctor = "${doctors[0]?.id ?? "-"}")`;
	/** @param {TimeOff} absence */
	const absenceCard = (absence) =>
		card({
			id: absence.id,
			version: absence.updated,
			first: h("strong", {}, formatTimeRange(absence.starts, absence.ends)),
			title: link("absence", absentName(absence), { id: absence.id }, { "data-key": absence.id }),
			lines: [absence.reason],
			state: absenceBadge(absence),
			actions: absenceActions(absence, doctors, saved),
		});
	const absences = await region(["time_off", "rebookings"], async () =>
		[
			plansForAll() && show === "coming" && (await fetchProposals()),
			await page(
				(perPage) =>
					list("time_off", {
						filter: filters[show](formatInstant(new Date())) + ownFilter,
						sort: sorts[show],
						expand: "doctor",
						perPage,
					}),
				(found) => cardList(found, absenceCard, "No absences."),
			),
		].flat(2),
	);
	const add =
		(plansForAll() || doctors.length > 0) &&
		button("Add absence", () => addAbsence(doctors, saved), { kind: "main" });
	return [heading("Absences", add), tabs("Which absences", "absences", "show", tabLabels, show), absences];
}
