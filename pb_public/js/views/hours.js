import { createAll, list, newId, update } from "../api.js";
import { table } from "../components.js";
import { fetchPlannedDoctors, plansForAll } from "../doctors.js";
import { button, h, heading, tabs } from "../dom.js";
import { formDialog } from "../form.js";
import { toOptions, weekdays } from "../labels.js";
import { region } from "../live.js";
import { formatDay, today } from "../time.js";

const shows = { now: "Now and later", ended: "Ended" };
const filters = {
	now: (day) => `active = true && (valid_until = "" || valid_until >= "${day}")`,
	ended: (day) => `(active = false || (valid_until != "" && valid_until < "${day}"))`,
};

const timeSpan = (hours) => `${hours.start_time}–${hours.end_time}`;
const title = (hours) => `${weekdays[hours.weekday]}, ${timeSpan(hours)}`;

// questions are about hours, but for the day of the week.
const hoursFields = (hours) => [
	[
		{
			name: "start_time",
			label: "From",
			type: "clock",
			required: true,
			maxlength: 5,
			autocomplete: "off",
			inputmode: "numeric",
			value: hours.start_time,
		},
		{
			name: "end_time",
			label: "To",
			type: "clock",
			required: true,
			maxlength: 5,
			autocomplete: "off",
			inputmode: "numeric",
			value: hours.end_time,
			hint: "24:00 is the end of the day.",
		},
	],
	[
		{
			name: "slot_minutes",
			label: "Minutes for a visit",
			type: "number",
			required: true,
			min: 5,
			max: 240,
			value: hours.slot_minutes,
		},
		{
			name: "capacity",
			label: "Patients at once",
			type: "number",
			required: true,
			min: 1,
			max: 50,
			value: hours.capacity,
		},
	],
	{ name: "room", label: "Room", maxlength: 60, autocomplete: "off", value: hours.room },
	[
		{ name: "valid_from", label: "First day", type: "date", value: hours.valid_from },
		{ name: "valid_until", label: "Last day", type: "date", value: hours.valid_until },
	],
];

// add asks for hours that are the same on one or several days of the week.
function addHours(doctor, like) {
	const ids = Object.fromEntries(Object.keys(weekdays).map((weekday) => [weekday, newId()]));
	formDialog(`Add hours of ${doctor.name}`, {
		fields: [
			{
				name: "days",
				label: "Days",
				type: "chips",
				multiple: true,
				required: true,
				options: toOptions(weekdays),
				errorFields: ["weekday"],
			},
			...hoursFields({
				slot_minutes: 30,
				capacity: 1,
				...like,
				start_time: "",
				end_time: "",
				valid_from: "",
				valid_until: "",
			}),
		],
		submit: "Add",
		send: async ({ days, ...values }) => {
			try {
				await createAll(
					days.map((weekday) => [
						"schedules",
						{ id: ids[weekday], doctor: doctor.id, weekday: Number(weekday), ...values },
					]),
				);
			} catch (error) {
				throw days.length > 1 ? withDay(weekdays[days[error.index]], error) : error;
			}
			return `Added: ${days.map((weekday) => weekdays[weekday]).join(", ")}, ${timeSpan(values)}.`;
		},
	});
}

// about says of which day a refusal speaks.
function withDay(day, error) {
	if (day) for (const one of [error, ...Object.values(error.fields)]) one.message = `${day}: ${one.message}`;
	return error;
}

function editHours(hours) {
	formDialog(`Change ${title(hours)}`, {
		intro: h("p", {}, "Visits that are booked already stay as they are."),
		fields: [
			{
				name: "weekday",
				label: "Day",
				type: "select",
				required: true,
				options: toOptions(weekdays),
				value: String(hours.weekday),
			},
			...hoursFields(hours),
		],
		submit: "Save",
		send: async ({ weekday, ...values }) =>
			`Saved: ${title(await update("schedules", hours, { weekday: Number(weekday), ...values }))}.`,
	});
}

function endHours(hours) {
	formDialog(`End ${title(hours)}`, {
		intro: h("p", {}, "Visits that are booked after that day stay. Move them, or enter an absence."),
		fields: [
			{
				name: "valid_until",
				label: "Last day",
				type: "date",
				required: true,
				min: hours.valid_from || undefined,
				value: hours.valid_until || today(),
			},
		],
		submit: "End",
		send: async (values) => {
			const { valid_until } = await update("schedules", hours, values);
			return `${title(hours)} ends on ${formatDay(valid_until)}.`;
		},
	});
}

// set withdraws hours, or brings them back.
function setActive(hours, active) {
	formDialog(`${(active ? "Bring back " : "Withdraw ") + title(hours)}?`, {
		intro: h(
			"p",
			{},
			active
				? "They are in force again, as they were."
				: "They count as if they had never been. For hours that end, say the last day instead. Visits that are booked already stay.",
		),
		fields: [],
		submit: active ? "Bring back" : "Withdraw",
		send: async () => {
			await update("schedules", hours, { active });
			return title(hours) + (active ? " is in force again." : " is withdrawn.");
		},
	});
}

function describeValidity({ active, valid_from, valid_until }) {
	if (!active) return "Withdrawn";
	return (
		[valid_from && `from ${formatDay(valid_from)}`, valid_until && `until ${formatDay(valid_until)}`]
			.filter(Boolean)
			.join(" ") || "Always"
	);
}

function actions(hours) {
	const act = (label, run) => button(label, () => run(hours), { key: label + hours.id, about: title(hours) });
	return h(
		"div",
		{ class: "actions" },
		hours.active
			? [act("Change", editHours), act("End", endHours), act("Withdraw", () => setActive(hours, false))]
			: act("Bring back", () => setActive(hours, true)),
	);
}

const columns = [
	["Day", ({ weekday, same }) => h("span", { class: same && "same" }, weekdays[weekday])],
	["Time", timeSpan],
	["Visits", ({ slot_minutes, capacity }) => `${slot_minutes} min${capacity > 1 ? `, ${capacity} at once` : ""}`],
	["Room", ({ room }) => room],
	["In force", describeValidity],
	["", actions],
];

// hoursView is when a doctor sees patients, week by week.
export async function hoursView({ query, open }) {
	const doctors = await fetchPlannedDoctors();
	const doctor = doctors.find(({ id }) => id === query.doctor) ?? doctors[0];
	if (!doctor) return [heading("Hours"), h("p", { class: "none" }, "There is no doctor yet.")];
	const show = shows[query.show] ? query.show : "now";
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
				{ class: "none" },
				show === "now" ? "There are no hours: nobody can book." : "There are none.",
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
		tabs("Which hours", "hours", "show", shows, show, { doctor: query.doctor }),
		week,
	];
}
