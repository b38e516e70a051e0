// Forms: fields, one send at a time, and what the API refuses where it belongs.

import { alone, complain, dialog, h, tell } from "./dom.js";
import { beside, field } from "./fields.js";
import { refreshAll } from "./live.js";

// form asks for fields and sends their values. Questions in a list of their own stand
// beside each other, and fields with a place, { place, fields }, are taken as they
// are. What is hidden is not asked. also is what can be done instead of sending.
export function form({ fields: questions, submit, send, intro, also }) {
	const parts = questions.map(made);
	const fields = parts.flatMap((part) => part.fields ?? part);
	const button = h("button", { type: "submit", class: "main" }, submit);
	const problem = h("p", { class: "problem", role: "alert" });
	return h(
		"form",
		{
			novalidate: true,
			submit: (event) => {
				event.preventDefault();
				alone(button, () => attempt(fields, problem, send));
			},
		},
		intro,
		parts.map(({ place }) => place),
		problem,
		h("div", { class: "end" }, also, button),
	);
}

function made(question) {
	if (Array.isArray(question)) return beside(...question.map(field));
	return question.place ? question : field(question);
}

async function attempt(fields, problem, send) {
	problem.textContent = "";
	for (const one of fields) one.mark("");
	const asked = fields.filter(({ place }) => !place.closest("[hidden]"));
	const values = {};
	for (const one of asked) {
		values[one.name] = one.read();
		one.mark(one.wrong(values));
	}
	if (focusFirst(asked)) return;
	try {
		await send(values);
	} catch (error) {
		if (error.status === 409) refreshAll().catch(() => {}); // something is not as it was shown
		explain(error, asked, problem);
	}
}

function focusFirst(fields) {
	const first = fields.find(({ error }) => error.textContent);
	first?.focus();
	return first;
}

function explain(error, fields, problem) {
	const sentences = new Set([error.message]);
	for (const [name, { message, params }] of Object.entries(error.fields ?? {})) {
		const one = fields.find(({ reports }) => reports.includes(name));
		if (one && message) one.mark(message, params);
		else if (message) sentences.add(message);
	}
	const beside = fields.map(({ error }) => error.textContent);
	problem.textContent = [...sentences].filter((one) => !beside.includes(one)).join(" ");
	focusFirst(fields);
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
						tell(done);
					} catch (error) {
						if (error.code?.("version") !== "stale_version") throw error;
						close();
						complain(error.message);
					}
					await refreshAll();
				},
			}),
		{ wide },
	);
}
