// A visit: how it is shown, and what each role may do with it.

import { list, me, update } from "./api.js";
import { charge } from "./charges.js";
import { badge, card } from "./components.js";
import { button, h, link, tell } from "./dom.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { choices, visitState, visitTypes } from "./labels.js";
import { refreshAll } from "./live.js";
import { answered, whenFields } from "./slot-form.js";
import { dayOf, instant, showDate, showMoment, showTime, stamp, today } from "./time.js";

const now = () => new Date();
const starts = (visit) => instant(visit.starts);
const isToday = (visit) => dayOf(starts(visit)) === today();
const open = (visit) => ["pending", "approved"].includes(visit.status);
const untouched = (visit) => open(visit) && !visit.started_at;

// inTime says whether a patient can still change a visit by themselves.
const inTime = (visit) => me().role !== "patient" || starts(visit) - now() > hospital.cancel_cutoff_hours * 3_600_000;

// actions is what can be done to a visit: by whom, when it is offered, and how.
// The hospital decides; this only leaves out what it would refuse anyway.
const actions = [
	{
		label: "Approve",
		kind: "main",
		by: ["doctor", "receptionist", "admin"],
		offered: (v) => v.status === "pending" && starts(v) > now(),
		run: (v) => change(v, { status: "approved" }, `Approved: ${title(v)}`),
	},
	{
		label: "Check in",
		kind: "main",
		by: ["nurse", "receptionist", "admin"],
		offered: (v) => v.status === "approved" && isToday(v) && !v.checked_in_at,
		run: (v) => change(v, { checked_in_at: stamp(now()) }, `Checked in: ${title(v)}`),
	},
	{
		label: "Start",
		kind: "main",
		by: ["doctor", "admin"],
		offered: (v) => v.status === "approved" && !v.started_at && (isToday(v) || starts(v) <= now()),
		run: (v) => change(v, { started_at: stamp(now()) }, `Started: ${title(v)}`),
	},
	{
		label: "Complete",
		kind: "main",
		by: ["doctor", "admin"],
		offered: (v) => v.status === "approved" && starts(v) <= now(),
		run: (v) => change(v, { status: "completed" }, `Completed and billed: ${title(v)}`),
	},
	{
		label: "Charge",
		by: ["doctor", "nurse", "receptionist", "admin"],
		offered: (v) => v.status === "approved" && (isToday(v) || starts(v) <= now()),
		run: (v) => charge(v, title(v)),
	},
	{
		label: "Did not come",
		by: ["doctor", "nurse", "receptionist", "admin"],
		offered: (v) => v.status === "approved" && instant(v.ends) <= now() && !v.checked_in_at && !v.started_at,
		run: (v) => change(v, { status: "cancelled", cancel_code: "no_show" }, `Marked as missed: ${title(v)}`),
	},
	{
		label: "Move",
		by: ["patient", "doctor", "receptionist", "admin"],
		offered: (v) => untouched(v) && inTime(v),
		run: move,
	},
	{ label: "Decline", by: ["doctor", "admin"], offered: (v) => v.status === "pending", run: decline },
	{
		label: "Cancel",
		by: ["patient", "receptionist", "admin"],
		offered: (v) => untouched(v) && inTime(v),
		run: cancel,
	},
	{ label: "Cancel", by: ["doctor"], offered: (v) => v.status === "approved" && untouched(v), run: cancel },
];

async function change(visit, changes, done) {
	try {
		await update("appointments", visit, changes);
		tell(`${done}.`);
	} finally {
		await refreshAll();
	}
}

const person = (visit) => visit.expand?.patient?.name ?? visit.patient_name;
const doctorName = (visit) => visit.expand?.doctor?.name ?? "Doctor";
const title = (visit) => `${me().role === "patient" ? doctorName(visit) : person(visit)}, ${showMoment(visit.starts)}`;

async function move(visit) {
	const own = me().role === "patient";
	const time = await whenFields({ doctor: visit.doctor, visit, ways: own ? ["slot"] : ["slot", "other"] });
	formDialog(`Move ${own ? "your visit" : person(visit)}`, {
		wide: true,
		intro: h(
			"p",
			{},
			"Now ",
			showMoment(visit.starts),
			" with ",
			doctorName(visit),
			".",
			own && " A new time is approved anew.",
		),
		fields: [time],
		submit: "Move",
		send: async (values) =>
			`Moved to ${showMoment((await update("appointments", visit, moved(visit, values))).starts)}.`,
	});
}

// moved is what a move changes. A visit that was overbooked and moves into a free
// slot takes that slot, and is not overbooked any more.
function moved(visit, values) {
	const { starts, overbook, staff_note } = answered(values);
	if (overbook) return { starts, overbook, staff_note };
	return visit.overbook && me().role !== "patient" ? { starts, ends: values.slot.ends, overbook: false } : { starts };
}

function decline(visit) {
	formDialog(`Decline the request of ${person(visit)}`, {
		intro: h("p", {}, showMoment(visit.starts)),
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

const reasons = { hospital: "The hospital cancels", patient: "The patient asked for it", duplicate: "Booked twice" };

function cancel(visit) {
	const staff = me().role !== "patient";
	const code = staff
		? [{ name: "cancel_code", label: "Why", type: "select", options: choices(reasons), required: true }]
		: [];
	formDialog("Cancel this visit?", {
		intro: h("p", {}, title(visit)),
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
	const own = me().role === "patient";
	const patient = visit.expand?.patient;
	const known = actions.filter(({ by, offered }) => by.includes(me().role) && offered(visit));
	const words = [visitTypes[visit.visit_type], visit.reason].filter(Boolean).join(": ");
	return card({
		id: visit.id,
		version: visit.version,
		first: h(
			"time",
			{ datetime: visit.starts.replace(" ", "T") },
			day && h("span", {}, showDate(visit.starts)),
			h("strong", {}, `${showTime(visit.starts)}–${showTime(visit.ends)}`),
		),
		title: own ? doctorName(visit) : person(visit),
		lines: [
			h(
				"span",
				{ class: "minor" },
				[
					own ? person(visit) : [patient?.mrn, patient?.phone].filter(Boolean).join(", "),
					!own && me().role !== "doctor" && doctorName(visit),
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
			...known.map(({ label, run, kind }) =>
				button(label, () => run(visit), { key: label + visit.id, kind, about: title(visit) }),
			),
			...ways(visit),
		],
	});
}

// ways lead from a visit to what is known of the patient, for those who treat them.
const ways = (visit) =>
	["doctor", "nurse"].includes(me().role) && visit.expand?.patient
		? [
				visit.status !== "cancelled" &&
					link(
						"notes",
						["Notes", h("span", { class: "unseen" }, ` of ${title(visit)}`)],
						{ visit: visit.id },
						{ class: "button", "data-key": `notes${visit.id}` },
					),
				link(
					"record",
					["Record", h("span", { class: "unseen" }, ` of ${person(visit)}`)],
					{ patient: visit.patient },
					{ class: "button", "data-key": `record${visit.id}` },
				),
			].filter(Boolean)
		: [];

// readVisits lists visits with their people.
export const readVisits = (filter, sort, perPage = 200) =>
	list("appointments", { filter, sort, perPage, expand: "patient,doctor" });
