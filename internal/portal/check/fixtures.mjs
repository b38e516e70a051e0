// What several tests need: the settings of the hospital, and the clock.

import { hospital } from "../../../pb_public/js/hospital.js";

const defaults = { ...hospital };

/**
 * withHospital runs a test with other settings of the hospital.
 * @param {Partial<Hospital>} settings
 * @param {() => void} run
 */
export function withHospital(settings, run) {
	Object.assign(hospital, settings);
	try {
		run();
	} finally {
		for (const name of Object.keys(settings)) delete (/** @type {Values} */ (hospital)[name]);
		Object.assign(hospital, defaults);
	}
}

/**
 * withClock runs a test at a fixed moment.
 * @param {string} now
 * @param {() => void} run
 */
export function withClock(now, run) {
	const RealDate = Date;
	const fixed = RealDate.parse(now);
	const FixedDate = new Proxy(RealDate, {
		construct: (target, parts) => Reflect.construct(target, parts.length === 0 ? [fixed] : parts),
		get: (target, name) => (name === "now" ? () => fixed : Reflect.get(target, name)),
	});
	globalThis.Date = FixedDate;
	try {
		run();
	} finally {
		globalThis.Date = RealDate;
	}
}

/**
 * slot is a free slot of half an hour.
 * @param {string} starts
 * @param {Partial<Slot>} more
 * @returns {Slot}
 */
export function slot(starts, more = {}) {
	const ends = new Date(Date.parse(starts.replace(" ", "T")) + 30 * 60_000);
	const stored = ends.toISOString().replace("T", " ");
	return { starts, ends: stored, doctor: "keller", room: "1.04", remaining: 1, ...more };
}
