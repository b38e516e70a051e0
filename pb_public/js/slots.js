// The field that chooses a free slot: slots are shown by day, a week at a time.

import { freeSlots } from "./api.js";
import { button, h, showError } from "./dom.js";
import { chip, errorMarker, nextId } from "./fields.js";
import { hospital } from "./hospital.js";
import { refreshAll, region } from "./live.js";
import {
	clampDay,
	countMessage,
	dayOfSlot,
	groupBy,
	isAmbiguous,
	maxSlots,
	searchSpan,
	slotKey,
	slotWindow,
	weekSpan,
} from "./slot-list.js";
import { addDays, bookableRange, formatDate, formatTime, formatZone, isDay } from "./time.js";

/**
 * @typedef {object} SlotFieldOptions
 * @property {() => SlotCriteria} criteria
 * @property {(id: string) => string | undefined} doctorName is shown when the slots are of any doctor
 * @property {string} [first] the first day that is shown
 */

/**
 * slotField is a field that chooses one of the free slots.
 * @param {SlotFieldOptions} options
 */
export async function slotField({ criteria, doctorName, first }) {
	const id = nextId();
	const range = bookableRange();
	let requestedDay = clampDay(first ?? range.min, range);
	let from = requestedDay; // the first day that is shown
	let nextDay = range.min; // the first day of the next list
	let searching = true; // whether to go on to the first day that has a free slot
	let request = 0;
	/** @type {Slot | null} */
	let selected = null;
	/** @type {Map<string, boolean>} */
	const toggledDays = new Map(); // the days that the reader opened or closed
	const wideScreen = matchMedia("(min-width: 40rem)");

	/** @param {string} day */
	async function findSlots(day) {
		const who = criteria();
		if (!who.doctor) return freeSlots({ ...who, from: day, to: addDays(day, searchSpan), limit: maxSlots });
		const found = await freeSlots({ ...who, from: day, to: addDays(day, weekSpan) });
		if (found.length > 0 || !searching) return found;
		const later = await freeSlots({ ...who, from: day, to: addDays(day, searchSpan) });
		return later.filter((slot) => dayOfSlot(slot) <= addDays(dayOfSlot(later[0]), weekSpan));
	}

	async function load() {
		const ownRequest = ++request;
		const anyDoctor = !criteria().doctor;
		const slots = await findSlots(from);
		if (ownRequest !== request) return []; // a later request is shown instead
		if (slots.length > 0 && !anyDoctor && dayOfSlot(slots[0]) > addDays(from, weekSpan)) from = dayOfSlot(slots[0]);
		const shown = slotWindow(slots, from, anyDoctor);
		nextDay = shown.nextDay;
		searching = false;
		date.value = from;
		setCount(countMessage(slots.length, from, shown));
		dropSelected(slots, shown.to);
		if (slots.length === 0)
			return (
				!anyDoctor &&
				nextDay <= (range.max ?? nextDay) &&
				button("Find the next free time", () => showFrom(nextDay, true), { key: id })
			);
		return groupBy(slots, dayOfSlot).map((ofDay, i, { length }) =>
			dayBox(ofDay, i === 0, shown.isCut && i === length - 1),
		);
	}

	/**
	 * dropSelected forgets the selected slot when it is in the days that are shown and no longer free.
	 * @param {Slot[]} slots
	 * @param {string} to
	 */
	function dropSelected(slots, to) {
		if (!selected || dayOfSlot(selected) < from || dayOfSlot(selected) > to) return;
		const key = slotKey(selected);
		if (slots.some((slot) => slotKey(slot) === key)) return;
		selected = null;
		chosen.textContent = error.textContent ? "" : "The time you chose is no longer free. Choose another time.";
	}

	/**
	 * setCount announces how many slots there are, once.
	 * @param {string} message
	 */
	function setCount(message) {
		if (count.textContent !== message) count.textContent = message;
	}

	/** @param {Slot[]} slots @param {boolean} isFirst @param {boolean} isCut */
	function dayBox(slots, isFirst, isCut) {
		const day = dayOfSlot(slots[0]);
		const box = h(
			"details",
			{
				class: "slots",
				open: toggledDays.get(day) ?? (isFirst || wideScreen.matches),
				toggle: () => toggledDays.set(day, box.open),
			},
			h(
				"summary",
				{},
				`${formatDate(slots[0].starts)} `,
				h("span", { class: "minor" }, `${slots.length}${isCut ? "+" : ""} free`),
			),
			groupBy(slots, ({ doctor, room }) => doctor + room).map((same) => placeBox(same, slots)),
		);
		return box;
	}

	/**
	 * placeBox shows the slots of one doctor and room.
	 * @param {Slot[]} same
	 * @param {Slot[]} ofDay
	 */
	function placeBox(same, ofDay) {
		const place = placeOf(same[0]);
		return h(
			"div",
			{ role: "group", "aria-label": [formatDate(same[0].starts), place].filter(Boolean).join(", ") },
			place && h("p", { class: "minor" }, place),
			h(
				"div",
				{ class: "chips" },
				same.map((slot) => slotChip(slot, isAmbiguous(slot, ofDay))),
			),
		);
	}

	/** @param {Slot} slot */
	const placeOf = ({ doctor, room }) =>
		[!criteria().doctor && doctorName(doctor), room && `Room ${room}`].filter(Boolean).join(", ");

	/** @param {Slot} slot @param {boolean} ambiguous */
	const slotChip = (slot, ambiguous) =>
		chip(
			h("input", {
				type: "radio",
				name: id,
				"data-key": id + slotKey(slot),
				checked: selected && slotKey(slot) === slotKey(selected),
				change: () => selectSlot(slot),
			}),
			formatTime(slot.starts) + (ambiguous ? ` ${formatZone(slot.starts)}` : ""),
			slot.remaining > 1 && h("small", {}, `${slot.remaining} left`),
		);

	/** @param {Slot} slot */
	function selectSlot(slot) {
		selected = slot;
		const time = `${formatTime(slot.starts)}–${formatTime(slot.ends)}`;
		chosen.textContent = `Chosen: ${[formatDate(slot.starts), time, placeOf(slot)].filter(Boolean).join(", ")}`;
	}

	/**
	 * showFrom shows the free slots from a day on; with `search`, from the first day that has some.
	 * @param {string} day
	 */
	async function showFrom(day, search = false) {
		requestedDay = clampDay(day, range);
		searching = search;
		from = requestedDay;
		await refreshAll(list);
	}

	const date = h("input", {
		type: "date",
		id: `${id}-day`,
		value: from,
		...range,
		change: () => isDay(date.value) && showFrom(date.value).catch(({ message }) => showError(message)),
	});
	const count = h("p", { class: "hint", role: "status" });
	const chosen = h("p", { class: "chosen" });
	const error = h("p", { id: `${id}-error`, class: "error" });
	const list = await region(["appointments"], load);
	const control = h("div", { role: "radiogroup", "aria-labelledby": id, "aria-describedby": `${id}-error` }, list);
	/** @returns {HTMLElement} */
	const focusTarget = () =>
		control.querySelector("input:checked") ?? control.querySelector("details[open] input") ?? date;
	return {
		name: "slot",
		errorFields: ["starts", "ends"],
		control,
		error,
		element: h(
			"div",
			{ class: "field" },
			h(
				"span",
				{ id, class: "label" },
				"Free times",
				h("span", { class: "optional" }, ` in the hospital’s time zone, ${hospital.timezone}`),
			),
			h(
				"div",
				{ class: "days" },
				button("Earlier", () => showFrom(addDays(from, -weekSpan - 1))),
				h("label", { for: `${id}-day`, class: "visually-hidden" }, "First day shown"),
				date,
				button("Later", () => showFrom(nextDay)),
			),
			count,
			control,
			chosen,
			error,
		),
		read: () => selected,
		set: () => {},
		validate: () => (selected ? "" : "Choose a time."),
		setError: errorMarker(control, error),
		focus: () => focusTarget().focus(),
		/** reset starts again, for another doctor. */
		reset() {
			selected = null;
			chosen.textContent = "";
			return showFrom(requestedDay, true);
		},
		/**
		 * select chooses a slot for the reader.
		 * @param {Slot} slot
		 */
		select(slot) {
			selectSlot(slot);
			return showFrom(dayOfSlot(slot));
		},
	};
}
