// Pieces that several views are made of.

import { fetchFile } from "./api.js";
import { button, h, saveFile } from "./dom.js";
import { nextId } from "./fields.js";
import { refreshAll } from "./live.js";

// badge is a state in a word.
export const badge = (word, tone) => h("span", { class: `badge ${tone}` }, word);

// rows is a list of records, or a sentence when there are none.
export const cardList = (records, row, emptyText) =>
	records.length === 0 ? h("p", { class: "none" }, emptyText) : h("ul", { class: "rows" }, records.map(row));

// card is one record of a list: what stands first, what it is about, its state,
// further lines, and what can be done. A version makes a changed record a new card.
export function card({ id, version, first, title, state, lines = [], actions = [] }) {
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
		actions.length > 0 && h("div", { class: "actions" }, actions),
	);
}

// table is records in columns, [[name, cell], …], of which the first names the
// record. Where there is no room for columns each is a card.
export function table(caption, records, version, columns) {
	const cell =
		(record) =>
		([name, content], i) =>
			h(
				i === 0 ? "th" : "td",
				{ scope: i === 0 && "row", "data-name": name, class: !name && "plain" },
				h("div", {}, content(record)),
			);
	return h(
		"table",
		{ class: "table" },
		h("caption", {}, caption),
		h(
			"thead",
			{},
			h(
				"tr",
				{},
				columns.map(([name]) => h("th", { scope: "col" }, name || h("span", { class: "unseen" }, "Actions"))),
			),
		),
		h(
			"tbody",
			{},
			records.map((record) =>
				h("tr", { "data-version": `${record.id}:${version(record)}` }, columns.map(cell(record))),
			),
		),
	);
}

const pageSize = 50;

// pages reads as many records as were asked for and offers more of them.
export function pager() {
	let shown = pageSize;
	return async (read, draw) => {
		const found = await read(shown + 1);
		const more =
			found.length > shown &&
			button(
				"Show more",
				async () => {
					shown = Math.min(shown + pageSize, 999);
					await refreshAll();
				},
				{ key: "more" },
			);
		return [draw(found.slice(0, shown)), more && h("p", { class: "more" }, more)];
	};
}

// searchBox asks for a text and tells each change after a moment's rest.
export function searchBox(label, changed) {
	let timer;
	const id = nextId();
	const input = h("input", {
		type: "search",
		id,
		autocomplete: "off",
		spellcheck: "false",
		input: () => {
			clearTimeout(timer);
			timer = setTimeout(() => changed(input.value.trim()), 250);
		},
	});
	return h(
		"form",
		{ class: "search", role: "search", submit: (event) => event.preventDefault() },
		h("label", { for: id }, label),
		input,
	);
}

// fileButton saves a file of the hospital.
export const fileButton = (label, path, query, about) =>
	button(label, async () => saveFile(await fetchFile(path, query)), { key: path + label, about });

const plainLetters = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ħ: "h", ı: "i", ß: "ss" };

// folded is a name as the hospital searches it: "Łukasz Müller" is "lukasz muller".
export const foldName = (name) =>
	name
		.normalize("NFKD")
		.replace(/\p{Mn}/gu, "")
		.toLowerCase()
		.replace(/[łøđðþæœħıß]/g, (letter) => plainLetters[letter])
		.trim();
