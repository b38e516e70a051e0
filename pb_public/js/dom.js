// Builds the page from elements. Text that people typed only ever becomes a text node, never markup.

import { toSearchParams } from "./query.js";

/**
 * h creates an element: h("p", { class: "hint" }, "Text"). An attribute that is a function becomes a listener for the
 * event of that name, `true` an empty attribute; `false`, `null` and `undefined` leave it out. Children are nodes,
 * texts, numbers and lists of them; anything else is left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} attributes
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
	append(element, children);
	return element;
}

/** @param {HTMLElement} element @param {Child} child */
function append(element, child) {
	if (Array.isArray(child)) for (const one of child) append(element, one);
	else if (child instanceof Node) element.append(child);
	else if (typeof child === "number" || (typeof child === "string" && child !== "")) element.append(String(child));
}

/** @param {HTMLElement} element @param {string} name @param {unknown} value */
function setAttribute(element, name, value) {
	if (typeof value === "function") element.addEventListener(name, /** @type {EventListener} */ (value));
	else if (name === "value") Object.assign(element, { value });
	else if (value === true) element.setAttribute(name, "");
	else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
}

/**
 * byId returns one of the fixed parts of index.html.
 * @param {string} id
 */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * showStatus shows at the foot of the page what was done.
 * @param {string} message
 */
export const showStatus = (message) => setMessages(message, "");

/**
 * showError shows at the foot of the page what went wrong.
 * @param {string} message
 */
export const showError = (message) => setMessages("", message);

/** clear removes both messages. */
export const clear = () => setMessages("", "");

/** @param {string} status @param {string} alert */
function setMessages(status, alert) {
	byId("status").textContent = status;
	byId("alert").textContent = alert;
}

/**
 * runOnce runs the action of a button and ignores further clicks until it has finished, so that nothing is sent twice.
 * @param {HTMLElement} button
 * @param {() => unknown} action
 */
export async function runOnce(button, action) {
	if (button.getAttribute("aria-disabled") === "true") return;
	button.setAttribute("aria-disabled", "true");
	try {
		await action();
	} finally {
		button.removeAttribute("aria-disabled");
	}
}

/**
 * button creates a button with an action. `key` identifies it across refreshes, so that it keeps the focus; `about`
 * is what it refers to, for screen readers.
 * @param {string} label
 * @param {() => unknown} action
 * @param {ButtonOptions} options
 */
export function button(label, action, { key, kind = "quiet", about } = {}) {
	const element = h(
		"button",
		{ type: "button", class: kind, "data-key": key },
		label,
		about && h("span", { class: "visually-hidden" }, " ", about),
	);
	element.addEventListener("click", () => runOnce(element, action).catch((error) => showError(error.message)));
	return element;
}

/**
 * heading is the title of a view; it takes the focus when the view opens.
 * @param {string} text
 * @param {Child[]} beside
 */
export const heading = (text, ...beside) =>
	h("div", { class: "heading" }, h("h1", { tabindex: "-1" }, text), ...beside);

/**
 * dialog opens a modal dialog and focuses its first visible field.
 * @param {string} title
 * @param {Child | ((close: () => void) => Child)} content
 * @param {{ wide?: boolean }} options
 */
export function dialog(title, content, { wide } = {}) {
	const close = () => box.close();
	/** @type {HTMLDialogElement} */
	const box = h(
		"dialog",
		{ class: wide && "wide", "aria-labelledby": "dialog-title", close: () => box.remove() },
		h("div", { class: "heading" }, h("h2", { id: "dialog-title", tabindex: "-1" }, title), button("Close", close)),
		typeof content === "function" ? content(close) : content,
	);
	document.body.append(box);
	box.showModal();
	const fields = /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("input, select, textarea"));
	[...fields].find((field) => field.checkVisibility())?.focus();
	return close;
}

/**
 * factList is a list of names and values; empty values are left out.
 * @param {Record<string, Child>} facts
 */
export function factList(facts) {
	const rows = Object.entries(facts).filter(([, value]) => value);
	return h(
		"dl",
		{ class: "facts" },
		rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
	);
}

/**
 * link leads to a view: link("bill", "INV-1", { id }).
 * @param {string} view
 * @param {Child} label
 * @param {Query} query
 * @param {Record<string, unknown>} attributes
 */
export const link = (view, label, query = {}, attributes = {}) =>
	h("a", { href: address(view, query), ...attributes }, label);

/**
 * address is the address of a view: "#/bill?id=…".
 * @param {string} view
 * @param {Query} query
 */
export function address(view, query = {}) {
	const parameters = String(toSearchParams(query));
	return `#/${view}${parameters && `?${parameters}`}`;
}

/**
 * tabs are links to the parts of a view. `choices` are labels by the values of the query's parameter; `rest` is what
 * stays in the query.
 * @param {string} name
 * @param {string} view
 * @param {string} parameter
 * @param {Record<string, string>} choices
 * @param {string} chosen
 * @param {Query} rest
 */
export function tabs(name, view, parameter, choices, chosen, rest = {}) {
	return h(
		"nav",
		{ class: "tabs", "aria-label": name },
		Object.entries(choices).map(([value, label]) =>
			link(
				view,
				label,
				{ ...rest, [parameter]: value },
				{ "aria-current": value === chosen && "page", "data-key": parameter + value },
			),
		),
	);
}

/**
 * saveFile downloads a file that has been fetched.
 * @param {{ blob: Blob, name: string }} file
 */
export function saveFile({ blob, name }) {
	const url = URL.createObjectURL(blob);
	h("a", { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
