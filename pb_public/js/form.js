// Forms: labelled fields, what is wrong beside the field, and one send at a time.

import { alone, complain, dialog, h, tell } from "./dom.js";
import { hospital } from "./hospital.js";
import { refreshAll } from "./live.js";
import { minorUnits } from "./money.js";
import { fromWall, stamp } from "./time.js";

let count = 0;

// field is one question: { name, label, type, hint, options, reports, … }. The
// rest are attributes of its control. reports names the API's fields whose errors
// it shows, where they differ from its name.
function field({ name, label, type = "text", hint, options, reports = [name], value, ...attributes }) {
	const id = "field" + ++count;
	const control = h(tag(type), { id, name, type: type === "amount" ? "text" : inputType(type), "aria-describedby": id + "-hint " + id + "-error", ...attributes },
		(options ?? []).map(([option, text]) => h("option", { value: option, selected: option === value }, text)));
	if (type === "amount") control.setAttribute("inputmode", "decimal");
	if (type === "checkbox") control.checked = Boolean(value);
	else if (value !== undefined) control.value = value;
	const optional = !attributes.required && type !== "checkbox" && h("span", { class: "optional" }, " optional");
	const error = h("p", { id: id + "-error", class: "error" });
	const place = h("div", { class: "field " + type }, h("label", { for: id }, label, optional), control, h("p", { id: id + "-hint", class: "hint" }, hint), error);
	return { name, type, reports, control, place, error };
}

const tag = (type) => ({ select: "select", textarea: "textarea" })[type] ?? "input";
const inputType = (type) => tag(type) === "input" && type;

// form asks for fields and sends their values. What the API refuses is shown where
// it belongs.
export function form({ fields: questions, submit, send, intro }) {
	const fields = questions.map(field);
	const button = h("button", { type: "submit", class: "main" }, submit);
	const problem = h("p", { class: "problem", role: "alert" });
	const element = h("form", { novalidate: true, submit: (event) => {
		event.preventDefault();
		alone(button, () => attempt(fields, problem, send));
	} }, intro, fields.map((one) => one.place), problem, h("div", { class: "end" }, button));
	return element;
}

async function attempt(fields, problem, send) {
	problem.textContent = "";
	fields.forEach((one) => mark(one, ""));
	const values = {};
	for (const one of fields) {
		values[one.name] = read(one);
		mark(one, wrong(one, values));
	}
	if (focusFirst(fields)) return;
	try {
		await send(values);
	} catch (error) {
		explain(error, fields, problem);
	}
}

// read is the value of a field as the API takes it.
function read({ type, control }) {
	if (type === "checkbox") return control.checked;
	if (type === "amount") return minorUnits(control.value);
	return type === "password" ? control.value : control.value.trim();
}

// wrong says what the browser already knows to be wrong.
function wrong({ type, control, name }, values) {
	if (control.required && control.value.trim() === "") return "Please fill this in.";
	if (!control.validity.valid) return control.validationMessage;
	if (type === "amount" && control.value && !values[name]) return "Write an amount such as " + (hospital.currency_exponent ? "12." + "50".padEnd(hospital.currency_exponent, "0") : "12") + ".";
	if (name === "time" && values.date && values.time && !fromWall(values.date, values.time)) return "Clocks go forward that night: there is no such time.";
	return "";
}

function mark({ control, error }, sentence) {
	error.textContent = sentence;
	if (sentence) control.setAttribute("aria-invalid", "true");
	else control.removeAttribute("aria-invalid");
}

function focusFirst(fields) {
	const first = fields.find(({ control }) => control.hasAttribute("aria-invalid"));
	first?.control.focus();
	return first;
}

function explain(error, fields, problem) {
	const sentences = new Set([error.message]);
	for (const [name, { message }] of Object.entries(error.fields ?? {})) {
		const one = fields.find(({ reports }) => reports.includes(name));
		if (one && message) mark(one, message);
		else if (message) sentences.add(message);
	}
	const beside = fields.map(({ error }) => error.textContent);
	problem.textContent = [...sentences].filter((one) => !beside.includes(one)).join(" ");
	focusFirst(fields);
}

// formDialog asks in a box over the page. send answers the sentence that says what was done.
// When somebody else was faster, the box closes and the page shows what is now.
export function formDialog(title, { send, ...rest }) {
	dialog(title, (close) => form({ ...rest, send: async (values) => {
		try {
			const done = await send(values);
			close();
			tell(done);
		} catch (error) {
			if (error.status !== 409) throw error;
			if (error.code("version") !== "stale_version") {
				refreshAll().catch(() => {});
				throw error;
			}
			close();
			complain(error.message);
		}
		await refreshAll();
	} }));
}

// when are the two fields for a moment at the hospital.
export const when = ({ date, time, ...limits } = {}) => [
	{ name: "date", label: "Date", type: "date", required: true, value: date, reports: ["starts", "ends"], ...limits },
	{ name: "time", label: "Time", type: "time", required: true, value: time, hint: "Local time at the hospital, " + hospital.timezone + "." },
];

// startsOf is the moment that two such fields name.
export const startsOf = ({ date, time }) => stamp(fromWall(date, time));
