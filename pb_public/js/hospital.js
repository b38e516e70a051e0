// The hospital's settings, which every page needs.

import { list } from "./api.js";

const defaults = {
	name: "Hospital",
	timezone: "UTC",
	currency: "EUR",
	currency_exponent: 2,
	cancel_cutoff_hours: 0,
};

/**
 * hospital is the record of the hospital; it has only the defaults until it is loaded.
 * @type {typeof defaults & Partial<Hospital>}
 */
export const hospital = { ...defaults };

export async function loadHospital() {
	const [settings] = await list("hospital");
	Object.assign(hospital, settings);
}
