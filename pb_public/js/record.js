// The entries of a patient's record. Each is a card.

import { fetchHospital, fileURL, list } from "./api.js";
import { changeState, markEnteredInError, mayWrite, toggleVisibleToPatient } from "./chart-forms.js";
import { badge, card } from "./components.js";
import { button, h, link } from "./dom.js";
import { billStatus, certainties, criticalities, documentKinds, entryState, tones, visitState } from "./labels.js";
import { prescriptionCard } from "./prescriptions.js";
import { currentUser, role } from "./session.js";
import { formatDate, formatDay, formatTime } from "./time.js";
import { correctVitals, describeVitals, flagBadge } from "./vitals.js";

/**
 * @typedef {object} DoctorNames
 * @property {(id: string) => string} doctor is the name of a doctor
 * @property {(record: { doctor: string }) => boolean} mine reports whether the reader is the doctor of a record
 */

/** @param {{ state: string }} record */
const isError = (record) => record.state === "entered_in_error";

/** @param {{ state: string }} record */
const stateBadge = (record) => badge(...entryState[record.state]);

/**
 * noteFields are the texts of a visit's notes, with their names.
 * @type {["complaint" | "notes" | "assessment" | "plan", string][]}
 */
export const noteFields = [
	["complaint", "Complaint"],
	["notes", "Findings"],
	["assessment", "Assessment"],
	["plan", "Plan"],
];

/**
 * noteLines are the notes of a visit, for reading.
 * @param {Encounter} encounter
 * @returns {Child[]}
 */
export const noteLines = (encounter) => [
	...noteFields.map(
		([field, name]) => encounter[field] && h("span", { class: "text" }, h("b", {}, name), " ", encounter[field]),
	),
	encounter.follow_up_on && `Follow-up date: ${formatDay(encounter.follow_up_on)}`,
];

/**
 * entryKinds are the kinds of entries: their name, and the content of a card. The entries are records of different
 * collections, so their type is left open.
 * @type {Record<string, [name: string, content: (record: Values, names: DoctorNames) => Partial<CardOptions>]>}
 */
const entryKinds = {
	visit: [
		"Visits",
		(visit, { doctor }) => ({
			title: `Visit with ${doctor(visit.doctor)}`,
			lines: [visit.reason, visit.number],
			state: badge(...visitState(visit)),
		}),
	],
	encounter: [
		"Notes",
		(encounter, { doctor, mine }) => ({
			title: (encounter.amends ? "Amended notes of " : "Notes of ") + doctor(encounter.doctor),
			lines: noteLines(encounter),
			state: encounter.status === "signed" ? badge("Signed", "good") : badge("Draft", "now"),
			actions: [
				mine(encounter) &&
					link(
						"notes",
						encounter.status === "signed" ? "Open" : "Edit",
						{ visit: encounter.appointment },
						{ class: "button", "data-key": encounter.id },
					),
			],
		}),
	],
	vitals: [
		"Vitals",
		(vitals) => ({
			title: describeVitals(vitals).join(" · "),
			lines: [
				vitals.flags.length > 0 && h("span", {}, vitals.flags.map(flagBadge)),
				vitals.corrects && "Corrects earlier vitals.",
			],
			state: isError(vitals) && stateBadge(vitals),
			actions:
				mayWrite("vitals") && !isError(vitals)
					? [
							button("Correct", () => correctVitals(vitals), { key: `correct${vitals.id}` }),
							button("Mark as error", () => markEnteredInError("vitals", vitals), {
								key: `withdraw${vitals.id}`,
							}),
						]
					: [],
		}),
	],
	condition: [
		"Conditions",
		(condition) => ({
			title: [condition.code, condition.text].filter(Boolean).join(" "),
			lines: [
				[certainties[condition.certainty], condition.onset_on && `since ${formatDay(condition.onset_on)}`]
					.filter(Boolean)
					.join(", "),
			],
			state: stateBadge(condition),
			actions:
				mayWrite("conditions") && !isError(condition)
					? [
							button("Change status", () => changeState("conditions", condition, condition.text), {
								key: `state${condition.id}`,
							}),
						]
					: [],
		}),
	],
	allergy: [
		"Allergies",
		(allergy) => ({
			title: `Allergy: ${allergy.substance}`,
			lines: [[criticalities[allergy.criticality], allergy.reaction].filter(Boolean).join(": ")],
			state: stateBadge(allergy),
			actions:
				mayWrite("allergies") && !isError(allergy)
					? [
							button("Change status", () => changeState("allergies", allergy, allergy.substance), {
								key: `state${allergy.id}`,
							}),
						]
					: [],
		}),
	],
	prescription: [
		"Prescriptions",
		(prescription, { doctor, mine }) =>
			prescriptionCard(prescription, { doctor: doctor(prescription.doctor), mine: mine(prescription) }),
	],
	document: [
		"Documents",
		(document) => ({
			title: document.title,
			lines: [
				documentKinds[document.kind] +
					(document.visible_to_patient || role() === "patient" ? "" : ", hidden from the patient"),
			],
			state: isError(document) && stateBadge(document),
			actions: [
				button("Download", () => download(document), { key: `file${document.id}`, about: document.title }),
				mayWrite("documents") &&
					!isError(document) &&
					role() !== "patient" &&
					button(
						document.visible_to_patient ? "Hide from the patient" : "Show to the patient",
						() => toggleVisibleToPatient(document),
						{ key: `show${document.id}` },
					),
				mayWrite("documents") &&
					!isError(document) &&
					role() !== "patient" &&
					button("Mark as error", () => markEnteredInError("documents", document), {
						key: `withdraw${document.id}`,
					}),
			],
		}),
	],
	bill: [
		"Bills",
		(bill) => ({
			title: link("bill", bill.number, { id: bill.id }),
			state: badge(billStatus[bill.status], tones[bill.status]),
		}),
	],
};

/** kindNames are the names of the kinds of entries, by kind. */
export const kindNames = Object.fromEntries(Object.entries(entryKinds).map(([kind, [name]]) => [kind, name]));

/**
 * entryCard is one entry of a record.
 * @param {{ kind: string, at: string, record: Values }} entry
 * @param {DoctorNames} names
 */
export function entryCard({ kind, at, record }, names) {
	const [, content] = entryKinds[kind];
	return card({
		id: record.id,
		version: record.updated,
		title: "",
		...content(record, names),
		first: h(
			"time",
			{ datetime: at.replace(" ", "T") },
			h("strong", {}, formatDate(at)),
			h("span", {}, formatTime(at)),
		),
	});
}

/** @param {PatientDocument} document */
async function download(document) {
	const anchor = h("a", { href: await fileURL("documents", document.id, document.file), download: true });
	anchor.click();
}

/**
 * fetchDoctorNames reads the names of the doctors, and which of them is the reader.
 * @returns {Promise<DoctorNames>}
 */
export async function fetchDoctorNames() {
	const found = await list("doctors", { perPage: 1000, fields: "id,name,user" });
	const own = found.find(({ user }) => user && user === currentUser()?.id)?.id;
	return {
		doctor: (id) => found.find((one) => one.id === id)?.name ?? "a doctor",
		mine: ({ doctor }) => role() === "doctor" && doctor === own,
	};
}

/**
 * fetchHistory reads the newest entries of a record, up to a limit.
 * @param {string} patient
 * @param {string} kind
 * @param {number} limit
 * @returns {Promise<{ kind: string, at: string, record: Values }[]>}
 */
export async function fetchHistory(patient, kind, limit) {
	/** @type {{ kind: string, at: string, record: Values }[]} */
	const entries = [];
	let cursor = "";
	do {
		const page = await fetchHospital(`patients/${patient}/history`, {
			kinds: kind,
			limit: Math.min(200, limit - entries.length),
			cursor,
		});
		entries.push(...page.entries);
		cursor = page.cursor;
	} while (cursor && entries.length < limit);
	return entries;
}
