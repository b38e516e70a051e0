import { list, quote } from "../api.js";
import { bookingForm } from "../booking.js";
import { badge, card, cardList, pager, searchBox } from "../components.js";
import { fetchBookableDoctors } from "../doctor-choice.js";
import { button, h, heading, link } from "../dom.js";
import { formDialog } from "../form.js";
import { sexes } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { foldName } from "../names.js";
import { changeAccount, createLinkCode } from "../patient-account.js";
import { editPatient, registerPatient } from "../people.js";
import { role } from "../session.js";
import { birthDateWithAge, formatDateTime } from "../time.js";

/**
 * searchFilter finds patients by every word of a name, or by record number.
 * @param {string} text
 */
function searchFilter(text) {
	if (/^\d+$/.test(text)) return `mrn ~ ${quote(text)}`;
	return foldName(text)
		.split(/\s+/)
		.filter(Boolean)
		.map((word) => `name_key ~ ${quote(word)}`)
		.join(" && ");
}

const isDesk = () => ["receptionist", "admin"].includes(role());
const isAdmin = () => role() === "admin";
const mayRegister = () => ["receptionist", "nurse", "admin"].includes(role());
const mayTreat = () => ["doctor", "nurse", "admin"].includes(role());

/** @param {Patient} patient */
async function book(patient) {
	const questions = await bookingForm({
		patients: [[patient.id, patient.name]],
		doctors: await fetchBookableDoctors(),
		booked: (visit) =>
			patient.name +
			" is booked for " +
			formatDateTime(visit.starts) +
			(visit.room && `, room ${visit.room}`) +
			", " +
			visit.number +
			".",
	});
	formDialog(`Book a visit for ${patient.name}`, { ...questions, wide: true });
}

/** @param {Patient} patient */
function patientCard(patient) {
	return card({
		id: patient.id,
		version: patient.updated,
		first: h("strong", {}, patient.mrn),
		title: patient.name,
		lines: [
			[birthDateWithAge(patient.birth_date), sexes[patient.sex ?? ""]].filter(Boolean).join(" · "),
			[patient.phone, patient.email, patient.address].filter(Boolean).join(" · "),
		],
		state: patient.vip && badge("VIP", "now"),
		actions: [
			patient.active &&
				isDesk() &&
				button("Book", () => book(patient), {
					key: patient.id,
					kind: "main",
					about: `a visit for ${patient.name}`,
				}),
			isDesk() &&
				!patient.merged_into &&
				button("Edit", () => editPatient(patient), { key: `edit${patient.id}`, about: patient.name }),
			isDesk() &&
				!patient.user &&
				patient.active &&
				button("Create link code", () => createLinkCode(patient), {
					key: `code${patient.id}`,
					about: `for ${patient.name}`,
				}),
			isAdmin() &&
				!patient.merged_into &&
				button("Account", () => changeAccount(patient), {
					key: `account${patient.id}`,
					about: `of ${patient.name}`,
				}),
			mayTreat() &&
				link(
					"record",
					"Record",
					{ patient: patient.id },
					{ class: "button", "data-key": `record${patient.id}` },
				),
		].filter(Boolean),
	});
}

/** patientsView lists the patients; a doctor finds those in their care. */
export async function patientsView() {
	let text = "";
	const page = pager();
	const found = await region(["patients"], () =>
		page(
			(perPage) =>
				list("patients", { filter: searchFilter(text), sort: text ? "name_key" : "-created", perPage }),
			(people) => cardList(people, patientCard, "No patient has this name or number."),
		),
	);
	const search = searchBox("Name or record number", (typed) => {
		text = typed;
		return refreshAll();
	});
	return [
		heading(
			"Patients",
			mayRegister() && button("Register patient", () => registerPatient("Register patient"), { kind: "main" }),
		),
		search,
		found,
	];
}
