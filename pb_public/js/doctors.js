// The doctors whose hours and absences the reader plans.

import { list } from "./api.js";
import { currentUser, role } from "./session.js";

/** plansForAll reports whether the reader plans for every doctor; a doctor plans for one only. */
export const plansForAll = () => ["receptionist", "admin"].includes(role());

/** fetchPlannedDoctors reads the doctors whom the reader plans for. */
export const fetchPlannedDoctors = () =>
	list("doctors", {
		filter: plansForAll() ? "active = true" : `user = "${currentUser()?.id}"`,
		sort: "name",
		perPage: 1000,
	});
