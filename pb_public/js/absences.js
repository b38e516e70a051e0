// An absence: when a doctor is away, or the whole hospital is closed.

import { create, newId, update } from "./api.js";
import { plansAll } from "./doctors.js";
import { button, h } from "./dom.js";
import { formDialog } from "./form.js";
import {
	beginsDay,
	clockOf,
	dayOf,
	fromWall,
	instant,
	lastDayOf,
	plusDays,
	showSpan,
	stamp,
	startOf,
	today,
} from "./time.js";

export const whoIsAway = (absence) =>
	absence.doctor ? (absence.expand?.doctor?.name ?? "A doctor") : "The whole hospital";
export const absenceTitle = (absence) => `${whoIsAway(absence)}, ${showSpan(absence.starts, absence.ends)}`;

// timeOf is the time of day of an edge, which is empty where days begin and end.
const timeOf = (moment) => (beginsDay(moment) ? "" : clockOf(instant(moment)));
const skipped = "Clocks go forward that night: there is no such time.";

// questions ask for days, and for times only where it is not whole days.
const questions = ({ starts, ends, reason }) => [
	[
		{
			name: "first",
			label: "First day",
			type: "date",
			required: true,
			value: starts ? dayOf(instant(starts)) : today(),
			reports: ["starts"],
		},
		{
			name: "from",
			label: "From what time",
			type: "time",
			value: starts && timeOf(starts),
			hint: "Empty for the whole day.",
			check: ({ first, from }) => (!from || fromWall(first, from) ? "" : skipped),
		},
	],
	[
		{
			name: "last",
			label: "Last day",
			type: "date",
			required: true,
			value: ends ? lastDayOf(ends) : today(),
			reports: ["ends"],
			check: ({ first, last }) => (last < first ? "The last day must not be before the first." : ""),
		},
		{
			name: "until",
			label: "Until what time",
			type: "time",
			value: ends && timeOf(ends),
			hint: "Empty for the whole day.",
			check: ({ last, until }) => (!until || fromWall(last, until) ? "" : skipped),
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

const body = ({ first, from, last, until, reason }) => ({
	reason,
	starts: from ? stamp(fromWall(first, from)) : startOf(first),
	ends: until ? stamp(fromWall(last, until)) : startOf(plusDays(last, 1)),
});

const met = ({ affected: { length } }) =>
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
		reports: ["doctor"],
		options: [
			["", "Choose who is away"],
			["all", "The whole hospital"],
			...doctors.map(({ id, name }) => [id, name]),
		],
	};
	formDialog("Add an absence", {
		fields: [...(plansAll() ? [who] : []), ...questions({})],
		submit: "Add",
		send: async ({ who = doctors[0].id, ...values }) => {
			const absence = await create("time_off", { id, doctor: who === "all" ? "" : who, ...body(values) });
			await saved(absence);
			return `Saved. ${met(absence)}`;
		},
	});
}

function change(absence, saved) {
	formDialog("Change the absence", {
		intro: h("p", {}, whoIsAway(absence)),
		fields: questions(absence),
		submit: "Save",
		send: async (values) => {
			const changed = await update("time_off", absence, body(values));
			await saved(changed);
			return `Saved. ${met(changed)}`;
		},
	});
}

function withdraw(absence) {
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
	if (!absence.active || (!plansAll() && !doctors.some(({ id }) => id === absence.doctor))) return [];
	const act = (label, run) =>
		button(label, () => run(absence, saved), { key: label + absence.id, about: absenceTitle(absence) });
	return [act("Change", change), act("Withdraw", withdraw)];
}
