import { create, get, list, newId, update } from "../api.js";
import { addCondition, uploadDocument } from "../chart-forms.js";
import { badge, cardList } from "../components.js";
import { button, factList, h, heading, link, showStatus } from "../dom.js";
import { form } from "../form.js";
import { region } from "../live.js";
import { prescribe } from "../prescriptions.js";
import { entryCard, fetchDoctorNames, noteFields, noteLines } from "../record.js";
import { role } from "../session.js";
import { formatDateTime, today } from "../time.js";
import { recordVitals } from "../vitals.js";

const maxLengths = { complaint: 5_000, notes: 50_000, assessment: 50_000, plan: 50_000 };

/**
 * noteForm asks for the notes of a visit until they are signed.
 * @param {Encounter} encounter
 * @param {() => unknown} done
 */
function noteForm(encounter, done) {
	return form({
		fields: [
			...noteFields.map(([name, label]) => ({
				name,
				label,
				type: "textarea",
				maxlength: maxLengths[name],
				value: encounter[name],
				rows: name === "notes" ? 8 : 3,
			})),
			{
				name: "follow_up_on",
				label: "Follow-up date",
				type: "date",
				min: today(),
				value: encounter.follow_up_on,
			},
			{
				name: "sign",
				label: "Sign. Signed notes cannot be changed, only amended.",
				type: "checkbox",
			},
		],
		submit: "Save",
		send: async ({ sign, ...values }) => {
			Object.assign(
				encounter,
				await update("encounters", encounter, { ...values, ...(sign && { status: "signed" }) }),
			);
			if (sign) await done();
			showStatus(sign ? "The notes were signed. The patient can read them now." : "The draft was saved.");
		},
	});
}

/** @param {Encounter} encounter */
const signedNote = (encounter) =>
	h(
		"section",
		{ class: "card person" },
		h("h3", {}, encounter.amends ? "Amendment" : "Notes", " ", badge("Signed", "good")),
		noteLines(encounter)
			.filter(Boolean)
			.map((line) => h("p", {}, line)),
		h("p", { class: "minor" }, `Signed on ${formatDateTime(encounter.signed_at)}`),
	);

/**
 * notesView shows what is written in a visit.
 * @param {Navigation} navigation
 */
export async function notesView({ query, open }) {
	const reopen = () => open("notes", { visit: query.visit });
	const [visit, encounters, names] = await Promise.all([
		get("appointments", query.visit, { expand: "patient" }),
		list("encounters", { filter: `appointment = "${query.visit}"`, sort: "created" }),
		fetchDoctorNames(),
	]);
	const patient = visit.expand?.patient ?? { id: visit.patient, name: visit.patient_name };
	const last = encounters.at(-1);
	const isOwnVisit = names.mine(visit);
	const beginNotes = async () => {
		await create("encounters", { id: newId(), appointment: visit.id, ...(last && { amends: last.id }) });
		await reopen();
	};
	/**
	 * entries shows the records of a visit that are of one kind.
	 * @param {"vitals" | "conditions" | "prescriptions" | "documents"} collection
	 * @param {string} filter
	 * @param {string} kind
	 * @param {"created" | "taken_at"} at the field that orders them on the page
	 * @param {string} [expand]
	 */
	const entries = (collection, filter, kind, at, expand) =>
		region([collection, ...(expand ? ["prescription_items"] : [])], async () =>
			cardList(
				await list(collection, { filter, sort: "-created", expand }),
				(record) => entryCard({ kind, at: /** @type {Values} */ (record)[at], record }, names),
				"None in this visit.",
			),
		);
	const [vitals, conditions, prescriptions, documents] = await Promise.all([
		entries("vitals", `appointment = "${visit.id}"`, "vitals", "taken_at"),
		entries("conditions", `encounter.appointment = "${visit.id}"`, "condition", "created"),
		entries(
			"prescriptions",
			`appointment = "${visit.id}"`,
			"prescription",
			"created",
			"prescription_items_via_prescription",
		),
		entries("documents", `appointment = "${visit.id}"`, "document", "created"),
	]);
	/**
	 * @param {string} title
	 * @param {Child} content
	 * @param {string} label
	 * @param {false | undefined | (() => unknown)} action
	 * @returns {Child[]}
	 */
	const section = (title, content, label, action) => [
		h("h2", {}, title),
		content,
		action && h("p", { class: "actions" }, button(label, action, { key: label })),
	];
	return [
		heading(patient.name, link("record", "Open record", { patient: patient.id }, { class: "button" })),
		factList({ Visit: `${formatDateTime(visit.starts)}, ${names.doctor(visit.doctor)}`, Reason: visit.reason }),
		h("h2", {}, "Notes"),
		encounters.map((one) => (one.status === "signed" ? signedNote(one) : isOwnVisit && noteForm(one, reopen))),
		isOwnVisit &&
			last?.status !== "open" &&
			h(
				"p",
				{ class: "actions" },
				button(last ? "Amend" : "Write notes", beginNotes, {
					key: "begin",
					kind: last ? "quiet" : "main",
				}),
			),
		section("Vitals", vitals, "Record vitals", () => recordVitals(patient, visit.id)),
		section(
			"Conditions",
			conditions,
			"Add condition",
			role() === "doctor" && (() => addCondition(patient, last?.id)),
		),
		section("Prescriptions", prescriptions, "Prescribe", isOwnVisit && (() => prescribe(visit.id))),
		section("Documents", documents, "Upload document", () => uploadDocument(patient, visit.id)),
	].flat();
}
