// Visits in lists.

import { list } from "./api.js";
import { badge, card } from "./components.js";
import { button, h, link } from "./dom.js";
import { visitState, visitTypes } from "./labels.js";
import { role } from "./session.js";
import { formatDate, formatTime } from "./time.js";
import { doctorName, patientName, visitActions, visitTitle } from "./visit-actions.js";

/**
 * visitCard shows a visit and what the reader can do with it. The day is left out in a list of one day.
 * @param {Visit} visit
 */
export function visitCard(visit, { day = true } = {}) {
	const own = role() === "patient";
	const patient = visit.expand?.patient;
	const available = visitActions.filter(({ by, offered }) => by.includes(role()) && offered(visit));
	const words = [visitTypes[visit.visit_type], visit.reason].filter(Boolean).join(": ");
	return card({
		id: visit.id,
		version: visit.version,
		first: h(
			"time",
			{ datetime: visit.starts.replace(" ", "T") },
			day && h("span", {}, formatDate(visit.starts)),
			h("strong", {}, `${formatTime(visit.starts)}–${formatTime(visit.ends)}`),
		),
		title: own ? doctorName(visit) : patientName(visit),
		lines: [
			h(
				"span",
				{ class: "minor" },
				[
					own ? patientName(visit) : [patient?.mrn, patient?.phone].filter(Boolean).join(", "),
					!own && role() !== "doctor" && doctorName(visit),
					visit.number,
				]
					.filter(Boolean)
					.join(" · "),
			),
			visit.room && h("span", {}, `Room ${visit.room}`),
			words,
			visit.cancel_note && h("em", {}, `“${visit.cancel_note}”`),
			visit.staff_note && h("span", { class: "minor" }, `Staff note: ${visit.staff_note}`),
		],
		state: badge(...visitState(visit)),
		actions: [
			...available.map(({ label, run, kind }) =>
				button(label, () => run(visit), { key: label + visit.id, kind, about: visitTitle(visit) }),
			),
			...patientLinks(visit),
		],
	});
}

/**
 * patientLinks lead from a visit to the chart, for those who treat the patient.
 * @param {Visit} visit
 * @returns {Child[]}
 */
const patientLinks = (visit) =>
	["doctor", "nurse"].includes(role()) && visit.expand?.patient
		? [
				visit.status !== "cancelled" &&
					link(
						"notes",
						["Notes", h("span", { class: "visually-hidden" }, ` of ${visitTitle(visit)}`)],
						{ visit: visit.id },
						{ class: "button", "data-key": `notes${visit.id}` },
					),
				link(
					"record",
					["Record", h("span", { class: "visually-hidden" }, ` of ${patientName(visit)}`)],
					{ patient: visit.patient },
					{ class: "button", "data-key": `record${visit.id}` },
				),
			]
		: [];

/**
 * fetchVisits reads visits with their patients and doctors.
 * @param {string} filter
 * @param {string} sort
 */
export const fetchVisits = (filter, sort, perPage = 200) =>
	list("appointments", { filter, sort, perPage, expand: "patient,doctor" });
