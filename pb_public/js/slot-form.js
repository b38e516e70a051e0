// The fields for the time of a visit: a free slot or, for staff, now or any time.

import { doctorChoiceFields } from "./doctor-choice.js";
import { button, h, showError } from "./dom.js";
import { field, fieldRow } from "./fields.js";
import { hospital } from "./hospital.js";
import { visitWays } from "./labels.js";
import { slotField } from "./slots.js";
import {
	bookableRange,
	dayOf,
	formatDateTime,
	formatInstant,
	fromWallClock,
	parseInstant,
	timeOfDay,
	today,
} from "./time.js";

/**
 * @typedef {object} VisitTimeOptions
 * @property {string} [doctor] the only doctor, or
 * @property {Doctor[]} [doctors] those to choose from
 * @property {FieldOptions} [kind] the question for the kind of visit; a walk-in has none
 * @property {("slot" | "now" | "other")[]} [ways] how a time can be found
 * @property {Partial<Visit>} [visit] the visit that is moved
 */

/**
 * visitTimeFields are the fields for the time of a visit. visitTimeValues turns their values into those of the API.
 * @param {VisitTimeOptions} options
 * @returns {Promise<FieldGroup>}
 */
export async function visitTimeFields({ doctor, doctors, kind, ways = ["slot"], visit = {} }) {
	const doctorChoice = doctors && doctorChoiceFields(doctors, visit.doctor, () => slotPicker.reset());
	const wayField = field({
		name: "way",
		label: "When",
		type: "chips",
		options: ways.map((way) => [way, visitWays[way]]),
		value: "slot",
		change: updateVisibility,
	});
	const dateField = field({
		name: "date",
		label: "Date",
		type: "date",
		required: true,
		value: visit.starts ? dayOf(parseInstant(visit.starts)) : today(),
		errorFields: ["ends"],
		...bookableRange(),
	});
	const timeField = field({
		name: "time",
		label: "Time",
		type: "time",
		required: true,
		hint: `In the hospital’s time zone, ${hospital.timezone}.`,
		value: visit.starts && timeOfDay(parseInstant(visit.starts)),
		errorFields: ["starts"],
		check: ({ date, time }) =>
			fromWallClock(date, time)
				? ""
				: "This time does not exist, because clocks go forward. Choose another time.",
	});
	const overbookField = field({
		name: "overbook",
		label: "Overbook (outside the hours, or beside other visits)",
		type: "checkbox",
		errorFields: ["starts", "ends", "overbook"],
		change: updateVisibility,
	});
	const noteField = field({
		name: "staff_note",
		label: "Staff note",
		hint: "Why the visit is overbooked. Patients do not see it.",
		type: "textarea",
		required: true,
		maxlength: 2000,
		value: visit.staff_note,
	});
	const typeFields = kind ? [field(kind)] : [];
	const slotPicker = await slotField({
		criteria: doctorChoice ? doctorChoice.criteria : () => ({ doctor }),
		doctorName: (id) => doctors?.find((one) => one.id === id)?.name,
		first: visit.starts && dayOf(parseInstant(visit.starts)),
	});
	const dateAndTime = fieldRow(dateField, timeField).element;
	const alternatives = h("div", { class: "alternatives", role: "group", "aria-label": "Free times instead" });

	/**
	 * withAlternatives shows the free slots that an error of the API names, below the field.
	 * @param {Field} one
	 * @returns {Field}
	 */
	const withAlternatives = (one) => ({
		...one,
		setError(message, { slots } = {}) {
			one.setError(message);
			alternatives.replaceChildren(...(slots ? alternativesOf(slots) : []));
		},
		focus: () => (alternatives.querySelector("button") ?? one).focus(),
	});

	/** @param {Slot[]} slots */
	const alternativesOf = (slots) => [
		h("p", {}, slots.length > 0 ? "Free times instead:" : "No other time is free."),
		...slots.map((slot) =>
			button(formatDateTime(slot.starts), () => acceptAlternative(slot), { key: slot.starts }),
		),
	];

	/**
	 * acceptAlternative selects a slot that was offered, and sends the form.
	 * @param {Slot} slot
	 */
	function acceptAlternative(slot) {
		wayField.set("slot");
		updateVisibility();
		slotPicker.select(slot).catch((error) => showError(error.message));
		const form = alternatives.closest("form");
		/** @type {HTMLElement | null | undefined} */ (form?.querySelector("[type=submit]"))?.focus();
		form?.requestSubmit();
	}

	/** updateVisibility shows the fields of the chosen way. */
	function updateVisibility() {
		const way = wayField.read();
		wayField.element.hidden = ways.length === 1;
		slotPicker.element.hidden = way !== "slot";
		dateAndTime.hidden = way !== "other";
		overbookField.element.hidden = way !== "now";
		noteField.element.hidden = !(way === "other" || (way === "now" && overbookField.read()));
		for (const { element } of typeFields) element.hidden = way === "now";
	}

	updateVisibility();
	return {
		element: h(
			"div",
			{ class: "visit-time" },
			doctorChoice?.element,
			wayField.element,
			slotPicker.element,
			dateAndTime,
			overbookField.element,
			alternatives,
			noteField.element,
			typeFields.map(({ element }) => element),
		),
		fields: [
			wayField,
			...(doctorChoice?.fields ?? []),
			withAlternatives(slotPicker),
			dateField,
			withAlternatives(timeField),
			withAlternatives(overbookField),
			noteField,
			...typeFields,
		],
	};
}

/** @type {Record<string, (values: Values) => Values>} */
const valuesByWay = {
	slot: ({ slot }) => ({ doctor: slot.doctor, starts: slot.starts }),
	now: ({ doctor, overbook, staff_note }) => ({
		doctor,
		starts: formatInstant(new Date(Math.floor(Date.now() / 60_000) * 60_000)),
		visit_type: "walk_in",
		overbook,
		staff_note,
	}),
	other: ({ doctor, date, time, staff_note }) => ({
		doctor,
		starts: formatInstant(/** @type {Date} */ (fromWallClock(date, time))),
		overbook: true,
		staff_note,
	}),
};

/**
 * visitTimeValues turns the values of visitTimeFields into those of the API: { doctor, starts, … }.
 * @param {Values} values
 */
export const visitTimeValues = (values) => valuesByWay[values.way ?? "slot"](values);
