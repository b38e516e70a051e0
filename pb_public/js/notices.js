// What the hospital told patients: that it moved or cancelled a visit of theirs.

import { instant, stamp } from "./time.js";

const key = "hospital.read";

// done are the notices that were read, or acted upon, in this browser.
function done() {
	try {
		return new Set(JSON.parse(localStorage.getItem(key)));
	} catch {
		return new Set();
	}
}

export const isDone = (notice) => done().has(notice.id);
export const markDone = (notice) => localStorage.setItem(key, JSON.stringify([...done(), notice.id].slice(-500)));

// recent filters for notices that are not older than some days.
export const recent = (days) => `created >= "${stamp(new Date(Date.now() - days * 24 * 3_600_000))}"`;

// news are those notices that still say what is so: a visit that was changed again
// has a newer one, or its patient knows.
export const news = (notices) => notices.filter(({ kind, new_starts, old_starts, expand }) => kind === "cancelled"
	? instant(old_starts) > new Date()
	: instant(new_starts) > new Date() && expand?.appointment?.starts === new_starts && expand.appointment.status !== "cancelled");
