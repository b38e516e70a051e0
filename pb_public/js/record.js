// A patient's record, as it is read: each kind of entry is a card.

import { currentUser, fetchHospital, fileURL, list } from "./api.js";
import {
	changeState,
	correctVitals,
	markEnteredInError,
	mayWrite,
	measurements,
	toggleVisibleToPatient,
} from "./chart-forms.js";
import { badge, card } from "./components.js";
import { button, h, link } from "./dom.js";
import { billStatus, certainties, criticalities, documentKinds, entryState, tones, visitState } from "./labels.js";
import { prescriptionCard } from "./prescriptions.js";
import { formatDate, formatDay, formatTime } from "./time.js";

// measured is one measurement in words, "Temperature 36.6 °C".
const describeVitals = (vitals) =>
	[
		vitals.systolic && `Blood pressure ${vitals.systolic}/${vitals.diastolic} mmHg`,
		...measurements
			.slice(2)
			.map(([field, name, unit, per]) => vitals[field] && `${name} ${vitals[field] / per} ${unit}`),
		vitals.pain && `Pain ${vitals.pain} of 10`,
	].filter(Boolean);

// flag is what somebody should look at, "Temperature high".
function flagBadge(name) {
	const [, field, which] = /^(.*)_(low|high)$/.exec(name);
	return badge(`${measurements.find(([one]) => one === field)?.[1] ?? "Pain"} ${which}`, "waiting");
}

const isError = (record) => record.state === "entered_in_error";
const stateBadge = (record) => badge(...entryState[record.state]);

// noteParts are the texts of a visit's notes, each under its name.
export const noteFields = [
	["complaint", "Complaint"],
	["notes", "Findings"],
	["assessment", "Assessment"],
	["plan", "Plan"],
];

// note is the notes of a visit, as they are read.
export const noteLines = (encounter) => [
	...noteFields.map(
		([field, name]) => encounter[field] && h("span", { class: "text" }, h("b", {}, name), " ", encounter[field]),
	),
	encounter.follow_up_on && `To come again on ${formatDay(encounter.follow_up_on)}`,
];

// kinds are the kinds of entries: their name, and the card of one.
const entryKinds = {
	visit: [
		"Visits",
		(visit, { doctor }) => ({
			title: `Visit at ${doctor(visit.doctor)}`,
			lines: [visit.reason, visit.number],
			state: badge(...visitState(visit)),
		}),
	],
	encounter: [
		"Notes",
		(encounter, { doctor, mine }) => ({
			title: (encounter.amends ? "Amended notes of " : "Notes of ") + doctor(encounter.doctor),
			lines: noteLines(encounter),
			state: encounter.status === "signed" ? badge("Signed", "good") : badge("Being written", "now"),
			actions: [
				mine(encounter) &&
					link(
						"notes",
						encounter.status === "signed" ? "Open" : "Write",
						{ visit: encounter.appointment },
						{ class: "button", "data-key": encounter.id },
					),
			],
		}),
	],
	vitals: [
		"Measurements",
		(vitals) => ({
			title: describeVitals(vitals).join(" · "),
			lines: [
				vitals.flags.length > 0 && h("span", {}, vitals.flags.map(flagBadge)),
				vitals.corrects && "Takes the place of an earlier one.",
			],
			state: isError(vitals) && stateBadge(vitals),
			actions:
				mayWrite("vitals") && !isError(vitals)
					? [
							button("Correct", () => correctVitals(vitals), { key: `correct${vitals.id}` }),
							button("Withdraw", () => markEnteredInError("vitals", vitals), {
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
							button("Change state", () => changeState("conditions", condition, condition.text), {
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
							button("Change state", () => changeState("allergies", allergy, allergy.substance), {
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
					(document.visible_to_patient || currentUser().role === "patient"
						? ""
						: ", not shown to the patient"),
			],
			state: isError(document) && stateBadge(document),
			actions: [
				button("Download", () => download(document), { key: `file${document.id}`, about: document.title }),
				mayWrite("documents") &&
					!isError(document) &&
					currentUser().role !== "patient" &&
					button(
						document.visible_to_patient ? "Hide from the patient" : "Show to the patient",
						() => toggleVisibleToPatient(document),
						{ key: `show${document.id}` },
					),
				mayWrite("documents") &&
					!isError(document) &&
					currentUser().role !== "patient" &&
					button("Withdraw", () => markEnteredInError("documents", document), {
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

// kindNames are the kinds of entries that one can choose, { kind: name }.
export const kindNames = Object.fromEntries(Object.entries(entryKinds).map(([kind, [name]]) => [kind, name]));

// entryCard is one entry of a record.
export function entryCard({ kind, at, record }, people) {
	const { actions = [], lines = [], ...rest } = entryKinds[kind][1](record, people);
	return card({
		id: record.id,
		version: record.updated,
		...rest,
		lines: lines.filter(Boolean),
		actions: actions.filter(Boolean),
		first: h(
			"time",
			{ datetime: at.replace(" ", "T") },
			h("strong", {}, formatDate(at)),
			h("span", {}, formatTime(at)),
		),
	});
}

async function download(document) {
	const anchor = h("a", { href: await fileURL("documents", document.id, document.file), download: true });
	anchor.click();
}

// doctors tells the names of doctors, and which of them is the reader.
export async function fetchDoctorNames() {
	const found = await list("doctors", { perPage: 1000, fields: "id,name,user" });
	const own = found.find(({ user }) => user && user === currentUser().id)?.id;
	return {
		doctor: (id) => found.find((one) => one.id === id)?.name ?? "a doctor",
		mine: ({ doctor }) => currentUser().role === "doctor" && doctor === own,
	};
}

// readHistory reads the newest entries of a record, as many as are asked for.
export async function fetchHistory(patient, kind, limit) {
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
