// The hospital's settings, which every page needs.

import { list } from "./api.js";

export const hospital = {
	name: "Hospital",
	timezone: "UTC",
	currency: "EUR",
	currency_exponent: 2,
	cancel_cutoff_hours: 0,
};

export async function loadHospital() {
	const [settings] = await list("hospital");
	Object.assign(hospital, settings);
}
