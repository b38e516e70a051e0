import { fetchHospital, list } from "../api.js";
import { dayRange, dayRangeFields } from "../day-range.js";
import { button, h, heading } from "../dom.js";
import { form } from "../form.js";
import { recordOptions } from "../labels.js";
import { region } from "../live.js";
import { formatMoney } from "../money.js";
import { role } from "../session.js";
import { formatDateTime, formatDayRange } from "../time.js";
import { counts, moneyCharts, percent, visitCharts } from "./statistics-charts.js";

/** @type {Record<string, string>} */
const lengths = { day: "Day", week: "Week", month: "Month" };

/**
 * tile is a figure with that of the period before.
 * @param {string} name
 * @param {string} now
 * @param {string} before
 */
const tile = (name, now, before) =>
	h(
		"div",
		{ class: "tile" },
		h("p", {}, name),
		h("p", { class: "figure" }, now),
		h("p", { class: "minor" }, `before: ${before}`),
	);

/** @param {Statistics} s */
function tiles({ total, before }) {
	/** @type {[name: string, of: (section: StatisticsSection) => string | undefined][]} */
	const figures = [
		["Visits", ({ visits }) => visits && String(visits.total)],
		["Completed", ({ visits }) => visits && String(visits.completed)],
		["Cancelled", ({ visits }) => visits && String(visits.cancelled - visits.missed)],
		["Missed", ({ visits }) => visits && `${visits.missed} (${percent(visits.missed_bp)})`],
		["Patients seen for the first time", ({ patients }) => patients && String(patients.new)],
		["Time booked", ({ capacity }) => capacity && percent(capacity.utilisation_bp)],
		["Waiting, median", ({ visits }) => visits && `${visits.waiting_minutes.median} min`],
		["Length, median", ({ visits }) => visits && `${visits.length_minutes.median} min`],
		["Approval, median", ({ visits }) => visits && `${visits.approval_hours.median} h`],
	];
	const currencies = (total.money ?? []).map(({ currency }) => currency);
	const amounts = currencies.flatMap((currency) => {
		const of = (/** @type {StatisticsSection} */ section) => section.money?.find((m) => m.currency === currency);
		return [
			tile(
				"Billed",
				formatMoney(of(total)?.billed_minor ?? 0, currency),
				formatMoney(of(before)?.billed_minor ?? 0, currency),
			),
			tile(
				"Collected",
				formatMoney(of(total)?.collected_minor ?? 0, currency),
				formatMoney(of(before)?.collected_minor ?? 0, currency),
			),
		];
	});
	return h(
		"div",
		{ class: "tiles" },
		figures.map(([name, of]) => {
			const now = of(total);
			return now !== undefined && tile(name, now, of(before) ?? "");
		}),
		amounts,
	);
}

/**
 * statisticsView shows what the hospital, or a doctor, did in some days.
 * @param {Navigation} navigation
 */
export async function statisticsView({ query, open }) {
	const days = dayRange(query);
	const by = lengths[query.by] ? query.by : "week";
	const doctors = role() === "doctor" ? [] : await list("doctors", { sort: "name" });
	const doctor = doctors.some(({ id }) => id === query.doctor) ? query.doctor : "";
	const range = form({
		fields: [
			dayRangeFields(days),
			{ name: "by", label: "By", type: "select", optional: false, options: Object.entries(lengths), value: by },
			...(doctors.length > 1
				? [
						{
							name: "doctor",
							label: "Doctor",
							type: "select",
							options: /** @type {[string, string][]} */ ([["", "All"], ...recordOptions(doctors)]),
							value: doctor,
						},
					]
				: []),
		],
		submit: "Show",
		send: (values) => open("statistics", values),
	});
	const body = await region([], async () => {
		const s = /** @type {Statistics} */ (
			await fetchHospital("reports/statistics", { ...days, by, ...(doctor && { doctor }) })
		);
		return [
			h("p", { class: "hint" }, `Before: ${formatDayRange(s.before.from, s.before.to)}.`),
			tiles(s),
			s.next_free &&
				h(
					"p",
					{},
					s.next_free.median_days < 1
						? "Half of the doctors have a free slot within a day"
						: `Half of the doctors have a free slot within ${s.next_free.median_days} days`,
					s.next_free.first && `, the first one on ${formatDateTime(s.next_free.first)}`,
					".",
				),
			...visitCharts(s),
			...moneyCharts(s),
			s.total.clinical &&
				h("div", { class: "beside" }, [
					counts("Diagnosis", s.total.clinical.diagnoses),
					counts("Drug", s.total.clinical.drugs),
				]),
		].flat();
	});
	return [
		heading(
			"Statistics",
			button("Print", () => print()),
		),
		range,
		body,
	];
}
