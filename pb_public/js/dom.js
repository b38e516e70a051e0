// The page, made of elements. What people typed only ever becomes a text node.

// h makes an element. Functions become listeners, true an empty attribute, and
// false or nothing no attribute at all; children are nodes or texts.
export function h(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
	element.append(
		...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""),
	);
	return element;
}

function setAttribute(element, name, value) {
	if (typeof value === "function") element.addEventListener(name, value);
	else if (name === "value") element.value = value;
	else if (value === true) element.setAttribute(name, "");
	else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
}

// byId finds one of the fixed parts of the page.
export const byId = (id) => document.getElementById(id);

// tell says at the foot of the page what was done, and complain what was not.
export const showStatus = (sentence) => setMessages(sentence, "");
export const showError = (sentence) => setMessages("", sentence);
export const clear = () => setMessages("", "");

function setMessages(status, alert) {
	byId("status").textContent = status;
	byId("alert").textContent = alert;
}

// alone runs an action of a button and ignores further clicks until it is over,
// so that nothing is sent twice.
export async function runOnce(button, action) {
	if (button.getAttribute("aria-disabled") === "true") return;
	button.setAttribute("aria-disabled", "true");
	try {
		await action();
	} finally {
		button.removeAttribute("aria-disabled");
	}
}

// button is a button with an action. The key tells it apart after a refresh, so
// that it keeps the focus.
export function button(label, action, { key, kind = "quiet", about } = {}) {
	const element = h(
		"button",
		{ type: "button", class: kind, "data-key": key },
		label,
		about && h("span", { class: "unseen" }, " ", about),
	);
	element.addEventListener("click", () => runOnce(element, action).catch((error) => showError(error.message)));
	return element;
}

// heading is the title of a view; it takes the focus when the view opens.
export const heading = (text, ...beside) =>
	h("div", { class: "heading" }, h("h1", { tabindex: "-1" }, text), ...beside);

// dialog opens a box over the page and answers a function that closes it.
export function dialog(title, content, { wide } = {}) {
	const close = () => box.close();
	const box = h(
		"dialog",
		{ class: wide && "wide", "aria-labelledby": "dialog-title", close: () => box.remove() },
		h("div", { class: "heading" }, h("h2", { id: "dialog-title", tabindex: "-1" }, title), button("Close", close)),
		typeof content === "function" ? content(close) : content,
	);
	document.body.append(box);
	box.showModal();
	[...box.querySelectorAll("input, select, textarea")].find((one) => one.checkVisibility())?.focus();
	return close;
}

// facts is a list of names and values; empty values are left out.
export function factList(pairs) {
	const rows = Object.entries(pairs).filter(([, value]) => value);
	return h(
		"dl",
		{ class: "facts" },
		rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
	);
}

// link leads to a view: link("bill", "INV-1", {id}).
export const link = (view, label, query = {}, attributes = {}) =>
	h("a", { href: address(view, query), ...attributes }, label);

// address is where a view is: "#/bill?id=…".
export function address(view, query = {}) {
	const given = Object.entries(query).filter(([, value]) => value);
	return `#/${view}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
}

// tabs are links to the parts of a view, { value: label }.
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

// save gives the reader a file, as if they had clicked on it.
export function saveFile({ blob, name }) {
	const url = URL.createObjectURL(blob);
	h("a", { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
