// What is noted of a patient, and how it is put right later: nothing is removed,
// and what was wrong is entered in error.

import { create, currentUser, list, newId, quote, update } from "./api.js";
import { foldName } from "./components.js";
import { h } from "./dom.js";
import { formDialog } from "./form.js";
import { certainties, criticalities, documentKinds, substances, toOptions } from "./labels.js";
import { refreshAll } from "./live.js";
import { today } from "./time.js";

const writers = {
	vitals: ["nurse", "doctor"],
	allergies: ["nurse", "doctor"],
	conditions: ["doctor"],
	documents: ["nurse", "doctor", "patient"],
	medical_history: ["doctor", "admin"],
	encounters: ["doctor"],
	prescriptions: ["doctor"],
};

// mayNote says whether the reader's role writes records of a kind.
export const mayWrite = (kind) => writers[kind].includes(currentUser().role);

// measures are what is measured: its field, its name, its unit, and how many of the
// field make one of the unit.
export const measurements = [
	["systolic", "Systolic", "mmHg", 1],
	["diastolic", "Diastolic", "mmHg", 1],
	["pulse", "Pulse", "/min", 1],
	["temperature_c10", "Temperature", "°C", 10],
	["respiration", "Breaths", "/min", 1],
	["spo2", "Oxygen saturation", "%", 1],
	["weight_g", "Weight", "kg", 1000],
	["height_mm", "Height", "cm", 10],
];

// vitalsForm asks for measurements; what was measured is shown to be corrected.
function vitalsForm(title, vitals, submit, more) {
	const id = newId();
	const question = ([name, label, unit, per]) => ({
		name,
		label: `${label}, ${unit}`,
		type: "number",
		step: "any",
		min: "0",
		inputmode: "decimal",
		value: vitals[name] ? vitals[name] / per : "",
	});
	const pains = Array.from({ length: 11 }, (_, n) => [String(n), String(n)]);
	formDialog(title, {
		wide: true,
		fields: [
			...[0, 2, 4, 6].map((i) => measurements.slice(i, i + 2).map(question)),
			{
				name: "pain",
				label: "Pain, from none to the worst",
				type: "select",
				value: vitals.pain,
				options: [["", "Not asked"], ...pains],
			},
		],
		submit,
		send: async ({ pain, ...values }) => {
			const given = Object.fromEntries(
				measurements.map(([name, , , per]) => [name, Math.round(values[name] * per)]),
			);
			const { flags } = await create("vitals", { id, ...given, pain, ...more });
			return flags.length > 0 ? "Noted. Some of it is unusual: please look at it." : "Noted.";
		},
	});
}

export const recordVitals = (patient, appointment) =>
	vitalsForm(`Measure ${patient.name}`, {}, "Note", { patient: patient.id, appointment });

export const correctVitals = (vitals) =>
	vitalsForm("Correct these measurements", vitals, "Correct", {
		patient: vitals.patient,
		appointment: vitals.appointment,
		taken_at: vitals.taken_at,
		corrects: vitals.id,
	});

// withdraw says that something was never true.
export function markEnteredInError(collection, record) {
	formDialog("Withdraw this?", {
		intro: h("p", {}, "It stays in the record, marked as entered in error. This cannot be taken back."),
		fields: [],
		submit: "Withdraw",
		send: async () => {
			await update(collection, record, { state: "entered_in_error" });
			return "Marked as entered in error.";
		},
	});
}

const states = {
	active: "Active",
	inactive: "Inactive",
	resolved: "Resolved",
	entered_in_error: "Entered in error, for good",
};

// restate says whether a condition or an allergy still holds.
export function changeState(collection, record, title) {
	formDialog(title, {
		fields: [
			{
				name: "state",
				label: "State",
				type: "select",
				optional: false,
				options: toOptions(states),
				value: record.state,
			},
		],
		submit: "Change",
		send: async (values) => {
			await update(collection, record, values);
			return "Changed.";
		},
	});
}

export function addAllergy(patient) {
	const id = newId();
	formDialog(`Note an allergy of ${patient.name}`, {
		fields: [
			{ name: "substance", label: "Substance", required: true, maxlength: 200 },
			[
				{ name: "category", label: "What it is", type: "select", options: toOptions(substances, "Not said") },
				{
					name: "criticality",
					label: "How dangerous",
					type: "select",
					options: toOptions(criticalities, "Not said"),
				},
			],
			{ name: "reaction", label: "Reaction", maxlength: 500 },
		],
		submit: "Note",
		send: async (values) =>
			(await create("allergies", { id, patient: patient.id, state: "active", ...values })).substance +
			" is noted.",
	});
}

// noteCondition asks for a condition, and offers codes for what is typed.
export function addCondition(patient, encounter) {
	const id = newId();
	const codeList = h("datalist", { id: "codes" });
	const suggestCodes = ({ target }) =>
		setTimeout(async () => {
			const text = target.value.trim();
			if (text.length < 2) return;
			const found = await list("codes", {
				filter: `active = true && (code ~ ${quote(`${text.toUpperCase()}%`)} || title_key ~ ${quote(foldName(text))})`,
				sort: "code",
				perPage: 20,
			}).catch(() => []);
			if (text === target.value.trim())
				codeList.replaceChildren(...found.map(({ code, title }) => h("option", { value: code }, title)));
		}, 250);
	formDialog(`Note a condition of ${patient.name}`, {
		intro: codeList,
		fields: [
			{ name: "text", label: "Condition", required: true, maxlength: 500 },
			[
				{
					name: "code",
					label: "ICD-10 code",
					maxlength: 10,
					list: "codes",
					input: suggestCodes,
					autocomplete: "off",
					hint: "Type a code or a word of its title.",
				},
				{ name: "certainty", label: "Certainty", type: "select", options: toOptions(certainties, "Not said") },
			],
			{ name: "onset_on", label: "Since", type: "date", max: today() },
		],
		submit: "Note",
		send: async (values) =>
			(await create("conditions", { id, patient: patient.id, encounter, state: "active", ...values })).text +
			" is noted.",
	});
}

export function uploadDocument(patient, appointment) {
	const id = newId();
	const own = currentUser().role === "patient";
	formDialog(`File a document of ${patient.name}`, {
		fields: [
			{ name: "title", label: "Title", required: true, maxlength: 200 },
			{
				name: "kind",
				label: "What it is",
				type: "select",
				required: true,
				options: toOptions(documentKinds, "Choose"),
			},
			{
				name: "file",
				label: "File",
				type: "file",
				required: true,
				accept: ".pdf,.png,.jpg,.jpeg,.dcm,.txt",
				hint: "PDF, PNG, JPEG, DICOM or plain text, at most 20 MB.",
				check: ({ file }) => (file?.size > 20 * 2 ** 20 ? "A file has at most 20 MB." : ""),
			},
			...(own
				? []
				: [{ name: "visible_to_patient", label: "Show it to the patient", type: "checkbox", value: true }]),
		],
		submit: "File",
		send: async (values) =>
			`${
				(await create("documents", { id, patient: patient.id, ...(appointment && { appointment }), ...values }))
					.title
			} is filed.`,
	});
}

export async function toggleVisibleToPatient(document) {
	await update("documents", document, { visible_to_patient: !document.visible_to_patient });
	await refreshAll();
}

// rewrite changes the medical history; what it said before is kept.
export function editMedicalHistory(patient) {
	formDialog(`Medical history of ${patient.name}`, {
		wide: true,
		fields: [
			{
				name: "medical_history",
				label: "Medical history",
				type: "textarea",
				rows: 12,
				maxlength: 50000,
				value: patient.medical_history,
				hint: "What it said before is kept.",
			},
		],
		submit: "Save",
		send: async (values) => {
			await update("patients", patient, values);
			return "Saved.";
		},
	});
}
