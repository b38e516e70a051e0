// The views of each role: which are in its menu, and which it may open.

import { currentUser, role } from "./session.js";

/**
 * menus are the views in the menu of each role. The first one opens at the start.
 * @type {Record<string, string[]>}
 */
export const menus = {
	guest: ["sign-in", "register", "register-doctor"],
	patient: ["visits", "book", "messages", "record", "bills", "family"],
	doctor: ["day", "visits", "patients", "messages", "notices", "emergency", "hours", "absences", "statistics"],
	nurse: ["day", "visits", "patients"],
	receptionist: ["day", "visits", "patients", "call-list", "absences", "hours", "bills", "statistics"],
	accountant: ["payments", "bills", "reports", "statistics", "prices"],
	admin: [
		"accounts",
		"doctors",
		"patients",
		"emergencies",
		"unusual-reads",
		"hours",
		"absences",
		"day",
		"visits",
		"call-list",
		"bills",
		"payments",
		"reports",
		"statistics",
		"prices",
		"settings",
	],
};

const clinical = { record: "patients", notes: "patients", "access-log": "patients" };
const planning = { absence: "absences", rebooking: "absences" };
/**
 * subviews are views that are reached from another one, with the view of the menu that they belong to.
 * @type {Record<string, Record<string, string>>}
 */
const subviews = {
	patient: { bill: "bills", "access-log": "record", thread: "messages" },
	doctor: { ...planning, ...clinical, thread: "messages" },
	nurse: clinical,
	receptionist: { ...planning, bill: "bills" },
	accountant: { bill: "bills" },
	admin: { ...planning, ...clinical, bill: "bills" },
};

/** guestViews are opened by links in emails, whoever is signed in. */
const guestViews = ["forgotten", "reset", "verify", "new-address", "confirm", "invitation", "unsubscribe"];

/** @param {string} view */
export const parentOf = (view) => subviews[role()]?.[view];
/** ownViews are those about the account itself. */
export const ownViews = () => {
	if (!currentUser()) return [];
	return ["patient", "doctor"].includes(role()) ? ["sessions", "preferences"] : ["sessions"];
};
/** @param {string} view */
export const mayOpen = (view) => [...guestViews, ...menus[role()], ...ownViews()].includes(parentOf(view) ?? view);
