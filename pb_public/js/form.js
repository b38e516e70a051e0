// Forms: they check their fields, send once at a time, and show errors where they belong.

import { dialog, h, runOnce, showError, showStatus } from "./dom.js";
import { field, fieldRow } from "./fields.js";
import { refreshAll } from "./live.js";

/**
 * form asks for fields and sends their values. Fields in a list of their own stand next to each other; a Field or
 * FieldGroup is used as it is. Hidden fields are neither checked nor sent. `secondary` stands beside the submit
 * button.
 * @param {FormOptions} options
 */
export function form({ fields: questions, submit, send, intro, secondary }) {
	const parts = questions.map(buildField);
	const fields = parts.flatMap((part) => ("fields" in part ? part.fields : [part]));
	const button = h("button", { type: "submit", class: "main" }, submit);
	const problem = h("p", { class: "problem", role: "alert" });
	return h(
		"form",
		{
			novalidate: true,
			submit: (/** @type {Event} */ event) => {
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

/**
 * @param {FormOptions["fields"][number]} question
 * @returns {Field | FieldGroup}
 */
function buildField(question) {
	if (Array.isArray(question)) return fieldRow(...question.map(field));
	return isBuilt(question) ? question : field(question);
}

/**
 * @param {FieldOptions | Field | FieldGroup} question
 * @returns {question is Field | FieldGroup}
 */
const isBuilt = (question) => "element" in question;

/**
 * @param {Field[]} fields
 * @param {HTMLElement} problem
 * @param {FormOptions["send"]} send
 */
async function submitForm(fields, problem, send) {
	problem.textContent = "";
	for (const one of fields) one.setError("");
	const visible = fields.filter(({ element }) => !element.closest("[hidden]"));
	/** @type {Record<string, unknown>} */
	const values = {};
	for (const one of visible) {
		values[one.name] = one.read();
		one.setError(one.validate(values));
	}
	if (focusFirstError(visible)) return;
	try {
		await send(values);
	} catch (error) {
		if (error.status === 409) refreshAll().catch(() => {}); // the page shows something that has changed
		showErrors(error, visible, problem);
	}
}

/** @param {Field[]} fields */
function focusFirstError(fields) {
	const first = fields.find(({ error }) => error.textContent);
	first?.focus();
	return first;
}

/**
 * showErrors shows the errors of the API at their fields, and the rest above the submit button.
 * @param {Values} error
 * @param {Field[]} fields
 * @param {HTMLElement} problem
 */
function showErrors(error, fields, problem) {
	const messages = new Set([error.message]);
	/** @type {[string, Values][]} */
	const refused = Object.entries(error.fields ?? {});
	for (const [name, { message, params }] of refused) {
		const one = fields.find(({ errorFields }) => errorFields.includes(name));
		if (one && message) one.setError(message, params);
		else if (message) messages.add(message);
	}
	const atFields = fields.map(({ error }) => error.textContent);
	problem.textContent = [...messages].filter((message) => !atFields.includes(message)).join(" ");
	focusFirstError(fields);
}

/**
 * formDialog is a form in a dialog. `send` returns the message that is shown when it succeeds. When the record has
 * been changed by somebody else, the dialog closes and the page is refreshed.
 * @param {string} title
 * @param {DialogFormOptions} options
 */
export function formDialog(title, { send, wide, ...rest }) {
	const formIn = (/** @type {() => void} */ close) =>
		form({
			...rest,
			send: async (values) => {
				try {
					const message = await send(values);
					close();
					showStatus(message);
				} catch (error) {
					if (error.code?.("version") !== "stale_version") throw error;
					close();
					showError(error.message);
				}
				await refreshAll();
			},
		});
	dialog(title, formIn, { wide });
}
