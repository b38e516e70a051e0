// How free slots are arranged: by day, and by doctor and room.

import { addDays, dayOf, formatDay, formatTime, parseInstant } from "./time.js";

/** The days that are shown after the first one. */
export const weekSpan = 6;

/** The days after the first one in which a free slot is searched. */
export const searchSpan = 61;

/** The number of slots that are read at a time when any doctor will do. */
export const maxSlots = 60;

/**
 * dayOfSlot is the day at the hospital on which a slot starts.
 * @param {Slot} slot
 */
export const dayOfSlot = ({ starts }) => dayOf(parseInstant(starts));

/**
 * slotKey identifies a slot.
 * @param {Slot} slot
 */
export const slotKey = ({ doctor, starts }) => doctor + starts;

/**
 * groupBy returns lists of what has the same key, in the order of their first members.
 * @template T
 * @param {T[]} all
 * @param {(one: T) => string} key
 */
export function groupBy(all, key) {
	/** @type {Map<string, T[]>} */
	const groups = new Map();
	for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
	return [...groups.values()];
}

/**
 * clampDay returns a day within the days that can be booked, both included.
 * @param {string} day
 * @param {{ min: string, max?: string }} range
 */
export function clampDay(day, { min, max }) {
	if (day < min) return min;
	return max && day > max ? max : day;
}

/**
 * isAmbiguous reports whether a doctor has another slot that shows the same time, as when clocks are put back.
 * @param {Slot} slot
 * @param {Slot[]} slots those of the same day
 */
export const isAmbiguous = (slot, slots) =>
	slots.some(
		(other) =>
			other !== slot && other.doctor === slot.doctor && formatTime(other.starts) === formatTime(slot.starts),
	);

/**
 * slotWindow says which days a list of free slots covers, from `from` to `to`, both included, and on which day the
 * next list starts. A list that was cut at maxSlots may lack slots of its last day, so the next one starts with it.
 * @param {Slot[]} slots
 * @param {string} from
 * @param {boolean} anyDoctor
 */
export function slotWindow(slots, from, anyDoctor) {
	const last = slots.at(-1);
	const isCut = anyDoctor && slots.length === maxSlots && last !== undefined;
	const to = isCut ? dayOfSlot(last) : addDays(from, anyDoctor ? searchSpan : weekSpan);
	return { to, isCut, nextDay: isCut && to > from ? to : addDays(to, 1) };
}

/**
 * countMessage says how many slots a list has, and of which days.
 * @param {number} count
 * @param {string} from
 * @param {{ to: string, isCut: boolean }} window
 */
export function countMessage(count, from, { to, isCut }) {
	if (isCut) return `The first ${maxSlots} free times, until ${formatDay(to)}.`;
	const free = ["No free times", "1 free time"][count] ?? `${count} free times`;
	return `${free} from ${formatDay(from)} to ${formatDay(to)}.`;
}
