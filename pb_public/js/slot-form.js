// When a visit is to be: in a free slot, or, for staff, now or at any time.

import { currentUser, list } from "./api.js";
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

// bookableDoctors are those whom the reader can book.
export const fetchBookableDoctors = () =>
	list("doctors", {
		filter: `active = true${currentUser().role === "patient" ? " && accepts_online = true" : ""}`,
		sort: "name",
		expand: "department",
		perPage: 1000,
	});

// whenFields asks when: of one doctor, or of one or any of some. ways are how a time
// may be found; kind is the question for the kind of visit, which a walk-in answers.
export async function visitTimeFields({ doctor, doctors, kind, ways = ["slot"], visit = {} }) {
	const doctorChoice = doctors
		? doctorChoiceFields(doctors, visit.doctor, () => slotPicker.reset())
		: { fields: [], element: null, criteria: () => ({ doctor }) };
	const wayField = field({
		name: "way",
		label: "When",
		type: "chips",
		options: ways.map((one) => [one, visitWays[one]]),
		value: ["slot"],
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
		hint: `By the hospital’s clock, ${hospital.timezone}.`,
		value: visit.starts && timeOfDay(parseInstant(visit.starts)),
		errorFields: ["starts"],
		check: ({ date, time }) =>
			fromWallClock(date, time) ? "" : "Clocks go forward that night: there is no such time.",
	});
	const overbookField = field({
		name: "overbook",
		label: "Overbook: beside other visits, or outside the hours",
		type: "checkbox",
		errorFields: ["starts", "ends", "overbook"],
		change: updateVisibility,
	});
	const noteField = field({
		name: "staff_note",
		label: "Staff note",
		hint: "Why it is overbooked. Patients do not see it.",
		type: "textarea",
		required: true,
		maxlength: 2000,
		value: visit.staff_note,
	});
	const typeFields = kind ? [field(kind)] : [];
	const slotPicker = await slotField({
		criteria: doctorChoice.criteria,
		doctorName: (id) => doctors?.find((one) => one.id === id)?.name,
		first: visit.starts && dayOf(parseInstant(visit.starts)),
	});

	const alternatives = h("div", { class: "offers", role: "group", "aria-label": "Free times instead" });
	const withAlternatives = (one) => ({
		...one,
		setError(sentence, { slots } = {}) {
			one.setError(sentence);
			alternatives.replaceChildren(
				...(slots
					? [
							h(
								"p",
								{},
								slots.length > 0
									? "Free instead:"
									: "Nothing else is free as far ahead as the hospital plans.",
							),
							...slots.map(alternativeButton),
						]
					: []),
			);
		},
		focus: () => (alternatives.querySelector("button") ?? one).focus(),
	});
	const alternativeButton = (free) =>
		button(formatDateTime(free.starts), () => acceptAlternative(free), { key: free.starts });

	// accept takes a time that was offered, and sends the form at once.
	function acceptAlternative(free) {
		wayField.set("slot");
		updateVisibility();
		slotPicker.select(free).catch((error) => showError(error.message));
		const form = alternatives.closest("form");
		form.querySelector("[type=submit]").focus();
		form.requestSubmit();
	}

	const dateAndTime = fieldRow(dateField, timeField).element;

	// arrange shows what is asked on the chosen way.
	function updateVisibility() {
		const chosen = wayField.read();
		wayField.element.hidden = ways.length === 1;
		slotPicker.element.hidden = chosen !== "slot";
		dateAndTime.hidden = chosen !== "other";
		overbookField.element.hidden = chosen !== "now";
		noteField.element.hidden = !(chosen === "other" || (chosen === "now" && overbookField.read()));
		typeFields.forEach(({ element }) => {
			element.hidden = chosen === "now";
		});
	}

	updateVisibility();
	return {
		element: h(
			"div",
			{ class: "when" },
			doctorChoice.element,
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
			...doctorChoice.fields,
			withAlternatives(slotPicker),
			dateField,
			withAlternatives(timeField),
			withAlternatives(overbookField),
			noteField,
			...typeFields,
		],
	};
}

// doctorFields ask for one doctor or, left open, for any of a department or
// specialization.
function doctorChoiceFields(doctors, chosen, changed) {
	const run = () => changed().catch((error) => showError(error.message));
	const groupField = field({
		name: "among",
		label: "Department or specialization",
		type: "select",
		optional: false,
		options: groupOptions(doctors),
		change: changeGroup,
	});
	const doctorField = field({
		name: "doctor",
		label: "Doctor",
		type: "select",
		optional: false,
		options: [],
		change: run,
		check: ({ way, doctor }) => (way && way !== "slot" && !doctor ? "Choose a doctor." : ""),
	});
	const groupCriteria = () => Object.fromEntries([groupField.read().split(/=(.*)/s, 2)].filter(([name]) => name));

	// fill offers the doctors who fit, and keeps the chosen one if that is one of them.
	function fillDoctors(chosen) {
		const fits = Object.entries(groupCriteria());
		const options = doctors
			.filter((one) => fits.every(([name, value]) => one[name] === value))
			.map(({ id, name, specialization }) => [id, [name, specialization].filter(Boolean).join(", ")]);
		doctorField.control.replaceChildren(
			...[["", "The first who is free"], ...options].map(([value, text]) =>
				h("option", { value, selected: value === chosen }, text),
			),
		);
	}

	function changeGroup() {
		fillDoctors(doctorField.control.value);
		return run();
	}

	fillDoctors(chosen);
	return {
		...fieldRow(groupField, doctorField),
		criteria: () => (doctorField.read() ? { doctor: doctorField.read() } : groupCriteria()),
	};
}

const byName = ([, a], [, b]) => a.localeCompare(b);

// kinds are the departments and specializations of some doctors, to choose among.
function groupOptions(doctors) {
	const departments = new Map(
		doctors
			.filter(({ expand }) => expand?.department)
			.map(({ expand: { department } }) => [`department=${department.id}`, department.name]),
	);
	const specializations = new Map(
		doctors
			.filter(({ specialization }) => specialization)
			.map(({ specialization }) => [`specialization=${specialization}`, specialization]),
	);
	const groups = [
		["Departments", departments],
		["Specializations", specializations],
	].filter(([, some]) => some.size > 0);
	return [["", "All"], ...groups.map(([name, some]) => [name, [...some].sort(byName)])];
}

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
		starts: formatInstant(fromWallClock(date, time)),
		overbook: true,
		staff_note,
	}),
};

// answered is what these fields say, as the API takes it: { doctor, starts, … }.
export const visitTimeValues = (values) => valuesByWay[values.way ?? "slot"](values);
