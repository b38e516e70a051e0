// Charts as SVG. Each is beside a table with its numbers, so that it needs no words of its own for who cannot see it.

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * s creates an SVG element. Children are elements and texts.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(SVGElement | string | false)[]} children
 */
function s(tag, attributes, ...children) {
	const element = document.createElementNS(svgNamespace, tag);
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
	element.append(...children.filter((child) => child !== false));
	return element;
}

const width = 720;
const height = 234;
const margin = { top: 12, right: 8, bottom: 50, left: 76 };
const plotWidth = width - margin.left - margin.right;
const plotHeight = height - margin.top - margin.bottom;

/**
 * ticks are round numbers from 0 to at least a value.
 * @param {number} max
 */
export function ticks(max) {
	const step = [1, 2, 5, 10]
		.map((n) => n * 10 ** Math.floor(Math.log10(Math.max(max, 1) / 4)))
		.find((n) => n * 4 >= max);
	const size = Math.max(step ?? 1, 1);
	return Array.from({ length: Math.max(Math.ceil(max / size), 1) + 1 }, (_, i) => i * size);
}

/**
 * axis is the lines and numbers at the left.
 * @param {number[]} marks
 * @param {(n: number) => string} format
 */
function axis(marks, format) {
	const top = marks[marks.length - 1];
	return marks.flatMap((mark) => {
		const y = margin.top + plotHeight * (1 - mark / top);
		return [
			s("line", { class: "grid-line", x1: margin.left, x2: width - margin.right, y1: y, y2: y }),
			s("text", { x: margin.left - 6, y: y + 4, "text-anchor": "end" }, format(mark)),
		];
	});
}

/**
 * names are the texts below the columns: as many as there is room for.
 * @param {string[]} labels
 * @param {number} step
 */
function names(labels, step) {
	const every = Math.ceil((labels.length * 64) / plotWidth);
	return labels.map(
		(label, i) =>
			i % every === 0 &&
			s("text", { x: margin.left + step * (i + 0.5), y: height - 30, "text-anchor": "middle" }, label),
	);
}

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {string} tone a class: a, b or c
 * @property {number[]} values
 */

/**
 * legend says what the tones are.
 * @param {Series[]} series
 */
function legend(series) {
	let x = margin.left;
	return series.flatMap(({ name, tone }) => {
		const at = x;
		x += 30 + name.length * 7;
		return [
			s("rect", { class: `tone-${tone}`, x: at, y: height - 9, width: 9, height: 9 }),
			s("text", { x: at + 13, y: height - 1 }, name),
		];
	});
}

/**
 * bars shows series of numbers as columns, stacked or side by side.
 * @param {string} title
 * @param {string[]} labels
 * @param {Series[]} series
 * @param {{ stacked?: boolean, format?: (n: number) => string }} options
 */
export function bars(title, labels, series, { stacked = false, format = String } = {}) {
	const tops = labels.map((_, i) => {
		const values = series.map(({ values }) => values[i]);
		return stacked ? values.reduce((sum, n) => sum + n, 0) : Math.max(...values);
	});
	const marks = ticks(Math.max(...tops, 0));
	const top = marks[marks.length - 1];
	const step = plotWidth / labels.length;
	const room = step * 0.8;
	const columns = labels.flatMap((label, i) => {
		let base = 0;
		return series.map(({ name, tone, values }, k) => {
			const tall = (plotHeight * Math.max(values[i], 0)) / top;
			const each = stacked ? room : room / series.length;
			const rect = s(
				"rect",
				{
					class: `tone-${tone}`,
					x: margin.left + step * i + (step - room) / 2 + (stacked ? 0 : each * k),
					y: margin.top + plotHeight - base - tall,
					width: Math.max(each - (stacked ? 0 : 1), 0.5),
					height: tall,
				},
				s("title", {}, `${label}, ${name}: ${format(values[i])}`),
			);
			if (stacked) base += tall;
			return rect;
		});
	});
	return chart(title, [...axis(marks, format), ...columns, ...names(labels, step), ...legend(series)]);
}

/**
 * line shows a series of numbers as a line.
 * @param {string} title
 * @param {string[]} labels
 * @param {Series} series
 * @param {(n: number) => string} format
 */
export function line(title, labels, series, format = String) {
	const marks = ticks(Math.max(...series.values, 0));
	const top = marks[marks.length - 1];
	const step = plotWidth / labels.length;
	const points = series.values.map((value, i) => [
		margin.left + step * (i + 0.5),
		margin.top + plotHeight * (1 - Math.max(value, 0) / top),
	]);
	return chart(title, [
		...axis(marks, format),
		s("polyline", { class: `line-${series.tone}`, points: points.map((point) => point.join(",")).join(" ") }),
		...points.map(([x, y], i) =>
			s(
				"circle",
				{ class: `tone-${series.tone}`, cx: x, cy: y, r: 3 },
				s("title", {}, `${labels[i]}: ${format(series.values[i])}`),
			),
		),
		...names(labels, step),
	]);
}

/**
 * heatMap shows numbers by row and column: the larger, the darker.
 * @param {string} title
 * @param {string[]} rows
 * @param {string[]} columns
 * @param {(row: number, column: number) => number} value
 */
export function heatMap(title, rows, columns, value) {
	const max = Math.max(1, ...rows.flatMap((_, row) => columns.map((_, column) => value(row, column))));
	const left = 92;
	const cell = (width - left) / columns.length;
	const tall = 24;
	return chart(
		title,
		[
			...rows.flatMap((row, r) => [
				s("text", { x: left - 6, y: tall * (r + 1) - 8, "text-anchor": "end" }, row),
				...columns.map((column, c) =>
					s(
						"rect",
						{
							class: "tone-a",
							x: left + cell * c,
							y: tall * r,
							width: cell - 1,
							height: tall - 1,
							"fill-opacity": (0.06 + (0.94 * value(r, c)) / max).toFixed(3),
						},
						s("title", {}, `${row} ${column}: ${value(r, c)}`),
					),
				),
			]),
			...columns.map((column, c) =>
				s("text", { x: left + cell * (c + 0.5), y: tall * rows.length + 16, "text-anchor": "middle" }, column),
			),
		],
		tall * rows.length + 22,
	);
}

/**
 * chart is the drawing with a title for screen readers.
 * @param {string} title
 * @param {(SVGElement | false)[]} content
 * @param {number} tall
 */
function chart(title, content, tall = height) {
	return /** @type {HTMLElement} */ (
		/** @type {unknown} */ (
			s("svg", { class: "chart", viewBox: `0 0 ${width} ${tall}`, role: "img", "aria-label": title }, ...content)
		)
	);
}
