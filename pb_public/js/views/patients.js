import { list, me, quoted } from "../api.js";
import { bookingForm } from "../booking.js";
import { card, folded, pages, rows, searchBox } from "../components.js";
import { button, h, heading, link } from "../dom.js";
import { formDialog } from "../form.js";
import { sexes } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { registerPatient } from "../people.js";
import { bookableDoctors } from "../slot-form.js";
import { born, showMoment } from "../time.js";

// named finds patients by every word of a name, or by record number.
function named(text) {
	if (/^\d+$/.test(text)) return `mrn ~ ${quoted(text)}`;
	return folded(text)
		.split(/\s+/)
		.filter(Boolean)
		.map((word) => `name_key ~ ${quoted(word)}`)
		.join(" && ");
}

const books = () => ["receptionist", "admin"].includes(me().role);
const registers = () => ["receptionist", "nurse", "admin"].includes(me().role);
const treats = () => ["doctor", "nurse", "admin"].includes(me().role);

async function book(patient) {
	const questions = await bookingForm({
		patients: [[patient.id, patient.name]],
		doctors: await bookableDoctors(),
		booked: (visit) =>
			patient.name +
			" is booked for " +
			showMoment(visit.starts) +
			(visit.room && `, room ${visit.room}`) +
			", " +
			visit.number +
			".",
	});
	formDialog(`Book for ${patient.name}`, { ...questions, wide: true });
}

function patientCard(patient) {
	return card({
		id: patient.id,
		version: patient.updated,
		first: h("strong", {}, patient.mrn),
		title: patient.name,
		lines: [
			[born(patient.birth_date), sexes[patient.sex]].filter(Boolean).join(" · "),
			[patient.phone, patient.email, patient.address].filter(Boolean).join(" · "),
		],
		actions: [
			patient.active &&
				books() &&
				button("Book", () => book(patient), {
					key: patient.id,
					kind: "main",
					about: `a visit for ${patient.name}`,
				}),
			treats() &&
				link(
					"record",
					"Record",
					{ patient: patient.id },
					{ class: "button", "data-key": `record${patient.id}` },
				),
		].filter(Boolean),
	});
}

// patientsView is the register of patients; a doctor finds those in their care.
export async function patientsView() {
	let text = "";
	const page = pages();
	const found = await region(["patients"], () =>
		page(
			(perPage) => list("patients", { filter: named(text), sort: text ? "name_key" : "-created", perPage }),
			(people) => rows(people, patientCard, "Nobody is registered under that name or number."),
		),
	);
	const search = searchBox("Name or record number", (typed) => {
		text = typed;
		return refreshAll();
	});
	return [
		heading(
			"Patients",
			registers() && button("Register a patient", () => registerPatient("Register a patient"), { kind: "main" }),
		),
		search,
		found,
	];
}
