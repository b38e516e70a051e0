// A visit: how it is shown, and what each role may do with it.

import { currentUser, list, update } from "./api.js";
import { addCharge } from "./charges.js";
import { badge, card } from "./components.js";
import { button, h, link, showStatus } from "./dom.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { toOptions, visitState, visitTypes } from "./labels.js";
import { refreshAll } from "./live.js";
import { visitTimeFields, visitTimeValues } from "./slot-form.js";
import { dayOf, formatDate, formatDateTime, formatInstant, formatTime, parseInstant, today } from "./time.js";

const now = () => new Date();
const startOfVisit = (visit) => parseInstant(visit.starts);
const isToday = (visit) => dayOf(startOfVisit(visit)) === today();
const isOpen = (visit) => ["pending", "approved"].includes(visit.status);
const notStarted = (visit) => isOpen(visit) && !visit.started_at;

// inTime says whether a patient can still change a visit by themselves.
const withinCutoff = (visit) =>
	currentUser().role !== "patient" || startOfVisit(visit) - now() > hospital.cancel_cutoff_hours * 3_600_000;

// actions is what can be done to a visit: by whom, when it is offered, and how.
// The hospital decides; this only leaves out what it would refuse anyway.
const actions = [
	{
		label: "Approve",
		kind: "main",
		by: ["doctor", "receptionist", "admin"],
		offered: (v) => v.status === "pending" && startOfVisit(v) > now(),
		run: (v) => updateVisit(v, { status: "approved" }, `Approved: ${visitTitle(v)}`),
	},
	{
		label: "Check in",
		kind: "main",
		by: ["nurse", "receptionist", "admin"],
		offered: (v) => v.status === "approved" && isToday(v) && !v.checked_in_at,
		run: (v) => updateVisit(v, { checked_in_at: formatInstant(now()) }, `Checked in: ${visitTitle(v)}`),
	},
	{
		label: "Start",
		kind: "main",
		by: ["doctor", "admin"],
		offered: (v) => v.status === "approved" && !v.started_at && (isToday(v) || startOfVisit(v) <= now()),
		run: (v) => updateVisit(v, { started_at: formatInstant(now()) }, `Started: ${visitTitle(v)}`),
	},
	{
		label: "Complete",
		kind: "main",
		by: ["doctor", "admin"],
		offered: (v) => v.status === "approved" && startOfVisit(v) <= now(),
		run: (v) => updateVisit(v, { status: "completed" }, `Completed and billed: ${visitTitle(v)}`),
	},
	{
		label: "Charge",
		by: ["doctor", "nurse", "receptionist", "admin"],
		offered: (v) => v.status === "approved" && (isToday(v) || startOfVisit(v) <= now()),
		run: (v) => addCharge(v, visitTitle(v)),
	},
	{
		label: "Did not come",
		by: ["doctor", "nurse", "receptionist", "admin"],
		offered: (v) => v.status === "approved" && parseInstant(v.ends) <= now() && !v.checked_in_at && !v.started_at,
		run: (v) =>
			updateVisit(v, { status: "cancelled", cancel_code: "no_show" }, `Marked as missed: ${visitTitle(v)}`),
	},
	{
		label: "Move",
		by: ["patient", "doctor", "receptionist", "admin"],
		offered: (v) => notStarted(v) && withinCutoff(v),
		run: moveVisit,
	},
	{ label: "Decline", by: ["doctor", "admin"], offered: (v) => v.status === "pending", run: declineVisit },
	{
		label: "Cancel",
		by: ["patient", "receptionist", "admin"],
		offered: (v) => notStarted(v) && withinCutoff(v),
		run: cancelVisit,
	},
	{ label: "Cancel", by: ["doctor"], offered: (v) => v.status === "approved" && notStarted(v), run: cancelVisit },
];

async function updateVisit(visit, changes, done) {
	try {
		await update("appointments", visit, changes);
		showStatus(`${done}.`);
	} finally {
		await refreshAll();
	}
}

const patientName = (visit) => visit.expand?.patient?.name ?? visit.patient_name;
const doctorName = (visit) => visit.expand?.doctor?.name ?? "Doctor";
const visitTitle = (visit) =>
	`${currentUser().role === "patient" ? doctorName(visit) : patientName(visit)}, ${formatDateTime(visit.starts)}`;

async function moveVisit(visit) {
	const own = currentUser().role === "patient";
	const time = await visitTimeFields({ doctor: visit.doctor, visit, ways: own ? ["slot"] : ["slot", "other"] });
	formDialog(`Move ${own ? "your visit" : patientName(visit)}`, {
		wide: true,
		intro: h(
			"p",
			{},
			"Now ",
			formatDateTime(visit.starts),
			" with ",
			doctorName(visit),
			".",
			own && " A new time is approved anew.",
		),
		fields: [time],
		submit: "Move",
		send: async (values) =>
			`Moved to ${formatDateTime((await update("appointments", visit, moveValues(visit, values))).starts)}.`,
	});
}

// moved is what a move changes. A visit that was overbooked and moves into a free
// slot takes that slot, and is not overbooked any more.
function moveValues(visit, values) {
	const { starts, overbook, staff_note } = visitTimeValues(values);
	if (overbook) return { starts, overbook, staff_note };
	return visit.overbook && currentUser().role !== "patient"
		? { starts, ends: values.slot.ends, overbook: false }
		: { starts };
}

function declineVisit(visit) {
	formDialog(`Decline the request of ${patientName(visit)}`, {
		intro: h("p", {}, formatDateTime(visit.starts)),
		fields: [
			{
				name: "cancel_note",
				label: "Reason, which the patient will read",
				type: "textarea",
				required: true,
				maxlength: 1000,
			},
		],
		submit: "Decline",
		send: async (values) => {
			await update("appointments", visit, { status: "cancelled", cancel_code: "rejected", ...values });
			return "Declined.";
		},
	});
}

const cancelCodes = {
	hospital: "The hospital cancels",
	patient: "The patient asked for it",
	duplicate: "Booked twice",
};

function cancelVisit(visit) {
	const staff = currentUser().role !== "patient";
	const code = staff
		? [{ name: "cancel_code", label: "Why", type: "select", options: toOptions(cancelCodes), required: true }]
		: [];
	formDialog("Cancel this visit?", {
		intro: h("p", {}, visitTitle(visit)),
		fields: [
			...code,
			{
				name: "cancel_note",
				label: staff ? "Note, which the patient will read" : "Anything the hospital should know",
				type: "textarea",
				maxlength: 1000,
			},
		],
		submit: "Cancel the visit",
		send: async (values) => {
			await update("appointments", visit, { status: "cancelled", ...values });
			return "Cancelled.";
		},
	});
}

// visitCard shows a visit with what the reader can do. The day is left out where the list is one day.
export function visitCard(visit, { day = true } = {}) {
	const own = currentUser().role === "patient";
	const patient = visit.expand?.patient;
	const available = actions.filter(({ by, offered }) => by.includes(currentUser().role) && offered(visit));
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
					!own && currentUser().role !== "doctor" && doctorName(visit),
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

// ways lead from a visit to what is known of the patient, for those who treat them.
const patientLinks = (visit) =>
	["doctor", "nurse"].includes(currentUser().role) && visit.expand?.patient
		? [
				visit.status !== "cancelled" &&
					link(
						"notes",
						["Notes", h("span", { class: "unseen" }, ` of ${visitTitle(visit)}`)],
						{ visit: visit.id },
						{ class: "button", "data-key": `notes${visit.id}` },
					),
				link(
					"record",
					["Record", h("span", { class: "unseen" }, ` of ${patientName(visit)}`)],
					{ patient: visit.patient },
					{ class: "button", "data-key": `record${visit.id}` },
				),
			].filter(Boolean)
		: [];

// readVisits lists visits with their people.
export const fetchVisits = (filter, sort, perPage = 200) =>
	list("appointments", { filter, sort, perPage, expand: "patient,doctor" });
