// The questions of a form: each has a label, a hint, and its error below it.

import { h } from "./dom.js";
import { hospital } from "./hospital.js";
import { parseAmount } from "./money.js";

let count = 0;

/** nextId returns an id that no other element of the page has. */
export const nextId = () => `field${++count}`;

/**
 * field creates a question. The options beyond the ones below become attributes of its control.
 *
 * - type: that of an input, or "select", "textarea", "chips" (all answers in sight), "amount" (money), "clock" (a time
 *   that is typed)
 * - errorFields: the fields of the API whose errors it shows, when they are not its name
 * - check: returns what is wrong with the values of the fields up to this one
 * - optional: false for a question that always has an answer
 * - multiple: chips of which several can be chosen
 * @param {FieldOptions} options
 * @returns {Field}
 */
export const field = (options) => (options.type === "chips" ? chipsField(options) : inputField(options));

/**
 * fieldRow puts fields next to each other where there is room.
 * @param {Field[]} fields
 * @returns {FieldGroup}
 */
export const fieldRow = (...fields) => ({
	fields,
	element: h(
		"div",
		{ class: "pair" },
		fields.map(({ element }) => element),
	),
});

/** @param {FieldOptions} options @returns {Field} */
function inputField({
	name,
	label,
	type = "text",
	hint,
	options = [],
	errorFields = [name],
	value,
	check = () => "",
	optional = type !== "checkbox",
	multiple: _,
	...attributes
}) {
	const id = nextId();
	const control = /** @type {HTMLInputElement} */ (
		h(
			tagName(type),
			{ id, name, type: inputType(type), "aria-describedby": `${id}-hint ${id}-error`, ...attributes },
			options.map((one) => optionElement(one, value)),
		)
	);
	if (type === "amount") control.setAttribute("inputmode", "decimal");
	if (type === "checkbox") control.checked = Boolean(value);
	else if (value !== undefined) control.value = String(value ?? "");
	const error = h("p", { id: `${id}-error`, class: "error" });
	const element = h(
		"div",
		{ class: `field ${type}` },
		h(
			"label",
			{ for: id },
			label,
			optional && !attributes.required && h("span", { class: "optional" }, " optional"),
		),
		control,
		h("p", { id: `${id}-hint`, class: "hint" }, hint),
		error,
	);
	const read = () => (readers[type] ?? readText)(control);
	return {
		name,
		errorFields,
		element,
		control,
		error,
		read,
		set: (next) => {
			control.value = next;
		},
		validate: (values) => browserError(type, control, read()) || check(values),
		setError: errorMarker(control, error),
		focus: () => control.focus(),
	};
}

/** @param {string} type */
const tagName = (type) => (type === "select" || type === "textarea" ? type : "input");

/** @param {string} type */
const inputType = (type) => tagName(type) === "input" && (["amount", "clock"].includes(type) ? "text" : type);

/**
 * optionElement is one option of a select, or a group of them.
 * @param {FieldOption} option
 * @param {unknown} chosen
 * @returns {HTMLElement}
 */
const optionElement = ([value, label], chosen) =>
	Array.isArray(label)
		? h(
				"optgroup",
				{ label: value },
				label.map((one) => optionElement(one, chosen)),
			)
		: h("option", { value, selected: value === chosen }, label);

/** @param {HTMLInputElement} control */
const readText = ({ value }) => value.trim();

/**
 * readers return the value of a control as the API takes it, by the type of the field.
 * @type {Record<string, (control: HTMLInputElement) => unknown>}
 */
const readers = {
	checkbox: ({ checked }) => checked,
	amount: ({ value }) => parseAmount(value),
	file: ({ files }) => files?.[0],
	password: ({ value }) => value,
	number: ({ value }) => value && Number(value),
	clock: ({ value }) => parseClock(value),
};

/**
 * parseClock reads a time as it is typed: "9", "900" and "9.00" are "09:00". Anything else is returned as it is.
 * @param {string} text
 */
export function parseClock(text) {
	const [, hour, minute = "00"] = /^(\d{1,2})[:.]?(\d\d)?$/.exec(text.trim()) ?? [];
	return hour ? `${hour.padStart(2, "0")}:${minute}` : text.trim();
}

/**
 * isClock reports whether a text is a time of day, from "00:00" to "24:00".
 * @param {string} text
 */
export const isClock = (text) => /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text);

/**
 * browserError returns what is wrong with a control before anything is sent, or "".
 * @param {string} type
 * @param {HTMLInputElement} control
 * @param {Values} value
 */
function browserError(type, control, value) {
	if (control.required && control.value.trim() === "") return "Fill in this field.";
	if (!control.validity.valid) return control.validationMessage;
	if (type === "amount" && control.value && !value) return `Enter an amount such as ${exampleAmount()}.`;
	if (type === "clock" && value && !isClock(value)) return "Enter a time such as 09:00.";
	return "";
}

const exampleAmount = () => (hospital.currency_exponent ? `12.${"50".padEnd(hospital.currency_exponent, "0")}` : "12");

/**
 * errorMarker returns a function that shows an error below a control, or with "" removes it.
 * @param {HTMLElement} control
 * @param {HTMLElement} error
 */
export const errorMarker = (control, error) => (/** @type {string} */ message) => {
	error.textContent = message;
	if (message) control.setAttribute("aria-invalid", "true");
	else control.removeAttribute("aria-invalid");
};

/**
 * chipsField is a question whose few answers are all in sight: one can be chosen, or with `multiple` several.
 * @param {FieldOptions} options
 * @returns {Field}
 */
function chipsField({ name, label, hint, options = [], multiple, errorFields = [name], value = [], required, change }) {
	const id = nextId();
	const inputs = options.map(([option]) =>
		h("input", {
			type: multiple ? "checkbox" : "radio",
			name: id,
			value: option,
			checked: [value].flat().includes(option),
			change,
		}),
	);
	const error = h("p", { id: `${id}-error`, class: "error" });
	const control = h(
		"div",
		{
			class: "chips",
			role: multiple ? "group" : "radiogroup",
			"aria-labelledby": id,
			"aria-describedby": `${id}-hint ${id}-error`,
		},
		inputs.map((input, i) => chip(input, String(options[i][1]))),
	);
	const element = h(
		"div",
		{ class: "field" },
		h("span", { id, class: "label" }, label),
		control,
		h("p", { id: `${id}-hint`, class: "hint" }, hint),
		error,
	);
	const checked = () => inputs.filter((input) => input.checked);
	return {
		name,
		errorFields,
		element,
		control,
		error,
		read: () => (multiple ? checked().map((input) => input.value) : checked()[0]?.value),
		set: (chosen) => {
			for (const input of inputs) input.checked = input.value === chosen;
		},
		validate: () => (required && checked().length === 0 ? "Choose an answer." : ""),
		setError: errorMarker(multiple ? inputs[0] : control, error),
		focus: () => (checked()[0] ?? inputs[0]).focus(),
	};
}

/**
 * chip is one answer of a chips field.
 * @param {HTMLInputElement} input
 * @param {Child[]} label
 */
export const chip = (input, ...label) => h("label", { class: "chip" }, input, h("span", {}, label));

/**
 * changedValues are the values of a form that differ from those of the record.
 * @param {Values} record
 * @param {Values} values
 * @returns {Values}
 */
export const changedValues = (record, values) =>
	Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== record[name]));
