// What the hospital told patients: that it moved or cancelled a visit of theirs.

import { update } from "./api.js";
import { refreshAll } from "./live.js";
import { formatInstant, parseInstant } from "./time.js";

// see says that the patient knows.
export async function markSeen(notice) {
	await update("notices", notice, { seen: true });
	await refreshAll();
}

// recent filters for notices that are not older than some days.
export const createdWithin = (days) => `created >= "${formatInstant(new Date(Date.now() - days * 24 * 3_600_000))}"`;

// news are those notices that still say what is so: a visit that was changed again
// has a newer one, or its patient knows.
export const currentNotices = (notices) =>
	notices.filter(({ kind, new_starts, old_starts, expand }) =>
		kind === "cancelled"
			? parseInstant(old_starts) > new Date()
			: parseInstant(new_starts) > new Date() &&
				expand?.appointment?.starts === new_starts &&
				expand.appointment.status !== "cancelled",
	);
