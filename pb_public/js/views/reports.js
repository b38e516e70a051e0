import { report } from "../api.js";
import { fileButton, table } from "../components.js";
import { facts, h, heading } from "../dom.js";
import { form } from "../form.js";
import { methods } from "../labels.js";
import { region } from "../live.js";
import { amount, money } from "../money.js";
import { isDay, showDays, today } from "../time.js";

const lengths = { month: "By month", day: "By day" };

// figures are the columns of what entered the books.
const figures = (name) => [
	[name, ({ from, to }) => showDays(from, to)],
	["Billed", (f) => amount(f.billed_minor)],
	["of it tax", (f) => amount(f.tax_minor)],
	["Discounts", (f) => amount(f.discount_minor)],
	["Void", (f) => amount(f.voided_minor)],
	["Credited", (f) => amount(f.credited_minor)],
	["Paid", (f) => amount(f.paid_minor)],
	["Refunded", (f) => amount(f.refunded_minor)],
];

const byMethod = [
	["Method", ({ method }) => methods[method]],
	["Payments", ({ payments }) => String(payments)],
	["Paid", (m) => amount(m.paid_minor)],
	["Refunds", ({ refunds }) => String(refunds)],
	["Refunded", (m) => amount(m.refunded_minor)],
];

const moved = (f) => f.invoices + f.voided + f.credit_notes + f.payments + f.refunds > 0;

// reportsView is what the books of some days add up to, and the books as files.
export async function reportsView({ query, open }) {
	const from = isDay(query.from) ? query.from : `${today().slice(0, 8)}01`;
	const to = isDay(query.to) ? query.to : today();
	const by = lengths[query.by] ? query.by : "month";
	const days = { from, to };
	const ask = form({
		fields: [
			[
				{ name: "from", label: "First day", type: "date", required: true, value: from },
				{
					name: "to",
					label: "Last day",
					type: "date",
					required: true,
					value: to,
					check: (values) => (values.to < values.from ? "The last day must not be before the first." : ""),
				},
			],
			{
				name: "by",
				label: "Add up",
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
		const s = await report("reports/billing", { ...days, by });
		const note = `Amounts in ${s.currency}, each on the day it happened`;
		return [
			facts({
				"To be paid today": money(s.outstanding_minor, s.currency),
				"of it overdue": money(s.overdue_minor, s.currency),
				"To be returned": s.owed_minor > 0 && money(s.owed_minor, s.currency),
			}),
			table(
				note,
				[s.total, ...(s.periods.length > 1 ? s.periods.filter(moved) : [])],
				JSON.stringify,
				figures("Days"),
			),
			s.methods.length > 0 && [
				h("h2", {}, "Payments by method"),
				table(`Amounts in ${s.currency}`, s.methods, JSON.stringify, byMethod),
			],
			h("h2", {}, "The books of these days as files"),
			h(
				"div",
				{ class: "actions" },
				fileButton("Bills (CSV)", "reports/bills.csv", days),
				fileButton("Payments (CSV)", "reports/payments.csv", days),
				fileButton("Day close (CSV)", "reports/day-close", { date: to, format: "csv" }, "of the last day"),
			),
		].flat();
	});
	return [heading("Reports"), ask, body];
}
