import { fetchHospital } from "../api.js";
import { fileButton, table } from "../components.js";
import { dayRange, dayRangeFields } from "../day-range.js";
import { factList, h, heading } from "../dom.js";
import { form } from "../form.js";
import { methods } from "../labels.js";
import { region } from "../live.js";
import { formatAmount, formatMoney } from "../money.js";
import { formatDayRange } from "../time.js";

/** @type {Record<string, string>} */
const lengths = { month: "Month", day: "Day" };

/**
 * @typedef {object} MethodFigures
 * @property {string} method
 * @property {number} payments
 * @property {number} paid_minor
 * @property {number} refunds
 * @property {number} refunded_minor
 */

/**
 * figureColumns are the amounts of some days.
 * @param {string} name
 * @returns {Column<BillingFigures>[]}
 */
const figureColumns = (name) => [
	[name, ({ from, to }) => formatDayRange(from, to)],
	["Billed", (f) => formatAmount(f.billed_minor)],
	["Tax", (f) => formatAmount(f.tax_minor)],
	["Discounts", (f) => formatAmount(f.discount_minor)],
	["Void", (f) => formatAmount(f.voided_minor)],
	["Credited", (f) => formatAmount(f.credited_minor)],
	["Paid", (f) => formatAmount(f.paid_minor)],
	["Refunded", (f) => formatAmount(f.refunded_minor)],
];

/** @type {Column<MethodFigures>[]} */
const methodColumns = [
	["Method", ({ method }) => methods[method]],
	["Payments", ({ payments }) => String(payments)],
	["Paid", (m) => formatAmount(m.paid_minor)],
	["Refunds", ({ refunds }) => String(refunds)],
	["Refunded", (m) => formatAmount(m.refunded_minor)],
];

/** @param {BillingFigures} figures */
const hasActivity = ({ invoices, voided, credit_notes, payments, refunds }) =>
	invoices + voided + credit_notes + payments + refunds > 0;

/**
 * reportsView shows the sums of some days, and exports the books.
 * @param {Navigation} navigation
 */
export async function reportsView({ query, open }) {
	const days = dayRange(query);
	const by = lengths[query.by] ? query.by : "month";
	const rangeForm = form({
		fields: [
			dayRangeFields(days),
			{
				name: "by",
				label: "Group by",
				type: "select",
				optional: false,
				options: Object.entries(lengths),
				value: by,
			},
		],
		submit: "Show",
		send: (values) => open("reports", values),
	});
	const body = await region(["bills", "payments"], async () => {
		const s = await fetchHospital("reports/billing", { ...days, by });
		const note = `Amounts in ${s.currency}, each on the day it happened`;
		return [
			factList({
				"Outstanding today": formatMoney(s.outstanding_minor, s.currency),
				Overdue: formatMoney(s.overdue_minor, s.currency),
				"To refund": s.owed_minor > 0 && formatMoney(s.owed_minor, s.currency),
			}),
			table(
				note,
				[s.total, ...(s.periods.length > 1 ? s.periods.filter(hasActivity) : [])],
				JSON.stringify,
				figureColumns("Days"),
			),
			s.methods.length > 0 && [
				h("h2", {}, "Payments by method"),
				table(`Amounts in ${s.currency}`, s.methods, JSON.stringify, methodColumns),
			],
			h("h2", {}, "Export"),
			h(
				"div",
				{ class: "actions" },
				fileButton("Bills (CSV)", "reports/bills.csv", days),
				fileButton("Payments (CSV)", "reports/payments.csv", days),
				fileButton("Day close (CSV)", "reports/day-close", { date: days.to, format: "csv" }, "of the last day"),
			),
		].flat();
	});
	return [heading("Reports"), rangeForm, body];
}
