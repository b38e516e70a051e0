import { list } from "../api.js";
import { table } from "../components.js";
import { fetchPlannedDoctors, plansForAll } from "../doctors.js";
import { button, h, heading, tabs } from "../dom.js";
import { addHours, editHours, endHours, hoursTitle, setActive, timeSpan } from "../hours.js";
import { weekdays } from "../labels.js";
import { region } from "../live.js";
import { formatDay, today } from "../time.js";

/** @type {Record<string, string>} */
const tabLabels = { now: "Current and upcoming", ended: "Ended" };
/** @type {Record<string, (day: string) => string>} */
const filters = {
	now: (day) => `active = true && (valid_until = "" || valid_until >= "${day}")`,
	ended: (day) => `(active = false || (valid_until != "" && valid_until < "${day}"))`,
};

/** @param {Schedule} hours */
function describeValidity({ active, valid_from, valid_until }) {
	if (!active) return "Inactive";
	return (
		[valid_from && `from ${formatDay(valid_from)}`, valid_until && `until ${formatDay(valid_until)}`]
			.filter(Boolean)
			.join(" ") || "Always"
	);
}

/** @param {Schedule} hours */
function actions(hours) {
	/** @param {string} label @param {(hours: Schedule) => void} run */
	const act = (label, run) => button(label, () => run(hours), { key: label + hours.id, about: hoursTitle(hours) });
	return h(
		"div",
		{ class: "actions" },
		hours.active
			? [act("Edit", editHours), act("End", endHours), act("Deactivate", () => setActive(hours, false))]
			: act("Reactivate", () => setActive(hours, true)),
	);
}

/**
 * `same` marks hours on the same day as those above them.
 * @type {Column<Schedule & { same: boolean }>[]}
 */
const columns = [
	["Day", ({ weekday, same }) => h("span", { class: same && "same" }, weekdays[weekday])],
	["Time", timeSpan],
	["Visits", ({ slot_minutes, capacity }) => `${slot_minutes} min${capacity > 1 ? `, ${capacity} at once` : ""}`],
	["Room", ({ room }) => room],
	["Valid", describeValidity],
	["", actions],
];

/**
 * hoursView shows when a doctor sees patients, by the day of the week.
 * @param {Navigation} navigation
 */
export async function hoursView({ query, open }) {
	const doctors = await fetchPlannedDoctors();
	const doctor = doctors.find(({ id }) => id === query.doctor) ?? doctors[0];
	if (!doctor) return [heading("Hours"), h("p", { class: "empty" }, "No doctors yet.")];
	const show = tabLabels[query.show] ? query.show : "now";
	/** @type {Schedule | undefined} */
	let last;
	const week = await region(["schedules"], async () => {
		const found = await list("schedules", {
			filter: `doctor = "${doctor.id}" && ${filters[show](today())}`,
			sort: "weekday,start_time,valid_from",
			perPage: 500,
		});
		last = found.at(-1);
		if (found.length === 0)
			return h(
				"p",
				{ class: "empty" },
				show === "now" ? "No hours yet. Add hours so that patients can book." : "No hours have ended.",
			);
		return table(
			`Hours of ${doctor.name}`,
			found.map((hours, i) => ({ ...hours, same: found[i - 1]?.weekday === hours.weekday })),
			({ updated }) => updated,
			columns,
		);
	});
	const pick = h(
		"select",
		{ id: "doctor", change: () => open("hours", { doctor: pick.value, show: query.show }) },
		doctors.map(({ id, name }) => h("option", { value: id, selected: id === doctor.id }, name)),
	);
	return [
		heading(
			"Hours",
			button("Add hours", () => addHours(doctor, last), { kind: "main" }),
		),
		plansForAll() && h("div", { class: "field search" }, h("label", { for: "doctor" }, "Doctor"), pick),
		tabs("Which hours", "hours", "show", tabLabels, show, { doctor: query.doctor }),
		week,
	];
}
