// The hospital's codes, in words.

export const roles = {
	patient: "Patient",
	doctor: "Doctor",
	nurse: "Nurse",
	receptionist: "Receptionist",
	accountant: "Accountant",
	admin: "Admin",
};
export const accountStatus = { active: "Active", pending: "Waiting", suspended: "Suspended" };
export const invitationState = { open: "Open", accepted: "Accepted", revoked: "Revoked", expired: "Expired" };
export const mailStatus = {
	pending: "The mail is on its way",
	sent: "The mail was sent",
	failed: "The mail could not be sent",
	skipped: "No mail was sent",
};
export const visitTypes = {
	new: "First visit",
	follow_up: "Follow-up",
	procedure: "Procedure",
	walk_in: "Walk-in",
	telehealth: "Telehealth",
};
export const visitWays = { slot: "Free time", now: "Now, as a walk-in", other: "Any time (overbook)" };
export const weekdays = {
	1: "Monday",
	2: "Tuesday",
	3: "Wednesday",
	4: "Thursday",
	5: "Friday",
	6: "Saturday",
	7: "Sunday",
};
export const outcomes = { move: "Move", cancel: "Cancel", keep: "Keep as it is" };
export const outcomesDone = { move: "Moved", cancel: "Cancelled", keep: "Kept as it was" };
export const rebookingStatus = { proposed: "Proposed", applied: "Applied", withdrawn: "Withdrawn" };
export const noticeKinds = { moved: ["Moved", "waiting"], cancelled: ["Cancelled", "off"] };
export const billStatus = {
	draft: "Draft",
	unpaid: "Unpaid",
	partially_paid: "Partly paid",
	paid: "Paid",
	refunded: "Refunded",
	void: "Void",
	issued: "Credit note",
};
export const paymentStatus = { pending: "Waiting", verified: "Verified", rejected: "Rejected" };
export const discountStatus = { pending: "Waiting", approved: "Granted", rejected: "Not granted" };
export const methods = {
	cash: "Cash",
	card: "Card",
	transfer: "Bank transfer",
	mobile: "Mobile payment",
	cheque: "Cheque",
	insurance: "Insurance",
};
export const sexes = { female: "Female", male: "Male", other: "Other", unknown: "Unknown" };

export const entryState = {
	final: ["Final", "good"],
	active: ["Active", "now"],
	inactive: ["Inactive", "off"],
	resolved: ["Resolved", "good"],
	entered_in_error: ["Entered in error", "off"],
};
export const certainties = {
	provisional: "Provisional",
	differential: "Differential",
	confirmed: "Confirmed",
	refuted: "Refuted",
};
export const criticalities = { low: "Not dangerous", high: "Dangerous", unable_to_assess: "Unknown danger" };
export const substances = { medication: "Medicine", biologic: "Biologic", food: "Food", environment: "Environment" };
export const documentKinds = {
	lab_report: "Laboratory report",
	imaging: "Imaging",
	referral: "Referral",
	discharge_summary: "Discharge summary",
	consent: "Consent",
	insurance: "Insurance",
	other: "Other",
};
export const prescriptionStatus = {
	draft: ["Draft", "now"],
	issued: ["Issued", "good"],
	superseded: ["Replaced", "off"],
	cancelled: ["Cancelled", "off"],
};
export const verdicts = { justified: "Justified", unjustified: "Not justified" };

const cancelReasons = {
	patient: "Cancelled by the patient",
	rejected: "Declined",
	hospital: "Cancelled by the hospital",
	no_show: "Missed",
	expired: "Expired",
	duplicate: "Duplicate",
};

// visitState is where a visit stands: a word and its tone.
export function visitState(visit) {
	if (visit.status === "pending") return ["Waiting for approval", "waiting"];
	if (visit.status === "completed") return ["Completed", "good"];
	if (visit.status === "cancelled") return [cancelReasons[visit.cancel_code] ?? "Cancelled", "off"];
	if (visit.started_at) return ["In progress", "now"];
	return visit.checked_in_at ? ["Checked in", "now"] : ["Confirmed", "good"];
}

export const tones = {
	open: "waiting",
	accepted: "good",
	revoked: "off",
	expired: "off",
	draft: "now",
	refunded: "off",
	void: "off",
	issued: "off",
	unpaid: "waiting",
	partially_paid: "waiting",
	paid: "good",
	pending: "waiting",
	verified: "good",
	approved: "good",
	rejected: "off",
	active: "good",
	suspended: "off",
	proposed: "waiting",
	applied: "good",
	withdrawn: "off",
	move: "good",
	cancel: "waiting",
	keep: "off",
};

// choices makes options of a table of words, with an empty one first when it may be left out.
export const toOptions = (words, empty) => [...(empty === undefined ? [] : [["", empty]]), ...Object.entries(words)];
