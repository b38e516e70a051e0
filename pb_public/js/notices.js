// Notices tell patients that the hospital moved or cancelled one of their visits, or of the account of a record.

import { list, update } from "./api.js";
import { refreshAll } from "./live.js";
import { formatInstant, parseInstant } from "./time.js";

/**
 * markSeen records that the patient knows of a notice.
 * @param {Notice} notice
 */
export async function markSeen(notice) {
	await update("notices", notice, { seen: true });
	await refreshAll();
}

/**
 * createdWithin is a filter for records of the last days.
 * @param {number} days
 */
export const createdWithin = (days) => `created >= "${formatInstant(new Date(Date.now() - days * 24 * 3_600_000))}"`;

/**
 * currentNotices leaves out notices that are no longer true: their visit is over, or was changed again.
 * @param {Notice[]} notices
 */
export const currentNotices = (notices) =>
	notices.filter(({ kind, new_starts, old_starts, expand }) =>
		kind === "cancelled"
			? parseInstant(old_starts) > new Date()
			: parseInstant(new_starts) > new Date() &&
				expand?.appointment?.starts === new_starts &&
				expand.appointment.status !== "cancelled",
	);

/** linkNotices reads what the account is told about the records that it manages, or no longer does. */
export const linkNotices = () =>
	list("link_notices", { filter: createdWithin(14), sort: "-created", expand: "patient" });
