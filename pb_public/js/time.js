// Time is shown in the hospital's zone, wherever the reader is, and sent in UTC.

import { hospital } from "./hospital.js";

const formats = new Map();

function formatter(zone, options) {
	const name = zone + JSON.stringify(options);
	if (!formats.has(name))
		formats.set(name, new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options }));
	return formats.get(name);
}

// instant reads a moment as the API writes it, "2030-01-31 09:00:00.000Z".
export const parseInstant = (text) => new Date(text.replace(" ", "T"));

// stamp writes a moment as the API reads it.
export const formatInstant = (date) => date.toISOString().replace("T", " ");

const numericParts = {
	year: "numeric",
	month: "2-digit",
	day: "2-digit",
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
};

// wall is what the clock on a wall in a zone shows, as if it were UTC.
function wallClock(date, zone) {
	const part = Object.fromEntries(
		formatter(zone, numericParts)
			.formatToParts(date)
			.map(({ type, value }) => [type, Number(value)]),
	);
	return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

const zoneOffset = (time, zone) => wallClock(new Date(time), zone) - Math.floor(time / 1000) * 1000;

const halfDay = 12 * 3_600_000;

// fromWall finds the moment at which a zone's clocks show a day and a time. An
// hour that comes twice in autumn is taken the first time; in spring an hour is
// skipped, and the answer is null, or with after the first moment behind the gap.
export function fromWallClock(day, time, zone = hospital.timezone, { after = false } = {}) {
	const shown = Date.parse(`${day}T${time}Z`);
	if (Number.isNaN(shown)) return null;
	const [early, late] = [shown - zoneOffset(shown - halfDay, zone), shown - zoneOffset(shown + halfDay, zone)];
	const found = [early, late].filter((one) => one + zoneOffset(one, zone) === shown);
	if (found.length > 0) return new Date(Math.min(...found));
	return after ? new Date(early) : null;
}

// dayOf is the calendar day of a moment at the hospital, "2030-01-31".
export const dayOf = (date, zone = hospital.timezone) => new Date(wallClock(date, zone)).toISOString().slice(0, 10);

// clockOf is the time of day of a moment at the hospital, "09:00".
export const timeOfDay = (date, zone = hospital.timezone) =>
	new Date(wallClock(date, zone)).toISOString().slice(11, 16);

export const today = () => dayOf(new Date());

// isDay says whether a text is a calendar day.
export const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(text));

// plusDays counts calendar days.
export function addDays(day, n) {
	const date = new Date(`${day}T00:00Z`);
	date.setUTCDate(date.getUTCDate() + n);
	return date.toISOString().slice(0, 10);
}

// startOf is when a day begins at the hospital, for filters.
export const startOfDay = (day) => formatInstant(fromWallClock(day, "00:00", hospital.timezone, { after: true }));

const longDate = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
const shortDate = { weekday: "short", day: "numeric", month: "short" };

// showDay writes a calendar day, "Thu, 31 Jan 2030".
export const formatDay = (day) => formatter("UTC", longDate).format(new Date(`${day}T00:00Z`));

// showDays writes calendar days from one to another: a day, a month, or "1 Jan – 15 Mar 2030".
export function formatDayRange(from, to) {
	if (from === to) return formatDay(from);
	if (from.endsWith("-01") && addDays(to, 1) === `${addDays(`${from.slice(0, 8)}28`, 4).slice(0, 8)}01`)
		return formatter("UTC", { month: "long", year: "numeric" }).format(new Date(`${from}T00:00Z`));
	return formatter("UTC", { day: "numeric", month: "short", year: "numeric" }).formatRange(
		new Date(`${from}T00:00Z`),
		new Date(`${to}T00:00Z`),
	);
}

// showDate and showTime write the parts of a moment as the API gives it. The year
// is left out when it is this one.
export const formatDate = (text) =>
	formatter(
		hospital.timezone,
		dayOf(parseInstant(text)).slice(0, 4) === today().slice(0, 4) ? shortDate : longDate,
	).format(parseInstant(text));
export const formatTime = (text) =>
	formatter(hospital.timezone, { hour: "2-digit", minute: "2-digit" }).format(parseInstant(text));
export const formatDateTime = (text) => `${formatDate(text)}, ${formatTime(text)}`;

// showZone names the offset of a moment, "CEST", where a clock shows a time twice.
export const formatZone = (text) =>
	formatter(hospital.timezone, { hour: "2-digit", timeZoneName: "short" })
		.formatToParts(parseInstant(text))
		.find(({ type }) => type === "timeZoneName").value;

// beginsDay says whether a moment is the first of its day at the hospital.
export const isStartOfDay = (text) => startOfDay(dayOf(parseInstant(text))) === text;

// lastDayOf is the last day that a stretch of time touches.
export const lastDayOf = (ends) => dayOf(new Date(parseInstant(ends) - 1));

// showSpan writes a stretch of time, in whole days where it is some.
export function formatTimeRange(starts, ends) {
	const [first, last] = [dayOf(parseInstant(starts)), lastDayOf(ends)];
	const lastDate = formatDate(formatInstant(new Date(parseInstant(ends) - 1)));
	if (isStartOfDay(starts) && isStartOfDay(ends))
		return first === last ? formatDate(starts) : `${formatDate(starts)} – ${lastDate}`;
	return first === last
		? `${formatDateTime(starts)}–${isStartOfDay(ends) ? "24:00" : formatTime(ends)}`
		: `${formatDateTime(starts)} – ${isStartOfDay(ends) ? `${lastDate}, 24:00` : formatDateTime(ends)}`;
}

// bookable are the days that visits can be booked on.
export const bookableRange = () => ({
	min: today(),
	max: hospital.booking_horizon_days ? addDays(today(), hospital.booking_horizon_days) : undefined,
});

// age is how old somebody born on a day is, "42 years"; small children count months.
function age(born) {
	const [now, then] = [today(), born].map((day) => day.split("-").map(Number));
	const months = (now[0] - then[0]) * 12 + now[1] - then[1] - (now[2] < then[2] ? 1 : 0);
	const [n, unit] = months < 24 ? [months, "month"] : [Math.floor(months / 12), "year"];
	return `${n} ${unit}${n === 1 ? "" : "s"}`;
}

// born is a birthday with the age that goes with it.
export const birthDateWithAge = (day) => day && `${formatDay(day)}, ${age(day)}`;
