// Times are shown in the hospital's time zone, wherever the reader is, and sent in UTC.
//
// An instant is text as the API writes it, "2030-01-31 09:00:00.000Z"; a day is a calendar day, "2030-01-31".

import { hospital } from "./hospital.js";

/** @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();

/** @param {string} zone @param {Intl.DateTimeFormatOptions} options */
function formatter(zone, options) {
	const key = zone + JSON.stringify(options);
	const cached = formatters.get(key);
	if (cached) return cached;
	const made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
	formatters.set(key, made);
	return made;
}

/** @param {string} instant */
export const parseInstant = (instant) => new Date(instant.replace(" ", "T"));

/** @param {Date} date */
export const formatInstant = (date) => date.toISOString().replace("T", " ");

/** @type {Intl.DateTimeFormatOptions} */
const numericParts = {
	year: "numeric",
	month: "2-digit",
	day: "2-digit",
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
};

/**
 * wallClock is what the clocks of a zone show, as milliseconds as if it were UTC.
 * @param {Date} date
 * @param {string} zone
 */
function wallClock(date, zone) {
	const part = Object.fromEntries(
		formatter(zone, numericParts)
			.formatToParts(date)
			.map(({ type, value }) => [type, Number(value)]),
	);
	return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** @param {number} time @param {string} zone */
const zoneOffset = (time, zone) => wallClock(new Date(time), zone) - Math.floor(time / 1000) * 1000;

const halfDay = 12 * 3_600_000;

/**
 * fromWallClock finds when the clocks of a zone show a day and a time ("09:00"). An hour that comes twice when clocks
 * are put back is taken the first time. A time that is skipped when clocks go forward is null.
 * @param {string} day
 * @param {string} time
 */
export function fromWallClock(day, time, zone = hospital.timezone) {
	const { shown, candidates } = wallClockCandidates(day, time, zone);
	const found = candidates.filter((one) => one + zoneOffset(one, zone) === shown);
	return found.length > 0 ? new Date(Math.min(...found)) : null;
}

/**
 * wallClockCandidates are the two instants, by the offset before and after, at which clocks could show a time.
 * @param {string} day
 * @param {string} time
 * @param {string} zone
 */
function wallClockCandidates(day, time, zone) {
	const shown = Date.parse(`${day}T${time}Z`);
	if (Number.isNaN(shown)) return { shown, candidates: [] };
	return {
		shown,
		candidates: [shown - zoneOffset(shown - halfDay, zone), shown - zoneOffset(shown + halfDay, zone)],
	};
}

/**
 * dayOf is the calendar day of a date at the hospital.
 * @param {Date} date
 */
export const dayOf = (date, zone = hospital.timezone) => new Date(wallClock(date, zone)).toISOString().slice(0, 10);

/**
 * timeOfDay is the time of a date at the hospital, "09:00".
 * @param {Date} date
 */
export const timeOfDay = (date, zone = hospital.timezone) =>
	new Date(wallClock(date, zone)).toISOString().slice(11, 16);

export const today = () => dayOf(new Date());

/**
 * isDay reports whether a text is a calendar day.
 * @param {string | undefined} text
 * @returns {text is string}
 */
export const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(text ?? ""));

/**
 * addDays adds calendar days to a day.
 * @param {string} day
 * @param {number} n
 */
export function addDays(day, n) {
	const date = new Date(`${day}T00:00Z`);
	date.setUTCDate(date.getUTCDate() + n);
	return date.toISOString().slice(0, 10);
}

/**
 * startOfDay is the instant at which a day starts at the hospital. Where clocks go forward at midnight it is the first
 * moment after the gap.
 * @param {string} day
 */
export function startOfDay(day) {
	const zone = hospital.timezone;
	const midnight = fromWallClock(day, "00:00", zone);
	return formatInstant(midnight ?? new Date(wallClockCandidates(day, "00:00", zone).candidates[0]));
}

/** @type {Intl.DateTimeFormatOptions} */
const shortDate = { weekday: "short", day: "numeric", month: "short" };

/** @type {Intl.DateTimeFormatOptions} */
const longDate = { ...shortDate, year: "numeric" };

/**
 * formatDay formats a calendar day, "Thu, 31 Jan 2030".
 * @param {string} day
 */
export const formatDay = (day) => formatter("UTC", longDate).format(new Date(`${day}T00:00Z`));

/**
 * formatDayRange formats the days from one to another, both included: a day, a month, or "1 Jan – 15 Mar 2030".
 * @param {string} from
 * @param {string} to
 */
export function formatDayRange(from, to) {
	if (from === to) return formatDay(from);
	if (from.endsWith("-01") && addDays(to, 1) === `${addDays(`${from.slice(0, 8)}28`, 4).slice(0, 8)}01`)
		return formatter("UTC", { month: "long", year: "numeric" }).format(new Date(`${from}T00:00Z`));
	return formatter("UTC", { day: "numeric", month: "short", year: "numeric" }).formatRange(
		new Date(`${from}T00:00Z`),
		new Date(`${to}T00:00Z`),
	);
}

/**
 * formatDate formats the day of an instant; the year is left out when it is this one.
 * @param {string} instant
 */
export const formatDate = (instant) =>
	formatter(
		hospital.timezone,
		dayOf(parseInstant(instant)).slice(0, 4) === today().slice(0, 4) ? shortDate : longDate,
	).format(parseInstant(instant));

/**
 * formatTime formats the time of an instant, "09:00".
 * @param {string} instant
 */
export const formatTime = (instant) =>
	formatter(hospital.timezone, { hour: "2-digit", minute: "2-digit" }).format(parseInstant(instant));

/** @param {string} instant */
export const formatDateTime = (instant) => `${formatDate(instant)}, ${formatTime(instant)}`;

/**
 * formatZone names the offset of an instant, "CEST": it tells apart two equal times of one night.
 * @param {string} instant
 */
export const formatZone = (instant) =>
	formatter(hospital.timezone, { hour: "2-digit", timeZoneName: "short" })
		.formatToParts(parseInstant(instant))
		.find(({ type }) => type === "timeZoneName")?.value ?? "";

/**
 * isStartOfDay reports whether an instant is the first of its day at the hospital.
 * @param {string} instant
 */
export const isStartOfDay = (instant) => startOfDay(dayOf(parseInstant(instant))) === instant;

/**
 * lastInstant is the last millisecond before an end.
 * @param {string} ends
 */
const lastInstant = (ends) => new Date(parseInstant(ends).getTime() - 1);

/**
 * lastDayOf is the last day of a time range. The end is not part of it: a range that ends at midnight ends the day
 * before.
 * @param {string} ends
 */
export const lastDayOf = (ends) => dayOf(lastInstant(ends));

/**
 * formatTimeRange formats the time from one instant to another: as days when it is whole days, otherwise with times.
 * @param {string} starts
 * @param {string} ends
 */
export function formatTimeRange(starts, ends) {
	const isOneDay = dayOf(parseInstant(starts)) === lastDayOf(ends);
	const lastDate = formatDate(formatInstant(lastInstant(ends)));
	if (isStartOfDay(starts) && isStartOfDay(ends))
		return isOneDay ? formatDate(starts) : `${formatDate(starts)} – ${lastDate}`;
	const endTime = isStartOfDay(ends) ? "24:00" : formatTime(ends);
	return isOneDay ? `${formatDateTime(starts)}–${endTime}` : `${formatDateTime(starts)} – ${lastDate}, ${endTime}`;
}

/** bookableRange is the first and the last day on which visits can be booked. */
export const bookableRange = () => ({
	min: today(),
	max: hospital.booking_horizon_days ? addDays(today(), hospital.booking_horizon_days) : undefined,
});

/**
 * age is the age on a day, "42 years"; below two years it is in months.
 * @param {string} birthDate
 * @param {string} day
 */
export function age(birthDate, day = today()) {
	const [now, then] = [day, birthDate].map((one) => one.split("-").map(Number));
	const months = (now[0] - then[0]) * 12 + now[1] - then[1] - (now[2] < then[2] ? 1 : 0);
	const [n, unit] = months < 24 ? [months, "month"] : [Math.floor(months / 12), "year"];
	return `${n} ${unit}${n === 1 ? "" : "s"}`;
}

/** @param {string | undefined} day */
export const birthDateWithAge = (day) => day && `${formatDay(day)}, ${age(day)}`;
