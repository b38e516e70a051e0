// The components that several views are made of.

import { fetchFile } from "./api.js";
import { button, h, heading, link, saveFile } from "./dom.js";
import { nextId } from "./fields.js";
import { refreshAll } from "./live.js";

/**
 * badge shows a state in a word.
 * @param {string} text
 * @param {string} tone
 */
export const badge = (text, tone) => h("span", { class: `badge ${tone}` }, text);

/**
 * cardList shows records as a list of cards, or a text when there are none.
 * @template T
 * @param {T[]} records
 * @param {(record: T) => HTMLElement} toCard
 * @param {string} emptyText
 */
export const cardList = (records, toCard, emptyText = "") =>
	records.length === 0
		? h("p", { class: "empty" }, emptyText)
		: h(
				"ul",
				{ class: "rows" },
				records.map((record) => toCard(record)),
			);

/**
 * card shows one record of a list. `first` is the content of the first column. `version` must change with the record,
 * so that a refresh replaces the card.
 * @param {CardOptions} options
 */
export function card({ id, version, first, title, state, lines = [], actions = [] }) {
	const shownActions = actions.filter(Boolean);
	return h(
		"li",
		{ class: "card", "data-version": `${id}:${version}` },
		h("div", { class: "first" }, first),
		h(
			"div",
			{ class: "body" },
			h("p", { class: "title" }, title),
			lines.filter(Boolean).map((line) => h("p", {}, line)),
		),
		state && h("div", { class: "state" }, state),
		shownActions.length > 0 && h("div", { class: "actions" }, shownActions),
	);
}

/**
 * table shows records in columns, of which the first names the record. On small screens each record is a card.
 * @template {object} T
 * @param {string} caption
 * @param {T[]} records
 * @param {(record: T) => string} version changes when the record does
 * @param {Column<T>[]} columns a column without a name holds actions
 */
export function table(caption, records, version, columns) {
	const cell = (/** @type {T} */ record, /** @type {Column<T>} */ [name, content], /** @type {number} */ i) =>
		h(
			i === 0 ? "th" : "td",
			{ scope: i === 0 && "row", "data-name": name, class: !name && "plain" },
			h("div", {}, content(record)),
		);
	const header = columns.map(([name]) =>
		h("th", { scope: "col" }, name || h("span", { class: "visually-hidden" }, "Actions")),
	);
	return h(
		"table",
		{ class: "table" },
		h("caption", {}, caption),
		h("thead", {}, h("tr", {}, header)),
		h(
			"tbody",
			{},
			records.map((record) =>
				h(
					"tr",
					{ "data-version": `${"id" in record ? record.id : ""}:${version(record)}` },
					columns.map((column, i) => cell(record, column, i)),
				),
			),
		),
	);
}

const pageSize = 50;

/**
 * pager returns a function that reads a page of records and draws it, with a button that shows more of them.
 * @returns {Pager}
 */
export function pager() {
	let limit = pageSize;
	return async (read, draw) => {
		const found = await read(limit + 1);
		const showMore = async () => {
			limit = Math.min(limit + pageSize, 999);
			await refreshAll();
		};
		return [
			draw(found.slice(0, limit)),
			found.length > limit && h("p", { class: "more" }, button("Show more", showMore, { key: "more" })),
		];
	};
}

/**
 * searchBox calls `changed` with the text, 250 ms after the last key.
 * @param {string} label
 * @param {(text: string) => unknown} changed
 */
export function searchBox(label, changed) {
	let timer = 0;
	const id = nextId();
	const input = h("input", {
		type: "search",
		id,
		autocomplete: "off",
		spellcheck: "false",
		input: () => {
			clearTimeout(timer);
			timer = window.setTimeout(() => changed(input.value.trim()), 250);
		},
	});
	return h(
		"form",
		{ class: "search", role: "search", submit: (/** @type {Event} */ event) => event.preventDefault() },
		h("label", { for: id }, label),
		input,
	);
}

/**
 * fileButton downloads a file of the hospital.
 * @param {string} label
 * @param {string} path
 * @param {Query} query
 * @param {string} [about]
 */
export const fileButton = (label, path, query, about) =>
	button(label, async () => saveFile(await fetchFile(path, query)), { key: path + label, about });

/**
 * errorPage is shown instead of a view that could not be loaded.
 * @param {Error} error
 * @param {() => unknown} retry
 */
export const errorPage = (error, retry) => [
	heading("This page could not be loaded"),
	h("p", {}, error.message),
	h(
		"p",
		{ class: "actions" },
		button("Try again", retry, { kind: "main" }),
		link("", "Go to the start page", {}, { class: "button" }),
	),
];
