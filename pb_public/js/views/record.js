import { get, list, me } from "../api.js";
import { fileDocument, mayNote, noteAllergy, noteCondition, rewrite, takeVitals } from "../chart-forms.js";
import { pages, rows } from "../components.js";
import { button, facts, h, heading, link, tabs } from "../dom.js";
import { sexes } from "../labels.js";
import { region } from "../live.js";
import { doctors, entryCard, kindNames, readHistory } from "../record.js";
import { born } from "../time.js";

const followed = [
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

// kindsOf are the kinds of entries that a role reads.
const kindsOf = () =>
	Object.fromEntries(
		Object.entries(kindNames).filter(([kind]) => kind !== "bill" || ["patient", "admin"].includes(me().role)),
	);

// warned names what a patient must not be given.
const warned = (allergies) =>
	allergies.length > 0 &&
	h(
		"ul",
		{ class: "warned", "aria-label": "Allergies" },
		allergies.map(({ substance, reaction }) =>
			h("li", {}, h("strong", {}, substance), reaction && `: ${reaction}`),
		),
	);

// head is who it is, and what one must know.
function head(patient, allergies) {
	return [
		facts({
			"Record number": patient.mrn,
			Born: born(patient.birth_date),
			Sex: sexes[patient.sex],
			"Blood group": patient.blood_group,
			Phone: patient.phone,
		}),
		h("h2", {}, "Allergies"),
		warned(allergies) || h("p", { class: "none" }, "None is known."),
		h("h2", {}, "Medical history"),
		h("p", { class: patient.medical_history ? "text" : "none" }, patient.medical_history || "Nothing is written."),
		h(
			"div",
			{ class: "actions" },
			mayNote("vitals") && button("Measure", () => takeVitals(patient), { key: "measure" }),
			mayNote("allergies") && button("Note an allergy", () => noteAllergy(patient), { key: "allergy" }),
			mayNote("conditions") && button("Note a condition", () => noteCondition(patient), { key: "condition" }),
			mayNote("documents") && button("File a document", () => fileDocument(patient), { key: "document" }),
			mayNote("medical_history") &&
				button("Write the medical history", () => rewrite(patient), { key: "history" }),
			link("looks", "Who looked at it", { patient: patient.id }, { class: "button" }),
		),
	];
}

// recordView is all that is known of a patient, newest first, as far as the reader may see it.
export async function recordView({ query }) {
	const people = me().role === "patient" ? await list("patients", { sort: "created", fields: "id,name" }) : [];
	const id = query.patient || people[0]?.id;
	const names = await doctors();
	const kinds = kindsOf();
	const kind = kinds[query.kind] ? query.kind : "";
	const page = pages();
	let name;
	const about = await region(["patients", "allergies"], async () => {
		const [patient, allergies] = await Promise.all([
			get("patients", id),
			list("allergies", { filter: `patient = "${id}" && state = "active"`, sort: "created" }),
		]);
		name = patient.name;
		return head(patient, allergies).flat();
	});
	const entries = await region(followed, () =>
		page(
			(most) => readHistory(id, kind, most),
			(found) => rows(found, (entry) => entryCard(entry, names), "There is no entry."),
		),
	);
	return [
		heading(name),
		people.length > 1 &&
			tabs("Whose record", "record", "patient", Object.fromEntries(people.map((one) => [one.id, one.name])), id),
		about,
		h("h2", {}, "Entries"),
		tabs("Which entries", "record", "kind", { "": "All", ...kinds }, kind, { patient: id }),
		entries,
	];
}
