// The charts of the statistics, each with its numbers as a table.

import { bars, heatMap, line } from "../charts.js";
import { table } from "../components.js";
import { h } from "../dom.js";
import { methods, visitTypes, weekdays } from "../labels.js";
import { formatAmount } from "../money.js";
import { formatDayRange } from "../time.js";

/** @type {Record<string, string>} */
const cancelReasons = {
	patient: "By the patient",
	rejected: "Request not accepted",
	hospital: "By the hospital",
	no_show: "Missed",
	expired: "Request expired",
	duplicate: "Entered twice",
};

/** @type {Record<string, string>} */
const notices = { under_24h: "Less than a day before", under_72h: "One to three days before", earlier: "Earlier" };

/** @param {number} bp */
export const percent = (bp) => `${(bp / 100).toFixed(1)} %`;

/**
 * figure is a chart with its numbers.
 * @param {string} title
 * @param {HTMLElement} drawing
 * @param {HTMLElement} numbers
 */
const figure = (title, drawing, numbers) => [
	h("h2", {}, title),
	h("figure", {}, drawing, h("details", {}, h("summary", {}, "Numbers"), numbers)),
];

/** @param {Statistics} s */
export function visitCharts({ total, periods }) {
	const { visits } = total;
	if (!visits) return [];
	const labels = periods.map(({ from, to }) => formatDayRange(from, to).replace(/ \d{4}$/, ""));
	const of = (/** @type {(v: VisitFigures) => number} */ figure) =>
		periods.map((p) => (p.visits ? figure(p.visits) : 0));
	const hours = new Map((visits.hours ?? []).map(({ weekday, hour, count }) => [`${weekday} ${hour}`, count]));
	const used = (visits.hours ?? []).map(({ hour }) => hour);
	const columns = used.length
		? Array.from({ length: Math.max(...used) - Math.min(...used) + 1 }, (_, i) => Math.min(...used) + i)
		: [];
	return [
		figure(
			"Visits",
			bars(
				"Visits",
				labels,
				[
					{ name: "Completed", tone: "a", values: of((v) => v.completed) },
					{ name: "To come", tone: "b", values: of((v) => v.pending + v.approved) },
					{ name: "Missed", tone: "c", values: of((v) => v.missed) },
				],
				{ stacked: true },
			),
			table("Visits that start in these days", periods, JSON.stringify, [
				["Days", ({ from, to }) => formatDayRange(from, to)],
				["Completed", (p) => String(p.visits?.completed)],
				["To come", (p) => String((p.visits?.pending ?? 0) + (p.visits?.approved ?? 0))],
				["Missed", (p) => String(p.visits?.missed)],
				["Cancelled", (p) => String((p.visits?.cancelled ?? 0) - (p.visits?.missed ?? 0))],
				["Time booked", (p) => (p.capacity ? percent(p.capacity.utilisation_bp) : "")],
			]),
		),
		figure(
			"Time booked",
			line(
				"Share of the offered time that is booked",
				labels,
				{
					name: "Booked",
					tone: "a",
					values: periods.map(({ capacity }) => (capacity?.utilisation_bp ?? 0) / 100),
				},
				(n) => `${n} %`,
			),
			table("Minutes", periods, JSON.stringify, [
				["Days", ({ from, to }) => formatDayRange(from, to)],
				["Offered", (p) => String(p.capacity?.offered_minutes)],
				["Booked", (p) => String(p.capacity?.booked_minutes)],
			]),
		),
		columns.length > 0 &&
			figure(
				"Hours",
				heatMap(
					"Visits by weekday and hour",
					Object.values(weekdays),
					columns.map(String),
					(row, column) => hours.get(`${row + 1} ${columns[column]}`) ?? 0,
				),
				table(
					"Visits that start in each hour",
					Object.entries(weekdays).map(([day, name]) => ({ day, name })),
					JSON.stringify,
					[
						["Day", ({ name }) => name],
						...columns.map(
							(hour) =>
								/** @type {Column<{ day: string, name: string }>} */ ([
									String(hour),
									({ day }) => String(hours.get(`${day} ${hour}`) ?? 0),
								]),
						),
					],
				),
			),
		h("h2", {}, "Doctors"),
		table("Visits and minutes", visits.doctors ?? [], JSON.stringify, [
			["Doctor", ({ name }) => name],
			["Booked", (d) => String(d.booked)],
			["Completed", (d) => String(d.completed)],
			["Missed", (d) => String(d.missed)],
			["Minutes booked", (d) => String(d.booked_minutes)],
			["Minutes offered", (d) => String(d.offered_minutes)],
		]),
		h("div", { class: "beside" }, [
			counts("Type", visits.types, visitTypes),
			counts("Why cancelled", visits.cancel_codes, cancelReasons),
			counts("When patients cancelled", visits.cancel_notice, notices),
		]),
	].flat();
}

/**
 * counts is a table of how often each was.
 * @param {string} name
 * @param {StatisticsCount[] | undefined} found
 * @param {Record<string, string>} labels
 */
export const counts = (name, found = [], labels = {}) =>
	found.length > 0 &&
	table(name, found, JSON.stringify, [
		[name, (one) => labels[one.name] ?? (one.name || "Not said")],
		["Number", ({ count }) => String(count)],
	]);

/** @param {Statistics} s */
export function moneyCharts({ total, periods, receivables }) {
	return (total.money ?? []).flatMap((m) => {
		const { currency } = m;
		const of = (/** @type {StatisticsSection} */ p) => p.money?.find((one) => one.currency === currency);
		const labels = periods.map(({ from, to }) => formatDayRange(from, to).replace(/ \d{4}$/, ""));
		const amount = (/** @type {number} */ n) => formatAmount(n, currency);
		const named = (/** @type {string} */ name, /** @type {StatisticsAmount[] | undefined} */ found = []) =>
			found.length > 0 &&
			table(`${name}, ${currency}`, found, JSON.stringify, [
				[name, (one) => one.name || "Without"],
				["Amount", ({ amount_minor }) => amount(amount_minor)],
			]);
		return [
			figure(
				`Money in ${currency}`,
				bars(
					`Billed and collected in ${currency}`,
					labels,
					[
						{ name: "Billed", tone: "a", values: periods.map((p) => of(p)?.billed_minor ?? 0) },
						{ name: "Collected", tone: "b", values: periods.map((p) => of(p)?.collected_minor ?? 0) },
					],
					{ format: amount },
				),
				table(`Amounts in ${currency}`, periods, JSON.stringify, [
					["Days", ({ from, to }) => formatDayRange(from, to)],
					["Billed", (p) => amount(of(p)?.billed_minor ?? 0)],
					["Written off", (p) => amount(of(p)?.written_off_minor ?? 0)],
					["Collected", (p) => amount(of(p)?.collected_minor ?? 0)],
					["Refunded", (p) => amount(of(p)?.refunded_minor ?? 0)],
				]),
			),
			h("div", { class: "beside" }, [
				table(`Tax, ${currency}`, m.tax_rates ?? [], JSON.stringify, [
					["Rate", ({ rate_bp }) => percent(rate_bp)],
					["Net", ({ net_minor }) => amount(net_minor)],
					["Tax", ({ tax_minor }) => amount(tax_minor)],
				]),
				(m.methods ?? []).length > 0 &&
					table(`Collected, ${currency}`, m.methods ?? [], JSON.stringify, [
						["Method", ({ name }) => methods[name]],
						["Amount", ({ amount_minor }) => amount(amount_minor)],
					]),
				named("Service", m.services),
				named("Doctor", m.doctors),
				named("Department", m.departments),
				named("Cashier", m.cashiers),
			]),
			receivables &&
				table(
					`Still to be paid today, ${currency}`,
					[receivables],
					JSON.stringify,
					/** @type {Column<Receivables>[]} */ ([
						["All", (r) => amount(r.total_minor)],
						["Not due", (r) => amount(r.not_due_minor)],
						["1–30 days", (r) => amount(r.days_1_to_30_minor)],
						["31–60 days", (r) => amount(r.days_31_to_60_minor)],
						["61–90 days", (r) => amount(r.days_61_to_90_minor)],
						["Over 90 days", (r) => amount(r.days_over_90_minor)],
					]),
				),
		].flat();
	});
}
