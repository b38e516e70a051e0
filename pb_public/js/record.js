// A patient's record, as it is read: each kind of entry is a card.

import { fileURL, list, me, report } from "./api.js";
import { correctVitals, mayNote, measures, restate, showToPatient, withdraw } from "./chart-forms.js";
import { badge, card } from "./components.js";
import { button, h, link } from "./dom.js";
import { billStatus, certainties, criticalities, documentKinds, entryState, tones, visitState } from "./labels.js";
import { prescriptionCard } from "./prescriptions.js";
import { showDate, showDay, showTime } from "./time.js";

// measured is one measurement in words, "Temperature 36.6 °C".
const measured = (vitals) =>
	[
		vitals.systolic && `Blood pressure ${vitals.systolic}/${vitals.diastolic} mmHg`,
		...measures
			.slice(2)
			.map(([field, name, unit, per]) => vitals[field] && `${name} ${vitals[field] / per} ${unit}`),
		vitals.pain && `Pain ${vitals.pain} of 10`,
	].filter(Boolean);

// flag is what somebody should look at, "Temperature high".
function flag(name) {
	const [, field, which] = /^(.*)_(low|high)$/.exec(name);
	return badge(`${measures.find(([one]) => one === field)?.[1] ?? "Pain"} ${which}`, "waiting");
}

const wrong = (record) => record.state === "entered_in_error";
const stateBadge = (record) => badge(...entryState[record.state]);

// noteParts are the texts of a visit's notes, each under its name.
export const noteParts = [
	["complaint", "Complaint"],
	["notes", "Findings"],
	["assessment", "Assessment"],
	["plan", "Plan"],
];

// note is the notes of a visit, as they are read.
export const note = (encounter) => [
	...noteParts.map(
		([field, name]) => encounter[field] && h("span", { class: "text" }, h("b", {}, name), " ", encounter[field]),
	),
	encounter.follow_up_on && `To come again on ${showDay(encounter.follow_up_on)}`,
];

// kinds are the kinds of entries: their name, and the card of one.
const kinds = {
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
			lines: note(encounter),
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
			title: measured(vitals).join(" · "),
			lines: [
				vitals.flags.length > 0 && h("span", {}, vitals.flags.map(flag)),
				vitals.corrects && "Takes the place of an earlier one.",
			],
			state: wrong(vitals) && stateBadge(vitals),
			actions:
				mayNote("vitals") && !wrong(vitals)
					? [
							button("Correct", () => correctVitals(vitals), { key: `correct${vitals.id}` }),
							button("Withdraw", () => withdraw("vitals", vitals), { key: `withdraw${vitals.id}` }),
						]
					: [],
		}),
	],
	condition: [
		"Conditions",
		(condition) => ({
			title: [condition.code, condition.text].filter(Boolean).join(" "),
			lines: [
				[certainties[condition.certainty], condition.onset_on && `since ${showDay(condition.onset_on)}`]
					.filter(Boolean)
					.join(", "),
			],
			state: stateBadge(condition),
			actions:
				mayNote("conditions") && !wrong(condition)
					? [
							button("Change state", () => restate("conditions", condition, condition.text), {
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
				mayNote("allergies") && !wrong(allergy)
					? [
							button("Change state", () => restate("allergies", allergy, allergy.substance), {
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
					(document.visible_to_patient || me().role === "patient" ? "" : ", not shown to the patient"),
			],
			state: wrong(document) && stateBadge(document),
			actions: [
				button("Download", () => download(document), { key: `file${document.id}`, about: document.title }),
				mayNote("documents") &&
					!wrong(document) &&
					me().role !== "patient" &&
					button(
						document.visible_to_patient ? "Hide from the patient" : "Show to the patient",
						() => showToPatient(document),
						{ key: `show${document.id}` },
					),
				mayNote("documents") &&
					!wrong(document) &&
					me().role !== "patient" &&
					button("Withdraw", () => withdraw("documents", document), { key: `withdraw${document.id}` }),
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
export const kindNames = Object.fromEntries(Object.entries(kinds).map(([kind, [name]]) => [kind, name]));

// entryCard is one entry of a record.
export function entryCard({ kind, at, record }, people) {
	const { actions = [], lines = [], ...rest } = kinds[kind][1](record, people);
	return card({
		id: record.id,
		version: record.updated,
		...rest,
		lines: lines.filter(Boolean),
		actions: actions.filter(Boolean),
		first: h(
			"time",
			{ datetime: at.replace(" ", "T") },
			h("strong", {}, showDate(at)),
			h("span", {}, showTime(at)),
		),
	});
}

async function download(document) {
	const place = h("a", { href: await fileURL("documents", document.id, document.file), download: true });
	place.click();
}

// doctors tells the names of doctors, and which of them is the reader.
export async function doctors() {
	const found = await list("doctors", { perPage: 1000, fields: "id,name,user" });
	const own = found.find(({ user }) => user && user === me().id)?.id;
	return {
		doctor: (id) => found.find((one) => one.id === id)?.name ?? "a doctor",
		mine: ({ doctor }) => me().role === "doctor" && doctor === own,
	};
}

// readHistory reads the newest entries of a record, as many as are asked for.
export async function readHistory(patient, kind, most) {
	const entries = [];
	let cursor = "";
	do {
		const page = await report(`patients/${patient}/history`, {
			kinds: kind,
			limit: Math.min(200, most - entries.length),
			cursor,
		});
		entries.push(...page.entries);
		cursor = page.cursor;
	} while (cursor && entries.length < most);
	return entries;
}
