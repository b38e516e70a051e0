// The forms for the hours in which a doctor sees patients.

import { createAll, newId, update } from "./api.js";
import { h } from "./dom.js";
import { formDialog } from "./form.js";
import { toOptions, weekdays } from "./labels.js";
import { formatDay, today } from "./time.js";

/** @param {Pick<Schedule, "start_time" | "end_time">} hours */
export const timeSpan = (hours) => `${hours.start_time}–${hours.end_time}`;
/** @param {Schedule} hours */
export const hoursTitle = (hours) => `${weekdays[hours.weekday]}, ${timeSpan(hours)}`;

/**
 * hoursFields are the fields of hours, without the day of the week.
 * @param {Partial<Schedule>} hours
 * @returns {(FieldOptions | FieldOptions[])[]}
 */
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
			label: "Minutes per visit",
			type: "number",
			required: true,
			min: 5,
			max: 240,
			value: hours.slot_minutes,
		},
		{
			name: "capacity",
			label: "Patients per slot",
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

/**
 * addHours asks for hours that are the same on one or several days of the week.
 * @param {Doctor} doctor
 * @param {Schedule | undefined} like hours whose values are suggested
 */
export function addHours(doctor, like) {
	const ids = Object.fromEntries(Object.keys(weekdays).map((/** @type {string} */ weekday) => [weekday, newId()]));
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
					days.map((/** @type {string} */ weekday) => [
						"schedules",
						{ id: ids[weekday], doctor: doctor.id, weekday: Number(weekday), ...values },
					]),
				);
			} catch (error) {
				throw days.length > 1 ? withDay(weekdays[days[error.index]], error) : error;
			}
			const names = days.map((/** @type {string} */ weekday) => weekdays[weekday]);
			return `Added: ${names.join(", ")}, ${timeSpan(values)}.`;
		},
	});
}

/**
 * withDay puts the day of the week before the messages of an error.
 * @param {string | undefined} day
 * @param {Values} error
 */
function withDay(day, error) {
	/** @type {Values[]} */
	const refused = Object.values(error.fields);
	if (day) for (const one of [error, ...refused]) one.message = `${day}: ${one.message}`;
	return error;
}

/** @param {Schedule} hours */
export function editHours(hours) {
	formDialog(`Edit ${hoursTitle(hours)}`, {
		intro: h("p", {}, "Visits that are already booked do not change."),
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
			`Saved: ${hoursTitle(await update("schedules", hours, { weekday: Number(weekday), ...values }))}.`,
	});
}

/** @param {Schedule} hours */
export function endHours(hours) {
	formDialog(`End ${hoursTitle(hours)}`, {
		intro: h("p", {}, "Visits that are booked after that day do not change. Move them, or add an absence."),
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
		submit: "End hours",
		send: async (values) => {
			const { valid_until } = await update("schedules", hours, values);
			return `${hoursTitle(hours)} ends on ${formatDay(valid_until)}.`;
		},
	});
}

/**
 * setActive withdraws hours, or restores them.
 * @param {Schedule} hours
 * @param {boolean} active
 */
export function setActive(hours, active) {
	formDialog(`${(active ? "Reactivate " : "Deactivate ") + hoursTitle(hours)}?`, {
		intro: h(
			"p",
			{},
			active
				? "Patients can book these hours again."
				: "These hours can no longer be booked. To end them on a later day, use End hours. " +
						"Visits that are already booked do not change.",
		),
		fields: [],
		submit: active ? "Reactivate" : "Deactivate",
		send: async () => {
			await update("schedules", hours, { active });
			return hoursTitle(hours) + (active ? " was reactivated." : " was deactivated.");
		},
	});
}
