// A visit: how it is shown, and what each role may do with it.

import { create, list, me, newId, update } from "./api.js";
import { button, h, tell } from "./dom.js";
import { formDialog, startsOf, when } from "./form.js";
import { hospital } from "./hospital.js";
import { refreshAll } from "./live.js";
import { badge, card } from "./parts.js";
import { clockOf, dayOf, instant, plusDays, showDate, showMoment, showTime, stamp, today } from "./time.js";
import { choices, visitState, visitTypes } from "./words.js";

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
	{ label: "Approve", kind: "main", by: ["doctor", "receptionist", "admin"], offered: (v) => v.status === "pending" && starts(v) > now(),
		run: (v) => change(v, { status: "approved" }, "Approved: " + title(v)) },
	{ label: "Check in", kind: "main", by: ["nurse", "receptionist", "admin"], offered: (v) => v.status === "approved" && isToday(v) && !v.checked_in_at,
		run: (v) => change(v, { checked_in_at: stamp(now()) }, "Checked in: " + title(v)) },
	{ label: "Start", kind: "main", by: ["doctor", "admin"], offered: (v) => v.status === "approved" && !v.started_at && (isToday(v) || starts(v) <= now()),
		run: (v) => change(v, { started_at: stamp(now()) }, "Started: " + title(v)) },
	{ label: "Complete", kind: "main", by: ["doctor", "admin"], offered: (v) => v.status === "approved" && starts(v) <= now(),
		run: (v) => change(v, { status: "completed" }, "Completed and billed: " + title(v)) },
	{ label: "Did not come", by: ["doctor", "nurse", "receptionist", "admin"], offered: (v) => v.status === "approved" && instant(v.ends) <= now() && !v.checked_in_at && !v.started_at,
		run: (v) => change(v, { status: "cancelled", cancel_code: "no_show" }, "Marked as missed: " + title(v)) },
	{ label: "Move", by: ["patient", "doctor", "receptionist", "admin"], offered: (v) => untouched(v) && inTime(v), run: move },
	{ label: "Decline", by: ["doctor", "admin"], offered: (v) => v.status === "pending", run: decline },
	{ label: "Cancel", by: ["patient", "receptionist", "admin"], offered: (v) => untouched(v) && inTime(v), run: cancel },
	{ label: "Cancel", by: ["doctor"], offered: (v) => v.status === "approved" && untouched(v), run: cancel },
];

async function change(visit, changes, done) {
	try {
		await update("appointments", visit, changes);
		tell(done + ".");
	} finally {
		await refreshAll();
	}
}

const person = (visit) => visit.expand?.patient?.name ?? visit.patient_name;
const doctorName = (visit) => visit.expand?.doctor?.name ?? "Doctor";
const title = (visit) => (me().role === "patient" ? doctorName(visit) : person(visit)) + ", " + showMoment(visit.starts);

function move(visit) {
	formDialog("Move " + (me().role === "patient" ? "your visit" : person(visit)), {
		intro: h("p", {}, "Now ", showMoment(visit.starts), " with ", doctorName(visit), ".", me().role === "patient" && " A new time is approved anew."),
		fields: when({ date: dayOf(starts(visit)), time: clockOf(starts(visit)), ...bounds() }),
		submit: "Move",
		send: async (values) => "Moved to " + showMoment((await update("appointments", visit, { starts: startsOf(values) })).starts) + ".",
	});
}

function decline(visit) {
	formDialog("Decline the request of " + person(visit), {
		intro: h("p", {}, showMoment(visit.starts)),
		fields: [{ name: "cancel_note", label: "Reason, which the patient will read", type: "textarea", required: true, maxlength: 1000 }],
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
	const code = staff ? [{ name: "cancel_code", label: "Why", type: "select", options: choices(reasons), required: true }] : [];
	formDialog("Cancel this visit?", {
		intro: h("p", {}, title(visit)),
		fields: [...code, { name: "cancel_note", label: staff ? "Note, which the patient will read" : "Anything the hospital should know", type: "textarea", maxlength: 1000 }],
		submit: "Cancel the visit",
		send: async (values) => {
			await update("appointments", visit, { status: "cancelled", ...values });
			return "Cancelled.";
		},
	});
}

// bounds are the days that can be booked.
const bounds = () => ({ min: today(), max: hospital.booking_horizon_days ? plusDays(today(), hospital.booking_horizon_days) : undefined });

// visitCard shows a visit with what the reader can do. The day is left out where the list is one day.
export function visitCard(visit, { day = true } = {}) {
	const own = me().role === "patient";
	const patient = visit.expand?.patient;
	const known = actions.filter(({ by, offered }) => by.includes(me().role) && offered(visit));
	const words = [visitTypes[visit.visit_type], visit.reason].filter(Boolean).join(": ");
	return card({
		id: visit.id, version: visit.version,
		first: h("time", { datetime: visit.starts.replace(" ", "T") }, day && h("span", {}, showDate(visit.starts)), h("strong", {}, showTime(visit.starts) + "–" + showTime(visit.ends))),
		title: own ? doctorName(visit) : person(visit),
		lines: [
			h("span", { class: "minor" }, [own ? person(visit) : [patient?.mrn, patient?.phone].filter(Boolean).join(", "), !own && me().role !== "doctor" && doctorName(visit), visit.number].filter(Boolean).join(" · ")),
			words,
			visit.cancel_note && h("em", {}, "“" + visit.cancel_note + "”"),
			visit.staff_note && h("span", { class: "minor" }, "Staff note: " + visit.staff_note),
		],
		state: badge(...visitState(visit)),
		actions: known.map(({ label, run, kind }) => button(label, () => run(visit), { key: label + visit.id, kind, about: title(visit) })),
	});
}

// readVisits lists visits with their people.
export const readVisits = (filter, sort, perPage = 200) => list("appointments", { filter, sort, perPage, expand: "patient,doctor" });

// bookableDoctors are the options of a doctor field.
export async function bookableDoctors() {
	const online = me().role === "patient" ? " && accepts_online = true" : "";
	const found = await list("doctors", { filter: "active = true" + online, sort: "name" });
	return found.map(({ id, name, specialization }) => [id, [name, specialization].filter(Boolean).join(", ")]);
}

// bookingForm asks for a visit of one of some patients, [[id, name], …].
export function bookingForm(patients, doctors, booked) {
	const id = newId();
	const patient = me().role === "patient";
	const types = Object.entries(visitTypes).filter(([type]) => !patient || !["walk_in", "procedure"].includes(type));
	return {
		fields: [
			{ name: "patient", label: "Patient", type: "select", options: patients, required: true },
			{ name: "doctor", label: "Doctor", type: "select", options: [["", "Choose a doctor"], ...doctors], required: true },
			...when(bounds()),
			{ name: "visit_type", label: "Kind of visit", type: "select", options: types },
			{ name: "reason", label: patient ? "What is it about?" : "Reason", type: "textarea", maxlength: 1000 },
		],
		submit: patient ? "Ask for this time" : "Book",
		send: async ({ date, time, ...values }) => booked(await create("appointments", { id, ...values, starts: startsOf({ date, time }) })),
	};
}
