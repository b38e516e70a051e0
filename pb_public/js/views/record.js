import { get, list } from "../api.js";
import { addAllergy, addCondition, editMedicalHistory, mayWrite, uploadDocument } from "../chart-forms.js";
import { cardList, fileButton, pager } from "../components.js";
import { button, factList, h, heading, link, tabs } from "../dom.js";
import { sexes } from "../labels.js";
import { region } from "../live.js";
import { entryCard, fetchDoctorNames, fetchHistory, kindNames } from "../record.js";
import { role } from "../session.js";
import { birthDateWithAge } from "../time.js";
import { recordVitals } from "../vitals.js";

const watchedCollections = [
	"patients",
	"appointments",
	"encounters",
	"vitals",
	"conditions",
	"allergies",
	"prescriptions",
	"prescription_items",
	"documents",
	"bills",
];

/**
 * kindsForRole are the kinds of entries that the role may read.
 * @returns {Record<string, string>}
 */
const kindsForRole = () =>
	Object.fromEntries(
		Object.entries(kindNames).filter(([kind]) => kind !== "bill" || ["patient", "admin"].includes(role())),
	);

/** @param {Allergy[]} allergies */
const allergyWarning = (allergies) =>
	allergies.length > 0 &&
	h(
		"ul",
		{ class: "warning", "aria-label": "Allergy warning" },
		allergies.map(({ substance, reaction }) =>
			h("li", {}, h("strong", {}, substance), reaction && `: ${reaction}`),
		),
	);

/**
 * patientHead shows who the patient is, and what everybody has to know.
 * @param {Patient} patient
 * @param {Allergy[]} allergies
 * @returns {Child[]}
 */
function patientHead(patient, allergies) {
	return [
		factList({
			"Record number": patient.mrn,
			"Date of birth": birthDateWithAge(patient.birth_date),
			Sex: sexes[patient.sex ?? ""],
			"Blood group": patient.blood_group,
			Phone: patient.phone,
		}),
		h("h2", {}, "Allergies"),
		allergyWarning(allergies) || h("p", { class: "empty" }, "No known allergies."),
		h("h2", {}, "Medical history"),
		h(
			"p",
			{ class: patient.medical_history ? "text" : "empty" },
			patient.medical_history || "No medical history yet.",
		),
		h(
			"div",
			{ class: "actions" },
			mayWrite("vitals") && button("Record vitals", () => recordVitals(patient), { key: "measure" }),
			mayWrite("allergies") && button("Add allergy", () => addAllergy(patient), { key: "allergy" }),
			mayWrite("conditions") && button("Add condition", () => addCondition(patient), { key: "condition" }),
			mayWrite("documents") && button("Upload document", () => uploadDocument(patient), { key: "document" }),
			mayWrite("medical_history") &&
				button("Edit medical history", () => editMedicalHistory(patient), { key: "history" }),
			link("access-log", "Access log", { patient: patient.id }, { class: "button" }),
			["patient", "admin"].includes(role()) && fileButton("Download record", `patients/${patient.id}/export`, {}),
		),
	];
}

/**
 * recordView shows a patient's record, the newest entries first.
 * @param {Navigation} navigation
 */
export async function recordView({ query }) {
	const ownPatients = role() === "patient" ? await list("patients", { sort: "created", fields: "id,name" }) : [];
	const id = query.patient || ownPatients[0]?.id;
	const names = await fetchDoctorNames();
	const kinds = kindsForRole();
	const kind = kinds[query.kind] ? query.kind : "";
	const page = pager();
	let name = "";
	const about = await region(["patients", "allergies"], async () => {
		const [patient, allergies] = await Promise.all([
			get("patients", id),
			list("allergies", { filter: `patient = "${id}" && state = "active"`, sort: "created" }),
		]);
		name = patient.name;
		return patientHead(patient, allergies).flat();
	});
	const entries = await region(watchedCollections, () =>
		page(
			(most) => fetchHistory(id, kind, most),
			(found) => cardList(found, (entry) => entryCard(entry, names), "No entries."),
		),
	);
	return [
		heading(name),
		ownPatients.length > 1 &&
			tabs(
				"Whose record",
				"record",
				"patient",
				Object.fromEntries(ownPatients.map((one) => [one.id, one.name])),
				id,
			),
		about,
		h("h2", {}, "Entries"),
		tabs("Which entries", "record", "kind", { "": "All", ...kinds }, kind, { patient: id }),
		entries,
	];
}
