// Absences: times when a doctor is away, or the whole hospital is closed.

import { create, newId, update } from "./api.js";
import { plansForAll } from "./doctors.js";
import { button, h } from "./dom.js";
import { formDialog } from "./form.js";
import { recordOptions } from "./labels.js";
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

/**
 * absentName is who is away: a doctor, or the whole hospital.
 * @param {TimeOff} absence
 */
export const absentName = (absence) =>
	absence.doctor ? (absence.expand?.doctor?.name ?? "A doctor") : "The whole hospital";

/** @param {TimeOff} absence */
export const absenceTitle = (absence) => `${absentName(absence)}, ${formatTimeRange(absence.starts, absence.ends)}`;

/**
 * timeOfEdge is the time of day at which an absence starts or ends, or "" at midnight.
 * @param {string} instant
 */
const timeOfEdge = (instant) => (isStartOfDay(instant) ? "" : timeOfDay(parseInstant(instant)));

const skippedHour = "This time does not exist, because clocks go forward. Choose another time.";

/**
 * absenceFields ask for days, and for times when it is not whole days.
 * @param {Partial<TimeOff>} absence
 * @returns {(FieldOptions | FieldOptions[])[]}
 */
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
			label: "Start time",
			type: "time",
			value: starts && timeOfEdge(starts),
			hint: "Leave empty for the whole day.",
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
			label: "End time",
			type: "time",
			value: ends && timeOfEdge(ends),
			hint: "Leave empty for the whole day.",
			check: ({ last, until }) => (!until || fromWallClock(last, until) ? "" : skippedHour),
		},
	],
	{
		name: "reason",
		label: "Reason",
		maxlength: 500,
		autocomplete: "off",
		value: reason,
		hint: "Patients do not see it.",
	},
];

/**
 * absenceValues turns the values of absenceFields into those of the API. The last day is included.
 * @param {Values} values
 */
const absenceValues = ({ first, from, last, until, reason }) => ({
	reason,
	starts: from ? instantOf(first, from) : startOfDay(first),
	ends: until ? instantOf(last, until) : startOfDay(addDays(last, 1)),
});

/** @param {string} day @param {string} time */
const instantOf = (day, time) => formatInstant(/** @type {Date} */ (fromWallClock(day, time)));

/**
 * affectedMessage says how many visits fall into an absence.
 * @param {TimeOff} absence
 */
const affectedMessage = ({ affected = [] }) =>
	["No visit falls into this time.", "One visit falls into this time."][affected.length] ??
	`${affected.length} visits fall into this time.`;

/**
 * addAbsence asks for a new absence of one of some doctors.
 * @param {Doctor[]} doctors
 * @param {(absence: TimeOff) => unknown} saved is called with the absence
 */
export function addAbsence(doctors, saved) {
	const id = newId();
	/** @type {FieldOptions} */
	const who = {
		name: "who",
		label: "Who",
		type: "select",
		required: true,
		errorFields: ["doctor"],
		options: [["", "Choose who is away"], ["all", "The whole hospital"], ...recordOptions(doctors)],
	};
	formDialog("Add absence", {
		fields: [...(plansForAll() ? [who] : []), ...absenceFields({})],
		submit: "Add",
		send: async ({ who = doctors[0].id, ...values }) => {
			const absence = await create("time_off", {
				id,
				doctor: who === "all" ? "" : who,
				...absenceValues(values),
			});
			await saved(absence);
			return `The absence was saved. ${affectedMessage(absence)}`;
		},
	});
}

/** @param {TimeOff} absence @param {(absence: TimeOff) => unknown} saved */
function editAbsence(absence, saved) {
	formDialog("Edit absence", {
		intro: h("p", {}, absentName(absence)),
		fields: absenceFields(absence),
		submit: "Save",
		send: async (values) => {
			const changed = await update("time_off", absence, absenceValues(values));
			await saved(changed);
			return `The absence was saved. ${affectedMessage(changed)}`;
		},
	});
}

/** @param {TimeOff} absence */
function withdrawAbsence(absence) {
	formDialog("Cancel this absence?", {
		intro: h(
			"p",
			{},
			`${absenceTitle(absence)}. This time can be booked again. Visits that were already moved stay moved.`,
		),
		fields: [],
		submit: "Cancel absence",
		send: async () => {
			await update("time_off", absence, { active: false });
			return `Cancelled: ${absenceTitle(absence)}.`;
		},
	});
}

/**
 * absenceActions are the buttons of an absence. A doctor has them only for their own.
 * @param {TimeOff} absence
 * @param {Doctor[]} doctors
 * @param {(absence: TimeOff) => unknown} saved
 */
export function absenceActions(absence, doctors, saved) {
	if (!absence.active || (!plansForAll() && !doctors.some(({ id }) => id === absence.doctor))) return [];
	const options = (/** @type {string} */ key) => ({ key: key + absence.id, about: absenceTitle(absence) });
	return [
		button("Edit", () => editAbsence(absence, saved), options("edit")),
		button("Cancel absence", () => withdrawAbsence(absence), options("cancel")),
	];
}
