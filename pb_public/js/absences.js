// An absence: when a doctor is away, or the whole hospital is closed.

import { create, newId, update } from "./api.js";
import { plansForAll } from "./doctors.js";
import { button, h } from "./dom.js";
import { formDialog } from "./form.js";
import {
	addDays,
	dayOf,
	formatInstant,
	formatTimeRange,
	fromWallClock,
	isStartOfDay,
	lastDayOf,
	parseInstant,
	startOfDay,
	timeOfDay,
	today,
} from "./time.js";

export const absentName = (absence) =>
	absence.doctor ? (absence.expand?.doctor?.name ?? "A doctor") : "The whole hospital";
export const absenceTitle = (absence) => `${absentName(absence)}, ${formatTimeRange(absence.starts, absence.ends)}`;

// timeOf is the time of day of an edge, which is empty where days begin and end.
const timeOfEdge = (moment) => (isStartOfDay(moment) ? "" : timeOfDay(parseInstant(moment)));
const skippedHour = "Clocks go forward that night: there is no such time.";

// questions ask for days, and for times only where it is not whole days.
const absenceFields = ({ starts, ends, reason }) => [
	[
		{
			name: "first",
			label: "First day",
			type: "date",
			required: true,
			value: starts ? dayOf(parseInstant(starts)) : today(),
			errorFields: ["starts"],
		},
		{
			name: "from",
			label: "From what time",
			type: "time",
			value: starts && timeOfEdge(starts),
			hint: "Empty for the whole day.",
			check: ({ first, from }) => (!from || fromWallClock(first, from) ? "" : skippedHour),
		},
	],
	[
		{
			name: "last",
			label: "Last day",
			type: "date",
			required: true,
			value: ends ? lastDayOf(ends) : today(),
			errorFields: ["ends"],
			check: ({ first, last }) => (last < first ? "The last day must not be before the first." : ""),
		},
		{
			name: "until",
			label: "Until what time",
			type: "time",
			value: ends && timeOfEdge(ends),
			hint: "Empty for the whole day.",
			check: ({ last, until }) => (!until || fromWallClock(last, until) ? "" : skippedHour),
		},
	],
	{
		name: "reason",
		label: "Reason",
		maxlength: 500,
		autocomplete: "off",
		value: reason,
		hint: "For the staff; patients are not shown it.",
	},
];

const absenceValues = ({ first, from, last, until, reason }) => ({
	reason,
	starts: from ? formatInstant(fromWallClock(first, from)) : startOfDay(first),
	ends: until ? formatInstant(fromWallClock(last, until)) : startOfDay(addDays(last, 1)),
});

const affectedMessage = ({ affected: { length } }) =>
	length === 0
		? "No visit falls into this time."
		: length === 1
			? "One visit falls into this time."
			: `${length} visits fall into this time.`;

// addAbsence asks for an absence of one of some doctors; saved goes on from it.
export function addAbsence(doctors, saved) {
	const id = newId();
	const who = {
		name: "who",
		label: "Who",
		type: "select",
		required: true,
		errorFields: ["doctor"],
		options: [
			["", "Choose who is away"],
			["all", "The whole hospital"],
			...doctors.map(({ id, name }) => [id, name]),
		],
	};
	formDialog("Add an absence", {
		fields: [...(plansForAll() ? [who] : []), ...absenceFields({})],
		submit: "Add",
		send: async ({ who = doctors[0].id, ...values }) => {
			const absence = await create("time_off", {
				id,
				doctor: who === "all" ? "" : who,
				...absenceValues(values),
			});
			await saved(absence);
			return `Saved. ${affectedMessage(absence)}`;
		},
	});
}

function editAbsence(absence, saved) {
	formDialog("Change the absence", {
		intro: h("p", {}, absentName(absence)),
		fields: absenceFields(absence),
		submit: "Save",
		send: async (values) => {
			const changed = await update("time_off", absence, absenceValues(values));
			await saved(changed);
			return `Saved. ${affectedMessage(changed)}`;
		},
	});
}

function withdrawAbsence(absence) {
	formDialog("Withdraw this absence?", {
		intro: h(
			"p",
			{},
			`${absenceTitle(absence)}. The time can be booked again. Visits that were moved because of it stay moved.`,
		),
		fields: [],
		submit: "Withdraw",
		send: async () => {
			await update("time_off", absence, { active: false });
			return `Withdrawn: ${absenceTitle(absence)}.`;
		},
	});
}

// absenceActions is what the reader can do with an absence: a doctor only with
// their own.
export function absenceActions(absence, doctors, saved) {
	if (!absence.active || (!plansForAll() && !doctors.some(({ id }) => id === absence.doctor))) return [];
	const act = (label, run) =>
		button(label, () => run(absence, saved), { key: label + absence.id, about: absenceTitle(absence) });
	return [act("Change", editAbsence), act("Withdraw", withdrawAbsence)];
}
