// Forms: fields, one send at a time, and what the API refuses where it belongs.

import { dialog, h, runOnce, showError, showStatus } from "./dom.js";
import { field, fieldRow } from "./fields.js";
import { refreshAll } from "./live.js";

// form asks for fields and sends their values. Questions in a list of their own stand
// beside each other, and fields with a element, { element, fields }, are taken as they
// are. What is hidden is not asked. also is what can be done instead of sending.
export function form({ fields: questions, submit, send, intro, secondary }) {
	const parts = questions.map(buildField);
	const fields = parts.flatMap((part) => part.fields ?? part);
	const button = h("button", { type: "submit", class: "main" }, submit);
	const problem = h("p", { class: "problem", role: "alert" });
	return h(
		"form",
		{
			novalidate: true,
			submit: (event) => {
				event.preventDefault();
				runOnce(button, () => submitForm(fields, problem, send));
			},
		},
		intro,
		parts.map(({ element }) => element),
		problem,
		h("div", { class: "end" }, secondary, button),
	);
}

function buildField(question) {
	if (Array.isArray(question)) return fieldRow(...question.map(field));
	return question.element ? question : field(question);
}

async function submitForm(fields, problem, send) {
	problem.textContent = "";
	for (const one of fields) one.setError("");
	const visible = fields.filter(({ element }) => !element.closest("[hidden]"));
	const values = {};
	for (const one of visible) {
		values[one.name] = one.read();
		one.setError(one.validate(values));
	}
	if (focusFirstError(visible)) return;
	try {
		await send(values);
	} catch (error) {
		if (error.status === 409) refreshAll().catch(() => {}); // something is not as it was shown
		showErrors(error, visible, problem);
	}
}

function focusFirstError(fields) {
	const first = fields.find(({ error }) => error.textContent);
	first?.focus();
	return first;
}

function showErrors(error, fields, problem) {
	const sentences = new Set([error.message]);
	for (const [name, { message, params }] of Object.entries(error.fields ?? {})) {
		const one = fields.find(({ errorFields }) => errorFields.includes(name));
		if (one && message) one.setError(message, params);
		else if (message) sentences.add(message);
	}
	const beside = fields.map(({ error }) => error.textContent);
	problem.textContent = [...sentences].filter((one) => !beside.includes(one)).join(" ");
	focusFirstError(fields);
}

// formDialog asks in a box over the page. send answers the sentence that says what was done.
// When somebody else was faster, the box closes and the page shows what is now.
export function formDialog(title, { send, wide, ...rest }) {
	dialog(
		title,
		(close) =>
			form({
				...rest,
				send: async (values) => {
					try {
						const done = await send(values);
						close();
						showStatus(done);
					} catch (error) {
						if (error.code?.("version") !== "stale_version") throw error;
						close();
						showError(error.message);
					}
					await refreshAll();
				},
			}),
		{ wide },
	);
}
