import { absenceActions, addAbsence, whoIsAway } from "../absences.js";
import { list } from "../api.js";
import { badge, card, pages, rows } from "../components.js";
import { planned, plansAll } from "../doctors.js";
import { button, h, heading, link, tabs } from "../dom.js";
import { region } from "../live.js";
import { instant, showMoment, showSpan, stamp } from "../time.js";

const shows = { coming: "Now and later", past: "Past", withdrawn: "Withdrawn" };
const sorts = { coming: "starts", past: "-starts", withdrawn: "-starts" };
const filters = {
	coming: (now) => `active = true && ends > "${now}"`,
	past: (now) => `active = true && ends <= "${now}"`,
	withdrawn: () => "active = false",
};

function absenceBadge({ active, starts, ends }) {
	if (!active) return badge("Withdrawn", "off");
	const now = new Date();
	if (instant(ends) <= now) return badge("Over", "off");
	return instant(starts) <= now ? badge("Now", "now") : badge("To come", "waiting");
}

// proposals are the rebookings that nobody has applied or withdrawn yet.
async function proposals() {
	const found = await list("rebookings", {
		filter: 'status = "proposed"',
		sort: "created",
		expand: "time_off.doctor",
	});
	return (
		found.length > 0 && [
			h("h2", {}, "New times to be looked through"),
			rows(found, (one) => {
				const absence = one.expand?.time_off;
				return card({
					id: one.id,
					version: one.version,
					first: absence && showSpan(absence.starts, absence.ends),
					title: link(
						"rebooking",
						absence ? whoIsAway(absence) : "New times",
						{ id: one.id },
						{ "data-key": one.id },
					),
					lines: [`Proposed ${showMoment(one.created)}`],
					state: badge("Proposed", "waiting"),
				});
			}),
			h("h2", {}, "Absences"),
		]
	);
}

// absencesView is when doctors are away and the hospital is closed.
export async function absencesView({ query, open }) {
	const show = shows[query.show] ? query.show : "coming";
	const doctors = await planned();
	const page = pages();
	const saved = ({ id }) => open("absence", { id });
	const own = plansAll() ? "" : ` && (doctor = "" || doctor = "${doctors[0]?.id ?? "-"}")`;
	const absenceCard = (absence) =>
		card({
			id: absence.id,
			version: absence.updated,
			first: h("strong", {}, showSpan(absence.starts, absence.ends)),
			title: link("absence", whoIsAway(absence), { id: absence.id }, { "data-key": absence.id }),
			lines: [absence.reason],
			state: absenceBadge(absence),
			actions: absenceActions(absence, doctors, saved),
		});
	const absences = await region(["time_off", "rebookings"], async () =>
		[
			plansAll() && show === "coming" && (await proposals()),
			await page(
				(perPage) =>
					list("time_off", {
						filter: filters[show](stamp(new Date())) + own,
						sort: sorts[show],
						expand: "doctor",
						perPage,
					}),
				(found) => rows(found, absenceCard, "There is none."),
			),
		].flat(2),
	);
	const add =
		(plansAll() || doctors.length > 0) &&
		button("Add an absence", () => addAbsence(doctors, saved), { kind: "main" });
	return [heading("Absences", add), tabs("Which absences", "absences", "show", shows, show), absences];
}
