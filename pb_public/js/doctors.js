// The doctors whose hours and absences the reader plans.

import { currentUser, list } from "./api.js";

// plansAll says whether the reader plans for every doctor, and not for one only.
export const plansForAll = () => ["receptionist", "admin"].includes(currentUser().role);

// planned are those doctors: all, or for a doctor the one they are.
export const fetchPlannedDoctors = () =>
	list("doctors", {
		filter: plansForAll() ? "active = true" : `user = "${currentUser().id}"`,
		sort: "name",
		perPage: 1000,
	});
