// The texts for the codes of the API, and the tones of their badges.

/** @type {Record<string, string>} */
export const roles = {
	patient: "Patient",
	doctor: "Doctor",
	nurse: "Nurse",
	receptionist: "Receptionist",
	accountant: "Accountant",
	admin: "Admin",
};

/** @type {Record<string, string>} */
export const accountStatus = { active: "Active", pending: "Pending", suspended: "Suspended" };

/** @type {Record<string, string>} */
export const invitationState = { open: "Open", accepted: "Accepted", revoked: "Revoked", expired: "Expired" };

/** @type {Record<string, string>} */
export const mailStatus = {
	pending: "The email is not sent yet",
	sent: "The email was sent",
	failed: "The email could not be sent",
	skipped: "No email was sent",
};

/** @type {Record<string, string>} */
export const visitTypes = {
	new: "First visit",
	follow_up: "Follow-up",
	procedure: "Procedure",
	walk_in: "Walk-in",
	telehealth: "Telehealth",
};

/** @type {Record<string, string>} */
export const visitWays = { slot: "Free slot", now: "Now (walk-in)", other: "Any time (overbook)" };

/** @type {Record<string, string>} */
export const weekdays = {
	1: "Monday",
	2: "Tuesday",
	3: "Wednesday",
	4: "Thursday",
	5: "Friday",
	6: "Saturday",
	7: "Sunday",
};

/** @type {Record<string, string>} */
export const outcomes = { move: "Move", cancel: "Cancel", keep: "Keep" };

/** @type {Record<string, string>} */
export const outcomesDone = { move: "Moved", cancel: "Cancelled", keep: "Kept" };

/** @type {Record<string, string>} */
export const rebookingStatus = { proposed: "Proposed", applied: "Applied", withdrawn: "Withdrawn" };

/** @type {Record<string, Label>} */
export const noticeKinds = {
	requested: ["Requested", "waiting"],
	confirmed: ["Confirmed", "good"],
	rejected: ["Rejected", "off"],
	reminder: ["Reminder", "good"],
	moved: ["Moved", "waiting"],
	cancelled: ["Cancelled", "off"],
	bill_issued: ["Bill", "waiting"],
	payment_verified: ["Paid", "good"],
	payment_rejected: ["Not accepted", "off"],
	document: ["New", "good"],
	prescription: ["New", "good"],
	absence: ["Absence", "waiting"],
	message: ["New", "good"],
	linked: ["Linked", "good"],
	unlinked: ["Unlinked", "off"],
};

/**
 * noticeNames are the kinds of messages.
 * @type {Record<string, string>}
 */
export const noticeNames = {
	requested: "A visit was requested",
	confirmed: "A visit is confirmed",
	moved: "A visit was moved",
	cancelled: "A visit was cancelled",
	rejected: "A request was not accepted",
	reminder: "Reminders of visits",
	bill_issued: "There is a bill",
	payment_verified: "A payment was received",
	payment_rejected: "A payment was not accepted",
	document: "There is a new document",
	prescription: "There is a new prescription",
	absence: "An absence concerns visits",
	day_list: "The list of tomorrow's visits, in the evening",
	message: "A message waits",
};

/** @type {Record<string, string>} */
export const billStatus = {
	draft: "Draft",
	unpaid: "Unpaid",
	partially_paid: "Partly paid",
	paid: "Paid",
	refunded: "Refunded",
	void: "Void",
	issued: "Credit note",
};

/** @type {Record<string, string>} */
export const paymentStatus = { pending: "Pending", verified: "Verified", rejected: "Rejected" };

/** @type {Record<string, string>} */
export const discountStatus = { pending: "Pending", approved: "Approved", rejected: "Rejected" };

/** @type {Record<string, string>} */
export const methods = {
	cash: "Cash",
	card: "Card",
	transfer: "Bank transfer",
	mobile: "Mobile payment",
	cheque: "Cheque",
	insurance: "Insurance",
};

/** @type {Record<string, string>} */
export const sexes = { female: "Female", male: "Male", other: "Other", unknown: "Unknown" };

/** @type {Record<string, Label>} */
export const entryState = {
	final: ["Final", "good"],
	active: ["Active", "now"],
	inactive: ["Inactive", "off"],
	resolved: ["Resolved", "good"],
	entered_in_error: ["Entered in error", "off"],
};

/** @type {Record<string, string>} */
export const certainties = {
	provisional: "Provisional",
	differential: "Differential",
	confirmed: "Confirmed",
	refuted: "Refuted",
};

/** @type {Record<string, string>} */
export const criticalities = { low: "Low risk", high: "High risk", unable_to_assess: "Unknown risk" };

/** @type {Record<string, string>} */
export const substances = { medication: "Medicine", biologic: "Biologic", food: "Food", environment: "Environment" };

/** @type {Record<string, string>} */
export const documentKinds = {
	lab_report: "Laboratory report",
	imaging: "Imaging",
	referral: "Referral",
	discharge_summary: "Discharge summary",
	consent: "Consent",
	insurance: "Insurance",
	other: "Other",
};

/** @type {Record<string, Label>} */
export const prescriptionStatus = {
	draft: ["Draft", "now"],
	issued: ["Issued", "good"],
	superseded: ["Replaced", "off"],
	cancelled: ["Cancelled", "off"],
};

/** @type {Record<string, string>} */
export const readRules = {
	many_patients: "Many patients in a day",
	same_family_name: "The reader has the same family name",
	vip: "VIP",
	colleague: "The patient is a colleague",
};

/** @type {Record<string, string>} */
export const verdicts = { justified: "Justified", unjustified: "Not justified" };

/** @type {Record<string, string>} */
const cancelReasons = {
	patient: "Cancelled by the patient",
	rejected: "Declined",
	hospital: "Cancelled by the hospital",
	no_show: "No-show",
	expired: "Expired",
	duplicate: "Duplicate",
};

/**
 * visitState is the state of a visit.
 * @param {Visit} visit
 * @returns {Label}
 */
export function visitState(visit) {
	if (visit.status === "pending") return ["Waiting for approval", "waiting"];
	if (visit.status === "completed") return ["Completed", "good"];
	if (visit.status === "cancelled") return [cancelReasons[visit.cancel_code ?? ""] ?? "Cancelled", "off"];
	if (visit.started_at) return ["In progress", "now"];
	return visit.checked_in_at ? ["Checked in", "now"] : ["Confirmed", "good"];
}

/** @type {Record<string, string>} */
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

/**
 * toOptions turns a table of labels into the options of a field; `empty` is the label of the choice of none.
 * @param {Record<string, string>} labels
 * @param {string} [empty]
 * @returns {FieldOption[]}
 */
export const toOptions = (labels, empty) => [
	.../** @type {FieldOption[]} */ (empty === undefined ? [] : [["", empty]]),
	...Object.entries(labels),
];

/**
 * recordOptions turns records into the options of a field.
 * @param {{ id: string, name: string }[]} records
 * @returns {FieldOption[]}
 */
export const recordOptions = (records) => records.map(({ id, name }) => [id, name]);
