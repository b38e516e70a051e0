// Messages between a patient and a doctor: what their pages have in common.

import { create, createAll, fileURL, list, newId, quote, update } from "./api.js";
import { badge, card } from "./components.js";
import { button, h, link } from "./dom.js";
import { field } from "./fields.js";
import { formDialog } from "./form.js";
import { currentUser, role } from "./session.js";
import { formatDate, formatDateTime, formatInstant, formatTime } from "./time.js";

/** @param {Thread} thread */
export const unreadIn = (thread) => (role() === "patient" ? thread.unread_by_patient : thread.unread_by_doctor);

/**
 * otherSide is whom the reader writes to: a patient has one doctor, and may write for several patients.
 * @param {Thread} thread
 */
export const otherSide = ({ expand }) =>
	role() === "patient"
		? [expand?.doctor?.name, expand?.patient?.name].filter(Boolean).join(", for ")
		: expand?.patient?.name;

/** @param {Thread} thread */
const threadState = (thread) => {
	const unread = unreadIn(thread);
	if (unread > 0) return badge(`${unread} unread`, "waiting");
	return thread.closed && badge("Closed", "off");
};

/**
 * threadCard is a thread in the list.
 * @param {Thread} thread
 */
export const threadCard = (thread) => {
	const at = thread.last_message_at || thread.created;
	return card({
		id: thread.id,
		version: thread.updated,
		first: h(
			"time",
			{ datetime: at.replace(" ", "T") },
			h("span", {}, formatDate(at)),
			h("strong", {}, formatTime(at)),
		),
		title: link("thread", thread.subject, { id: thread.id }, { "data-key": thread.id }),
		lines: [otherSide(thread), visitText(thread)],
		state: threadState(thread),
	});
};

/**
 * visitText names the visit that a thread is about.
 * @param {Thread} thread
 */
export const visitText = ({ expand }) =>
	expand?.appointment && `About the visit of ${formatDateTime(expand.appointment.starts)}`;

/**
 * messageItem is one message of a conversation.
 * @param {Message} message
 * @param {Thread} thread
 */
export function messageItem(message, thread) {
	const own = message.side === role();
	const author = message.side === "doctor" ? thread.expand?.doctor?.name : thread.expand?.patient?.name;
	const attached = message.expand?.document;
	const until = message.out_of_office_until;
	return h(
		"li",
		{ class: own ? "bubble own" : "bubble", "data-version": `${message.id}:${message.updated}` },
		h(
			"p",
			{ class: "minor" },
			h("b", {}, own ? "You" : author),
			" · ",
			h("time", { datetime: message.created.replace(" ", "T") }, formatDateTime(message.created)),
			own && ` · ${message.seen ? "Read" : "Not read yet"}`,
		),
		h("p", { class: "text" }, message.text),
		attached && button(`Download ${attached.title}`, () => download(attached), { key: `file${message.id}` }),
		message.document && !attached && h("p", { class: "minor" }, "The attached document is no longer shared."),
		until &&
			h("p", { class: "minor" }, `The doctor is away until ${formatDateTime(until)}, and may answer after that.`),
	);
}

/** @param {PatientDocument} document */
async function download(document) {
	h("a", { href: await fileURL("documents", document.id, document.file), download: true }).click();
}

/**
 * markSeen records that the reader has seen the messages of the other side.
 * @param {Message[]} messages
 */
export async function markSeen(messages) {
	if (document.hidden) return;
	for (const one of messages.filter(({ seen, side }) => !seen && side !== role()))
		await update("messages", one, { seen: true });
}

/**
 * sendMessage sends a message. The id stays the same when it is tried again.
 * @param {string} id
 * @param {string} thread
 * @param {Values} values
 */
export const sendMessage = (id, thread, { text, document }) => create("messages", { id, thread, text, document });

/** @type {FieldOptions} */
export const textField = {
	name: "text",
	label: "Message",
	type: "textarea",
	rows: 4,
	maxlength: 4000,
	required: true,
	hint: "In an emergency, do not write here. Call the hospital or the emergency number.",
};

/**
 * sharedDocuments are the documents of a patient that both sides can see.
 * @param {string} patient
 */
export const sharedDocuments = (patient) =>
	list("documents", {
		filter: `patient = ${quote(patient)} && visible_to_patient = true && state = "final"`,
		sort: "-created",
	});

/** @typedef {{ patient: Patient, doctor: { id: string, name: string } }} Pair */

/**
 * pairs are whom the reader can write to now. A patient is shown the doctors of their visits, because the account of a
 * doctor is hidden from them.
 * @returns {Promise<Pair[]>}
 */
async function pairs() {
	const now = formatInstant(new Date());
	const [entries, [self]] = await Promise.all([
		list("care_team", {
			filter: `starts <= "${now}" && ends > "${now}" && source != "break_glass"`,
			expand: "patient,appointment.doctor",
		}),
		role() === "doctor" ? list("doctors", { filter: `user = ${quote(currentUser()?.id ?? "")}` }) : [],
	]);
	/** @type {Map<string, Pair>} */
	const found = new Map();
	for (const { expand } of entries) {
		const doctor = self ?? expand?.appointment?.expand?.doctor;
		const patient = expand?.patient;
		if (doctor && patient?.user) found.set(`${patient.id}/${doctor.id}`, { patient, doctor });
	}
	return [...found.values()].sort((a, b) => pairName(a).localeCompare(pairName(b)));
}

/** @param {Pair} pair */
const visitsOf = ({ patient, doctor }) =>
	list("appointments", {
		filter: `patient = ${quote(patient.id)} && doctor = ${quote(doctor.id)} && status != "cancelled"`,
		sort: "-starts",
		perPage: 50,
	});

/** @param {Pair} pair */
const pairName = ({ patient, doctor }) => (role() === "patient" ? `${doctor.name}, for ${patient.name}` : patient.name);

/**
 * startThread asks whom to write to and what, and opens the new thread.
 * @param {(view: string, query: Query) => Promise<void>} open
 */
export async function startThread(open) {
	const choices = await pairs();
	const [thread, message] = [newId(), newId()];
	const visitField = field({
		name: "appointment",
		label: "About a visit",
		type: "select",
		options: [],
	});
	const fillVisits = async () => {
		const pair = choices[Number(pairField.read())];
		const visits = pair ? await visitsOf(pair) : [];
		visitField.control.replaceChildren(
			h("option", { value: "" }, "No visit"),
			...visits.map(({ id, starts }) => h("option", { value: id }, formatDateTime(starts))),
		);
	};
	const pairField = field({
		name: "pair",
		label: role() === "patient" ? "Doctor" : "Patient",
		type: "select",
		optional: false,
		errorFields: ["doctor", "patient"],
		options: choices.map((pair, i) => /** @type {FieldOption} */ ([String(i), pairName(pair)])),
		change: fillVisits,
	});
	await fillVisits();
	if (choices.length === 0) throw new Error(nobody[role()]);
	formDialog("New message", {
		fields: [
			pairField,
			visitField,
			{ name: "subject", label: "Subject", required: true, maxlength: 120 },
			textField,
		],
		submit: "Send",
		send: async ({ pair, appointment, subject, text }) => {
			const { patient, doctor } = choices[Number(pair)];
			await createAll([
				["threads", { id: thread, patient: patient.id, doctor: doctor.id, appointment, subject }],
				["messages", { id: message, thread, text }],
			]);
			await open("thread", { id: thread });
			return "The message was sent.";
		},
	});
}

/** @type {Record<string, string>} */
const nobody = {
	patient: "You can write to a doctor around a visit. No doctor is in charge of you now: request an appointment.",
	doctor: "No patient with an account is in your care now.",
};
