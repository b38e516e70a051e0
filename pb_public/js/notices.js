// Notices tell patients and doctors what happens to their visits, and of the account of a record.

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
 * since is the instant of some days ago, as filters compare it.
 * @param {number} days
 */
export const since = (days) => formatInstant(new Date(Date.now() - days * 24 * 3_600_000));

/**
 * createdWithin is a filter for records of the last days.
 * @param {number} days
 */
export const createdWithin = (days) => `created >= "${since(days)}"`;

/**
 * currentNotices leaves out notices that are no longer true: their visit is over, or was changed again.
 * @param {Notice[]} notices
 */
export const currentNotices = (notices) =>
	notices.filter(({ kind, new_starts, old_starts, expand }) => {
		const visit = expand?.appointment;
		if (!visit) return true;
		if (!new_starts) {
			return parseInstant(old_starts) > new Date();
		}
		const statuses = noticeStatuses[kind] ?? ["pending", "approved"];
		return parseInstant(new_starts) > new Date() && visit?.starts === new_starts && statuses.includes(visit.status);
	});

/**
 * noticeStatuses are the statuses of the visit in which a notice about it is true.
 * @type {Record<string, string[]>}
 */
const noticeStatuses = { requested: ["pending"], confirmed: ["approved"], reminder: ["approved"] };

/** linkNotices reads what the account is told about the records that it manages, or no longer does. */
export const linkNotices = () =>
	list("link_notices", { filter: createdWithin(14), sort: "-created", expand: "patient" });
