// Questions: each has a label, a hint, and what is wrong beside it.

import { h } from "./dom.js";
import { hospital } from "./hospital.js";
import { parseAmount } from "./money.js";

let count = 0;

// nextId tells one field of the page from another.
export const nextId = () => `field${++count}`;

// field is one question: { name, label, type, hint, options, errorFields, check, … }. The
// rest are attributes of its control. errorFields names the API's fields whose errors
// it shows, where they differ from its name; check says what is wrong with the
// values up to here; optional: false is for one that always has an answer.
export function field({ type = "text", ...question }) {
	return type === "chips" ? chipsField(question) : inputField({ type, ...question });
}

// beside puts questions next to each other where there is room.
export const fieldRow = (...fields) => ({
	fields,
	element: h(
		"div",
		{ class: "pair" },
		fields.map(({ element }) => element),
	),
});

function inputField({
	name,
	label,
	type,
	hint,
	options,
	errorFields = [name],
	value,
	check = () => "",
	optional = type !== "checkbox",
	...attributes
}) {
	const id = nextId();
	const control = h(
		tagName(type),
		{ id, name, type: inputType(type), "aria-describedby": `${id}-hint ${id}-error`, ...attributes },
		(options ?? []).map((one) => option(one, value)),
	);
	if (type === "amount") control.setAttribute("inputmode", "decimal");
	if (type === "checkbox") control.checked = Boolean(value);
	else if (value !== undefined) control.value = value;
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
		validate: (values) => browserError(type, control, read()) || check(values),
		setError: errorMarker(control, error),
		focus: () => control.focus(),
	};
}

const tagName = (type) => ({ select: "select", textarea: "textarea" })[type] ?? "input";
const inputType = (type) => tagName(type) === "input" && (["amount", "clock"].includes(type) ? "text" : type);

// option is a choice [value, text], or a group of them [name, [[value, text], …]].
const option = ([value, text], chosen) =>
	Array.isArray(text)
		? h(
				"optgroup",
				{ label: value },
				text.map((one) => option(one, chosen)),
			)
		: h("option", { value, selected: value === chosen }, text);

// readers read a control as the API takes it.
const readText = ({ value }) => value.trim();
const readers = {
	checkbox: ({ checked }) => checked,
	amount: ({ value }) => parseAmount(value),
	file: ({ files }) => files[0],
	password: ({ value }) => value,
	number: ({ value }) => value && Number(value),
	clock: ({ value }) => readClock(value.trim()),
};

// clock reads a time of day as people type it: "9", "900" and "9.00" are "09:00".
function readClock(typed) {
	const [, hour, minute = "00"] = /^(\d{1,2})[:.]?(\d\d)?$/.exec(typed) ?? [];
	return hour ? `${hour.padStart(2, "0")}:${minute}` : typed;
}

// wrong says what the browser already knows to be wrong.
function browserError(type, control, value) {
	if (control.required && control.value.trim() === "") return "Please fill this in.";
	if (!control.validity.valid) return control.validationMessage;
	if (type === "amount" && control.value && !value)
		return (
			"Write an amount such as " +
			(hospital.currency_exponent ? `12.${"50".padEnd(hospital.currency_exponent, "0")}` : "12") +
			"."
		);
	if (type === "clock" && value && !/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(value))
		return "Write a time such as 09:00.";
	return "";
}

// marker shows what is wrong, or with "" that nothing is.
export const errorMarker = (control, error) => (sentence) => {
	error.textContent = sentence;
	if (sentence) control.setAttribute("aria-invalid", "true");
	else control.removeAttribute("aria-invalid");
};

// chips is a question with few answers, all of them in sight: one, or multiple.
function chipsField({ name, label, hint, options, multiple, errorFields = [name], value = [], required, change }) {
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
		inputs.map((input, i) => chip(input, options[i][1])),
	);
	const element = h(
		"div",
		{ class: "field" },
		h("span", { id, class: "label" }, label),
		control,
		h("p", { id: `${id}-hint`, class: "hint" }, hint),
		error,
	);
	const read = () => {
		const chosen = inputs.filter(({ checked }) => checked).map((input) => input.value);
		return multiple ? chosen : chosen[0];
	};
	return {
		name,
		errorFields,
		element,
		error,
		read,
		set: (chosen) =>
			inputs.forEach((input) => {
				input.checked = input.value === chosen;
			}),
		validate: () => (required && !inputs.some(({ checked }) => checked) ? "Please choose." : ""),
		setError: errorMarker(multiple ? inputs[0] : control, error),
		focus: () => (inputs.find(({ checked }) => checked) ?? inputs[0]).focus(),
	};
}

// chip is one such answer, to be clicked.
export const chip = (input, ...label) => h("label", { class: "chip" }, input, h("span", {}, label));
