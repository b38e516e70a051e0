// The doctors whose hours and absences the reader plans.

import { list, me } from "./api.js";

// plansAll says whether the reader plans for every doctor, and not for one only.
export const plansAll = () => ["receptionist", "admin"].includes(me().role);

// planned are those doctors: all, or for a doctor the one they are.
export const planned = () =>
	list("doctors", { filter: plansAll() ? "active = true" : `user = "${me().id}"`, sort: "name", perPage: 1000 });
