// The days that a report is about.

import { isDay, today } from "./time.js";

/**
 * dayRange is the range of days of an address: this month until today if it has none.
 * @param {Record<string, string>} query
 */
export const dayRange = ({ from, to }) => ({
	from: isDay(from) ? from : `${today().slice(0, 8)}01`,
	to: isDay(to) ? to : today(),
});

/**
 * dayRangeFields ask for the first and the last day.
 * @param {{ from: string, to: string }} days
 * @returns {FieldOptions[]}
 */
export const dayRangeFields = ({ from, to }) => [
	{ name: "from", label: "First day", type: "date", required: true, value: from },
	{
		name: "to",
		label: "Last day",
		type: "date",
		required: true,
		value: to,
		check: (values) => (values.to < values.from ? "The last day must not be before the first." : ""),
	},
];
