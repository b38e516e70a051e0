// The forms of a patient's chart. Nothing is removed from a chart: what was wrong is marked as entered in error.

import { create, list, newId, quote, quotePrefix, update } from "./api.js";
import { h } from "./dom.js";
import { formDialog } from "./form.js";
import { certainties, criticalities, documentKinds, substances, toOptions } from "./labels.js";
import { refreshAll } from "./live.js";
import { foldName } from "./names.js";
import { role } from "./session.js";
import { today } from "./time.js";

/**
 * writers are the roles that write a kind of record.
 * @type {Record<string, string[]>}
 */
const writers = {
	vitals: ["nurse", "doctor"],
	allergies: ["nurse", "doctor"],
	conditions: ["doctor"],
	documents: ["nurse", "doctor", "patient"],
	medical_history: ["doctor", "admin"],
	encounters: ["doctor"],
	prescriptions: ["doctor"],
};

/**
 * mayWrite reports whether the reader may write a kind of record.
 * @param {string} kind
 */
export const mayWrite = (kind) => writers[kind].includes(role());

/**
 * markEnteredInError marks a record as never having been true. It stays in the chart.
 * @template {"vitals" | "documents"} K
 * @param {K} collection
 * @param {Collections[K]} record
 */
export function markEnteredInError(collection, record) {
	formDialog("Mark as entered in error?", {
		intro: h("p", {}, "It stays in the record, marked as entered in error. This cannot be undone."),
		fields: [],
		submit: "Mark as error",
		send: async () => {
			await update(collection, record, { state: "entered_in_error" });
			return "It was marked as entered in error.";
		},
	});
}

const states = {
	active: "Active",
	inactive: "Inactive",
	resolved: "Resolved",
	entered_in_error: "Entered in error (cannot be undone)",
};

/**
 * changeState asks for the state of a condition or an allergy.
 * @template {"conditions" | "allergies"} K
 * @param {K} collection
 * @param {Collections[K]} record
 * @param {string} title
 */
export function changeState(collection, record, title) {
	formDialog(title, {
		fields: [
			{
				name: "state",
				label: "Status",
				type: "select",
				optional: false,
				options: toOptions(states),
				value: record.state,
			},
		],
		submit: "Save",
		send: async (values) => {
			await update(collection, record, values);
			return "The status was changed.";
		},
	});
}

/** @param {Pick<Patient, "id" | "name">} patient */
export function addAllergy(patient) {
	const id = newId();
	formDialog(`Add an allergy of ${patient.name}`, {
		fields: [
			{ name: "substance", label: "Substance", required: true, maxlength: 200 },
			[
				{
					name: "category",
					label: "Category",
					type: "select",
					options: toOptions(substances, "Not specified"),
				},
				{
					name: "criticality",
					label: "Risk",
					type: "select",
					options: toOptions(criticalities, "Not specified"),
				},
			],
			{ name: "reaction", label: "Reaction", maxlength: 500 },
		],
		submit: "Save",
		send: async (values) =>
			(await create("allergies", { id, patient: patient.id, state: "active", ...values })).substance +
			" was added.",
	});
}

/**
 * addCondition asks for a condition, and suggests codes for what is typed.
 * @param {Pick<Patient, "id" | "name">} patient
 * @param {string} [encounter]
 */
export function addCondition(patient, encounter) {
	const id = newId();
	const codeList = h("datalist", { id: "codes" });
	/** @param {{ target: HTMLInputElement }} event */
	const suggestCodes = ({ target }) =>
		setTimeout(async () => {
			const text = target.value.trim();
			if (text.length < 2) return;
			const byCode = `code ~ ${quotePrefix(text.toUpperCase())}`;
			const found = await list("codes", {
				filter: `system = "icd10" && active = true && (${byCode} || title_key ~ ${quote(foldName(text))})`,
				sort: "code",
				perPage: 20,
			}).catch(() => []);
			if (text === target.value.trim())
				codeList.replaceChildren(...found.map(({ code, title }) => h("option", { value: code }, title)));
		}, 250);
	formDialog(`Add a condition of ${patient.name}`, {
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
				{
					name: "certainty",
					label: "Certainty",
					type: "select",
					options: toOptions(certainties, "Not specified"),
				},
			],
			{ name: "onset_on", label: "Since", type: "date", max: today() },
		],
		submit: "Save",
		send: async (values) =>
			(await create("conditions", { id, patient: patient.id, encounter, state: "active", ...values })).text +
			" was added.",
	});
}

/** @param {Pick<Patient, "id" | "name">} patient @param {string} [appointment] */
export function uploadDocument(patient, appointment) {
	const id = newId();
	const own = role() === "patient";
	formDialog(`Upload a document of ${patient.name}`, {
		fields: [
			{ name: "title", label: "Title", required: true, maxlength: 200 },
			{
				name: "kind",
				label: "Kind",
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
				check: ({ file }) =>
					file?.size > 20 * 2 ** 20 ? "The file is larger than 20 MB. Choose a smaller one." : "",
			},
			...(own
				? []
				: [{ name: "visible_to_patient", label: "Visible to the patient", type: "checkbox", value: true }]),
		],
		submit: "Upload",
		send: async (values) =>
			`${
				(await create("documents", { id, patient: patient.id, ...(appointment && { appointment }), ...values }))
					.title
			} was uploaded.`,
	});
}

/** @param {PatientDocument} document */
export async function toggleVisibleToPatient(document) {
	await update("documents", document, { visible_to_patient: !document.visible_to_patient });
	await refreshAll();
}

/**
 * editMedicalHistory asks for the medical history. The API keeps the earlier versions.
 * @param {Patient} patient
 */
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
				hint: "Earlier versions are kept.",
			},
		],
		submit: "Save",
		send: async (values) => {
			await update("patients", patient, values);
			return "The medical history was saved.";
		},
	});
}
