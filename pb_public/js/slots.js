// Free slots: found by day, a week at a time, and chosen with one click.

import { freeSlots } from "./api.js";
import { button, complain, h } from "./dom.js";
import { chip, marker, nextId } from "./fields.js";
import { hospital } from "./hospital.js";
import { refreshAll, region } from "./live.js";
import { bookable, dayOf, instant, isDay, plusDays, showDate, showDay, showTime, showZone } from "./time.js";

const week = 6; // days after the first
const ahead = 61; // days in which a first free slot is looked for
const most = 60; // slots of any doctor at a time

const day = ({ starts }) => dayOf(instant(starts));
const name = ({ doctor, starts }) => doctor + starts;

const amount = (n) => ["Nothing is free", "One time is free"][n] ?? `${n} times are free`;

// grouped are lists of what has the same key, in order of the first of each.
function grouped(all, key) {
	const groups = new Map();
	for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
	return [...groups.values()];
}

// slotField asks for one of the free slots, from a day on. wanted says of whom: { doctor },
// or who fits, { department, specialization }; doctorName is shown where it may be
// anybody.
export async function slotField({ wanted, doctorName, first }) {
	const id = nextId();
	const { min, max } = bookable();
	let asked = within(first ?? min); // the first day, as the reader asked for it
	let from = asked; // and as it is shown
	let after = min; // what comes next
	let seeking = true; // until something is found
	let turn = 0;
	let picked = null;
	const opened = new Map(); // the days that the reader opened or closed
	const roomy = matchMedia("(min-width: 40rem)");

	function within(wish) {
		if (wish < min) return min;
		return max && wish > max ? max : wish;
	}

	// find reads the slots from a day on; when it is to seek, from the first day that has some.
	async function find(day1) {
		const who = wanted();
		if (!who.doctor) return freeSlots({ ...who, from: day1, to: plusDays(day1, ahead), limit: most });
		const found = await freeSlots({ ...who, from: day1, to: plusDays(day1, week) });
		if (found.length > 0 || !seeking) return found;
		const later = await freeSlots({ ...who, from: day1, to: plusDays(day1, ahead) });
		return later.filter((slot) => day(slot) <= plusDays(day(later[0]), week));
	}

	async function load() {
		const mine = ++turn;
		const any = !wanted().doctor;
		const slots = await find(from);
		if (mine !== turn) return []; // another one was asked for, and is shown
		if (slots.length > 0 && !any && day(slots[0]) > plusDays(from, week)) from = day(slots[0]);
		const cut = any && slots.length === most;
		const to = cut ? day(slots.at(-1)) : plusDays(from, any ? ahead : week);
		after = cut && to > from ? to : plusDays(to, 1);
		seeking = false;
		date.value = from;
		say(
			cut
				? `The first ${most} free times, until ${showDay(to)}.`
				: `${amount(slots.length)} from ${showDay(from)} to ${showDay(to)}.`,
		);
		if (picked && day(picked) >= from && day(picked) <= to && !slots.some((slot) => name(slot) === name(picked))) {
			picked = null;
			chosen.textContent = error.textContent ? "" : "The time you chose is not free any more.";
		}
		if (slots.length === 0)
			return (
				!any &&
				after <= (max ?? after) &&
				button("First free time after that", () => go(after, true), { key: id })
			);
		return grouped(slots, day).map((some, i, { length }) => dayBox(some, i === 0, cut && i === length - 1));
	}

	// say tells how much is free; what is said again is not told again.
	function say(sentence) {
		if (count.textContent !== sentence) count.textContent = sentence;
	}

	function dayBox(slots, leading, cut) {
		const open = opened.get(day(slots[0])) ?? (leading || roomy.matches);
		const twice = (slot) =>
			slots.some(
				(other) =>
					other !== slot && other.doctor === slot.doctor && showTime(other.starts) === showTime(slot.starts),
			);
		return h(
			"details",
			{ class: "slots", open, toggle: (event) => opened.set(day(slots[0]), event.target.open) },
			h(
				"summary",
				{},
				`${showDate(slots[0].starts)} `,
				h("span", { class: "minor" }, `${slots.length + (cut ? "+" : "")} free`),
			),
			grouped(slots, ({ doctor, room }) => doctor + room).map((same) => {
				const where = place(same[0]);
				return h(
					"div",
					{ role: "group", "aria-label": [showDate(same[0].starts), where].filter(Boolean).join(", ") },
					where && h("p", { class: "minor" }, where),
					h(
						"div",
						{ class: "chips" },
						same.map((slot) => slotChip(slot, twice(slot))),
					),
				);
			}),
		);
	}

	const place = ({ doctor, room }) =>
		[!wanted().doctor && doctorName(doctor), room && `Room ${room}`].filter(Boolean).join(", ");

	const slotChip = (slot, twice) =>
		chip(
			h("input", {
				type: "radio",
				name: id,
				"data-key": id + name(slot),
				checked: picked && name(slot) === name(picked),
				change: () => pick(slot),
			}),
			showTime(slot.starts) + (twice ? ` ${showZone(slot.starts)}` : ""),
			slot.remaining > 1 && h("small", {}, `${slot.remaining} left`),
		);

	function pick(slot) {
		picked = slot;
		chosen.textContent =
			"Chosen: " +
			[showDate(slot.starts), `${showTime(slot.starts)}–${showTime(slot.ends)}`, place(slot)]
				.filter(Boolean)
				.join(", ");
	}

	// go shows the free slots from a day on.
	async function go(next, seek = false) {
		[asked, seeking] = [within(next), seek];
		from = asked;
		await refreshAll(list);
	}

	const date = h("input", {
		type: "date",
		id: `${id}-day`,
		value: from,
		min,
		max,
		change: () => isDay(date.value) && go(date.value).catch(({ message }) => complain(message)),
	});
	const count = h("p", { class: "hint", role: "status" });
	const chosen = h("p", { class: "chosen" });
	const error = h("p", { id: `${id}-error`, class: "error" });
	const list = await region(["appointments"], load);
	const control = h("div", { role: "radiogroup", "aria-labelledby": id, "aria-describedby": `${id}-error` }, list);
	return {
		name: "slot",
		reports: ["starts", "ends"],
		control,
		error,
		place: h(
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
				button("Earlier", () => go(plusDays(from, -week - 1))),
				h("label", { for: `${id}-day`, class: "unseen" }, "First day shown"),
				date,
				button("Later", () => go(after)),
			),
			count,
			control,
			chosen,
			error,
		),
		read: () => picked,
		wrong: () => (picked ? "" : "Choose a time."),
		mark: marker(control, error),
		focus: () =>
			(control.querySelector("input:checked") ?? control.querySelector("details[open] input") ?? date).focus(),
		// again begins anew, for another doctor, and take chooses a slot for the reader.
		again() {
			[picked, chosen.textContent] = [null, ""];
			return go(asked, true);
		},
		take(slot) {
			pick(slot);
			return go(day(slot));
		},
	};
}
