// What each role can do with a visit.

import { update } from "./api.js";
import { addCharge } from "./charges.js";
import { h, showStatus } from "./dom.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { toOptions } from "./labels.js";
import { refreshAll } from "./live.js";
import { role } from "./session.js";
import { visitTimeFields, visitTimeValues } from "./slot-form.js";
import { dayOf, formatDateTime, formatInstant, parseInstant, today } from "./time.js";

const now = () => new Date();

/**
 * @typedef {object} VisitAction
 * @property {string} label
 * @property {"main"} [kind]
 * @property {string[]} by the roles that have it
 * @property {(visit: Visit) => boolean} offered
 * @property {(visit: Visit) => unknown} run
 */

/** @param {Visit} visit */
const startOfVisit = (visit) => parseInstant(visit.starts);

/** @param {Visit} visit */
const isToday = (visit) => dayOf(startOfVisit(visit)) === today();

/** @param {Visit} visit */
const isOpen = (visit) => ["pending", "approved"].includes(visit.status);

/** @param {Visit} visit */
const notStarted = (visit) => isOpen(visit) && !visit.started_at;

/**
 * withinCutoff reports whether it is early enough for a patient to change a visit. Staff always can.
 * @param {Visit} visit
 */
const withinCutoff = (visit) =>
	role() !== "patient" || startOfVisit(visit).getTime() - Date.now() > hospital.cancel_cutoff_hours * 3_600_000;

/**
 * visitActions are the actions of a visit: who has them, when they are offered, and what they do. The API decides;
 * these rules only leave out what it would refuse.
 * @type {VisitAction[]}
 */
export const visitActions = [
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
		label: "Add charge",
		by: ["doctor", "nurse", "receptionist", "admin"],
		offered: (v) => v.status === "approved" && (isToday(v) || startOfVisit(v) <= now()),
		run: (v) => addCharge(v, visitTitle(v)),
	},
	{
		label: "No-show",
		by: ["doctor", "nurse", "receptionist", "admin"],
		offered: (v) => v.status === "approved" && parseInstant(v.ends) <= now() && !v.checked_in_at && !v.started_at,
		run: (v) =>
			updateVisit(v, { status: "cancelled", cancel_code: "no_show" }, `Marked as no-show: ${visitTitle(v)}`),
	},
	{
		label: "Move",
		by: ["patient", "doctor", "receptionist", "admin"],
		offered: (v) => notStarted(v) && withinCutoff(v),
		run: moveVisit,
	},
	{ label: "Decline", by: ["doctor", "admin"], offered: (v) => v.status === "pending", run: declineVisit },
	{
		label: "Cancel visit",
		by: ["patient", "receptionist", "admin"],
		offered: (v) => notStarted(v) && withinCutoff(v),
		run: cancelVisit,
	},
	{
		label: "Cancel visit",
		by: ["doctor"],
		offered: (v) => v.status === "approved" && notStarted(v),
		run: cancelVisit,
	},
];

/** @param {Visit} visit @param {Values} changes @param {string} done */
async function updateVisit(visit, changes, done) {
	try {
		await update("appointments", visit, changes);
		showStatus(`${done}.`);
	} finally {
		await refreshAll();
	}
}

/** @param {Visit} visit */
export const patientName = (visit) => visit.expand?.patient?.name ?? visit.patient_name;

/** @param {Visit} visit */
export const doctorName = (visit) => visit.expand?.doctor?.name ?? "Doctor";

/**
 * visitTitle names a visit by the other person and the time.
 * @param {Visit} visit
 */
export const visitTitle = (visit) =>
	`${role() === "patient" ? doctorName(visit) : patientName(visit)}, ${formatDateTime(visit.starts)}`;

/** @param {Visit} visit */
async function moveVisit(visit) {
	const own = role() === "patient";
	const time = await visitTimeFields({ doctor: visit.doctor, visit, ways: own ? ["slot"] : ["slot", "other"] });
	formDialog(`Move ${own ? "your visit" : patientName(visit)}`, {
		wide: true,
		intro: h(
			"p",
			{},
			"Current time: ",
			formatDateTime(visit.starts),
			" with ",
			doctorName(visit),
			".",
			own && " The hospital has to approve the new time.",
		),
		fields: [time],
		submit: "Move",
		send: async (values) =>
			`Moved to ${formatDateTime((await update("appointments", visit, moveValues(visit, values))).starts)}.`,
	});
}

/**
 * moveValues turns the values of a move into those of the API. An overbooked visit that moves into a free slot is no
 * longer overbooked.
 * @param {Visit} visit
 * @param {Values} values
 */
function moveValues(visit, values) {
	const { starts, overbook, staff_note } = visitTimeValues(values);
	if (overbook) return { starts, overbook, staff_note };
	return visit.overbook && role() !== "patient" ? { starts, ends: values.slot.ends, overbook: false } : { starts };
}

/** @param {Visit} visit */
function declineVisit(visit) {
	formDialog(`Decline the request of ${patientName(visit)}`, {
		intro: h("p", {}, formatDateTime(visit.starts)),
		fields: [
			{
				name: "cancel_note",
				label: "Reason (the patient sees it)",
				type: "textarea",
				required: true,
				maxlength: 1000,
			},
		],
		submit: "Decline",
		send: async (values) => {
			await update("appointments", visit, { status: "cancelled", cancel_code: "rejected", ...values });
			return "The request was declined.";
		},
	});
}

const cancelCodes = {
	hospital: "The hospital has to cancel",
	patient: "The patient cannot come",
	duplicate: "Duplicate booking",
};

/** @param {Visit} visit */
function cancelVisit(visit) {
	const staff = role() !== "patient";
	const { patient: byPatient, ...byDoctor } = cancelCodes;
	const codes = role() === "doctor" ? byDoctor : { ...byDoctor, patient: byPatient };
	const code = staff
		? [{ name: "cancel_code", label: "Reason", type: "select", options: toOptions(codes), required: true }]
		: [];
	formDialog("Cancel this visit?", {
		intro: h("p", {}, visitTitle(visit)),
		fields: [
			...code,
			{
				name: "cancel_note",
				label: staff ? "Note (the patient sees it)" : "Message to the hospital",
				type: "textarea",
				maxlength: 1000,
			},
		],
		submit: "Cancel visit",
		send: async (values) => {
			await update("appointments", visit, { status: "cancelled", ...values });
			return "The visit was cancelled.";
		},
	});
}
