// Free slots: found by day, a week at a time, and chosen with one click.

import { freeSlots } from "./api.js";
import { button, h, showError } from "./dom.js";
import { chip, errorMarker, nextId } from "./fields.js";
import { hospital } from "./hospital.js";
import { refreshAll, region } from "./live.js";
import {
	addDays,
	bookableRange,
	dayOf,
	formatDate,
	formatDay,
	formatTime,
	formatZone,
	isDay,
	parseInstant,
} from "./time.js";

const weekSpan = 6; // days after the first
const searchSpan = 61; // days in which a first free slot is looked for
const maxSlots = 60; // slots of any doctor at a time

const dayOfSlot = ({ starts }) => dayOf(parseInstant(starts));
const slotKey = ({ doctor, starts }) => doctor + starts;

const countMessage = (n) => ["Nothing is free", "One time is free"][n] ?? `${n} times are free`;

// grouped are lists of what has the same key, in order of the first of each.
function groupBy(all, key) {
	const groups = new Map();
	for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
	return [...groups.values()];
}

// slotField asks for one of the free slots, from a day on. criteria says of whom: { doctor },
// or who fits, { department, specialization }; doctorName is shown where it may be
// anybody.
export async function slotField({ criteria, doctorName, first }) {
	const id = nextId();
	const { min, max } = bookableRange();
	let requestedDay = clampDay(first ?? min); // the first day, as the reader asked for it
	let from = requestedDay; // and as it is shown
	let nextDay = min; // what comes next
	let searching = true; // until something is found
	let request = 0;
	let selected = null;
	const toggledDays = new Map(); // the days that the reader opened or closed
	const wideScreen = matchMedia("(min-width: 40rem)");

	function clampDay(wish) {
		if (wish < min) return min;
		return max && wish > max ? max : wish;
	}

	// find reads the slots from a day on; when it is to seek, from the first day that has some.
	async function findSlots(day1) {
		const who = criteria();
		if (!who.doctor) return freeSlots({ ...who, from: day1, to: addDays(day1, searchSpan), limit: maxSlots });
		const found = await freeSlots({ ...who, from: day1, to: addDays(day1, weekSpan) });
		if (found.length > 0 || !searching) return found;
		const later = await freeSlots({ ...who, from: day1, to: addDays(day1, searchSpan) });
		return later.filter((slot) => dayOfSlot(slot) <= addDays(dayOfSlot(later[0]), weekSpan));
	}

	async function load() {
		const ownRequest = ++request;
		const anyDoctor = !criteria().doctor;
		const slots = await findSlots(from);
		if (ownRequest !== request) return []; // another one was asked for, and is shown
		if (slots.length > 0 && !anyDoctor && dayOfSlot(slots[0]) > addDays(from, weekSpan)) from = dayOfSlot(slots[0]);
		const isCut = anyDoctor && slots.length === maxSlots;
		const to = isCut ? dayOfSlot(slots.at(-1)) : addDays(from, anyDoctor ? searchSpan : weekSpan);
		nextDay = isCut && to > from ? to : addDays(to, 1);
		searching = false;
		date.value = from;
		setCount(
			isCut
				? `The first ${maxSlots} free times, until ${formatDay(to)}.`
				: `${countMessage(slots.length)} from ${formatDay(from)} to ${formatDay(to)}.`,
		);
		if (
			selected &&
			dayOfSlot(selected) >= from &&
			dayOfSlot(selected) <= to &&
			!slots.some((slot) => slotKey(slot) === slotKey(selected))
		) {
			selected = null;
			chosen.textContent = error.textContent ? "" : "The time you chose is not free any more.";
		}
		if (slots.length === 0)
			return (
				!anyDoctor &&
				nextDay <= (max ?? nextDay) &&
				button("First free time after that", () => showFrom(nextDay, true), { key: id })
			);
		return groupBy(slots, dayOfSlot).map((some, i, { length }) => dayBox(some, i === 0, isCut && i === length - 1));
	}

	// say tells how much is free; what is said again is not told again.
	function setCount(sentence) {
		if (count.textContent !== sentence) count.textContent = sentence;
	}

	function dayBox(slots, leading, cut) {
		const open = toggledDays.get(dayOfSlot(slots[0])) ?? (leading || wideScreen.matches);
		const isAmbiguous = (slot) =>
			slots.some(
				(other) =>
					other !== slot &&
					other.doctor === slot.doctor &&
					formatTime(other.starts) === formatTime(slot.starts),
			);
		return h(
			"details",
			{ class: "slots", open, toggle: (event) => toggledDays.set(dayOfSlot(slots[0]), event.target.open) },
			h(
				"summary",
				{},
				`${formatDate(slots[0].starts)} `,
				h("span", { class: "minor" }, `${slots.length + (cut ? "+" : "")} free`),
			),
			groupBy(slots, ({ doctor, room }) => doctor + room).map((same) => {
				const where = placeOf(same[0]);
				return h(
					"div",
					{ role: "group", "aria-label": [formatDate(same[0].starts), where].filter(Boolean).join(", ") },
					where && h("p", { class: "minor" }, where),
					h(
						"div",
						{ class: "chips" },
						same.map((slot) => slotChip(slot, isAmbiguous(slot))),
					),
				);
			}),
		);
	}

	const placeOf = ({ doctor, room }) =>
		[!criteria().doctor && doctorName(doctor), room && `Room ${room}`].filter(Boolean).join(", ");

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

	function selectSlot(slot) {
		selected = slot;
		chosen.textContent =
			"Chosen: " +
			[formatDate(slot.starts), `${formatTime(slot.starts)}–${formatTime(slot.ends)}`, placeOf(slot)]
				.filter(Boolean)
				.join(", ");
	}

	// go shows the free slots from a day on.
	async function showFrom(next, search = false) {
		[requestedDay, searching] = [clampDay(next), search];
		from = requestedDay;
		await refreshAll(list);
	}

	const date = h("input", {
		type: "date",
		id: `${id}-day`,
		value: from,
		min,
		max,
		change: () => isDay(date.value) && showFrom(date.value).catch(({ message }) => showError(message)),
	});
	const count = h("p", { class: "hint", role: "status" });
	const chosen = h("p", { class: "chosen" });
	const error = h("p", { id: `${id}-error`, class: "error" });
	const list = await region(["appointments"], load);
	const control = h("div", { role: "radiogroup", "aria-labelledby": id, "aria-describedby": `${id}-error` }, list);
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
				h("span", { class: "optional" }, ` by the hospital’s clock, ${hospital.timezone}`),
			),
			h(
				"div",
				{ class: "days" },
				button("Earlier", () => showFrom(addDays(from, -weekSpan - 1))),
				h("label", { for: `${id}-day`, class: "unseen" }, "First day shown"),
				date,
				button("Later", () => showFrom(nextDay)),
			),
			count,
			control,
			chosen,
			error,
		),
		read: () => selected,
		validate: () => (selected ? "" : "Choose a time."),
		setError: errorMarker(control, error),
		focus: () =>
			(control.querySelector("input:checked") ?? control.querySelector("details[open] input") ?? date).focus(),
		// again begins anew, for another doctor, and take chooses a slot for the reader.
		reset() {
			[selected, chosen.textContent] = [null, ""];
			return showFrom(requestedDay, true);
		},
		select(slot) {
			selectSlot(slot);
			return showFrom(dayOfSlot(slot));
		},
	};
}
