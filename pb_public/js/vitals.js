// Vitals: how they are shown, and the form that records them.

import { create, newId } from "./api.js";
import { badge } from "./components.js";
import { formDialog } from "./form.js";

/**
 * @typedef {"systolic" | "diastolic" | "pulse" | "temperature_c10"
 *   | "respiration" | "spo2" | "weight_g" | "height_mm"} VitalsField
 */

/**
 * measurements are the field, the name and the unit of each measurement, and how many of the field make one unit.
 * @type {[field: VitalsField, name: string, unit: string, factor: number][]}
 */
export const measurements = [
	["systolic", "Systolic", "mmHg", 1],
	["diastolic", "Diastolic", "mmHg", 1],
	["pulse", "Pulse", "/min", 1],
	["temperature_c10", "Temperature", "°C", 10],
	["respiration", "Respiratory rate", "/min", 1],
	["spo2", "Oxygen saturation", "%", 1],
	["weight_g", "Weight", "kg", 1000],
	["height_mm", "Height", "cm", 10],
];

/**
 * vitalsForm asks for measurements, starting with those that are corrected.
 * @param {string} title
 * @param {Partial<Vitals>} vitals
 * @param {string} submit
 * @param {Values} more is sent with them
 */
function vitalsForm(title, vitals, submit, more) {
	const id = newId();
	/** @param {(typeof measurements)[number]} measurement @returns {FieldOptions} */
	const question = ([name, label, unit, factor]) => ({
		name,
		label: `${label}, ${unit}`,
		type: "number",
		step: "any",
		min: "0",
		inputmode: "decimal",
		value: (vitals[name] ?? 0) / factor || "",
	});
	/** @type {FieldOption[]} */
	const pains = Array.from({ length: 11 }, (_, n) => [String(n), String(n)]);
	formDialog(title, {
		wide: true,
		fields: [
			...[0, 2, 4, 6].map((i) => measurements.slice(i, i + 2).map(question)),
			{
				name: "pain",
				label: "Pain, from 0 (none) to 10 (worst)",
				type: "select",
				value: vitals.pain,
				options: [["", "Not asked"], ...pains],
			},
		],
		submit,
		send: async ({ pain, ...values }) => {
			const given = Object.fromEntries(
				measurements.map(([name, , , factor]) => [name, Math.round(values[name] * factor)]),
			);
			const { flags } = await create("vitals", { id, ...given, pain, ...more });
			return flags.length > 0
				? "The vitals were saved. Some values are abnormal. Check them."
				: "The vitals were saved.";
		},
	});
}

/** @param {Pick<Patient, "id" | "name">} patient @param {string} [appointment] */
export const recordVitals = (patient, appointment) =>
	vitalsForm(`Record vitals of ${patient.name}`, {}, "Save", { patient: patient.id, appointment });

/** @param {Vitals} vitals */
export const correctVitals = (vitals) =>
	vitalsForm("Correct vitals", vitals, "Save", {
		patient: vitals.patient,
		appointment: vitals.appointment,
		taken_at: vitals.taken_at,
		corrects: vitals.id,
	});

/**
 * describeVitals lists the measurements, "Temperature 36.6 °C".
 * @param {Vitals} vitals
 */
export const describeVitals = (vitals) =>
	[
		vitals.systolic && `Blood pressure ${vitals.systolic}/${vitals.diastolic} mmHg`,
		...measurements
			.slice(2)
			.map(([field, name, unit, per]) => vitals[field] && `${name} ${vitals[field] / per} ${unit}`),
		vitals.pain && `Pain ${vitals.pain} of 10`,
	].filter(Boolean);

/**
 * flagBadge shows a flag such as "temperature_c10_high" as "Temperature high".
 * @param {string} name
 */
export function flagBadge(name) {
	const [, field, which] = /^(.*)_(low|high)$/.exec(name) ?? [];
	return badge(`${measurements.find(([one]) => one === field)?.[1] ?? "Pain"} ${which}`, "waiting");
}
