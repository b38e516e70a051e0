// Prescriptions: how they are shown, and what the doctor who wrote them does with them.

import { create, createAll, newId, update } from "./api.js";
import { badge } from "./components.js";
import { button, h, showStatus } from "./dom.js";
import { formDialog } from "./form.js";
import { prescriptionStatus } from "./labels.js";
import { refreshAll } from "./live.js";
import { formatDay, today } from "./time.js";

/** @typedef {"drug" | "strength" | "form" | "dose" | "route" | "frequency" | "instructions"} TextField */

/** @param {Prescription} prescription */
const itemsOf = (prescription) =>
	(prescription.expand?.prescription_items_via_prescription ?? []).filter(({ removed }) => !removed);

/** @param {PrescriptionItem} item */
const drugName = (item) => [item.drug, item.strength, item.form].filter(Boolean).join(" ");

/**
 * dosage is how a drug is taken, in one line.
 * @param {PrescriptionItem} item
 */
const dosage = (item) =>
	[
		item.dose,
		item.route,
		item.frequency,
		item.as_needed && "as needed",
		item.duration_days && `for ${item.duration_days} days`,
		item.quantity && `${item.quantity} pieces`,
		item.refills && `${item.refills} ${item.refills === 1 ? "refill" : "refills"}`,
	]
		.filter(Boolean)
		.join(", ");

/**
 * prescriptionCard is the content of a card. The doctor who wrote the prescription has its actions.
 * @param {Prescription} prescription
 * @param {{ doctor: string, mine: boolean }} options
 */
export function prescriptionCard(prescription, { doctor, mine }) {
	const items = itemsOf(prescription);
	const draft = prescription.status === "draft";
	return {
		version: [prescription, ...items].map(({ updated }) => updated).join(),
		title: `${prescription.number || "Prescription"} of ${doctor}`,
		state: badge(...prescriptionStatus[prescription.status]),
		lines: [
			...items.map((item) =>
				h(
					"span",
					{},
					h("b", {}, drugName(item)),
					" ",
					dosage(item),
					item.instructions && h("em", {}, ` “${item.instructions}”`),
					mine &&
						draft && [
							" ",
							button("Edit", () => editDrug(prescription, item), {
								key: `change${item.id}`,
								about: item.drug,
							}),
							" ",
							button("Remove", () => removeDrug(item), { key: `remove${item.id}`, about: item.drug }),
						],
				),
			),
			prescription.notes && h("span", { class: "text" }, prescription.notes),
			prescription.valid_until && `Valid until ${formatDay(prescription.valid_until)}`,
			prescription.warnings && h("span", { class: "text" }, prescription.warnings),
			prescription.override_reason &&
				h("em", {}, `Prescribed despite the warning: “${prescription.override_reason}”`),
			prescription.cancel_reason && h("em", {}, `Cancelled: “${prescription.cancel_reason}”`),
		],
		actions: mine ? actionsFor(prescription, items) : [],
	};
}

/** @param {Prescription} prescription @param {PrescriptionItem[]} items @returns {Child[]} */
function actionsFor(prescription, items) {
	const options = (/** @type {string} */ key) => ({ key: key + prescription.id });
	if (prescription.status === "draft")
		return [
			items.length > 0 &&
				button("Issue", () => issuePrescription(prescription), { kind: "main", ...options("issue") }),
			button("Add drug", () => editDrug(prescription), options("add")),
			button("Discard draft", () => discardDraft(prescription), options("discard")),
		];
	if (prescription.status === "issued")
		return [
			button("Replace", () => prescribe(prescription.appointment, prescription), options("replace")),
			button("Cancel prescription", () => cancelPrescription(prescription), options("cancel")),
		];
	return [];
}

/** @param {Partial<PrescriptionItem>} item @returns {(FieldOptions | FieldOptions[])[]} */
const drugFields = (item = {}) => {
	/** @param {TextField} name @param {string} label @param {number} maxlength @param {Partial<FieldOptions>} [more] */
	const ask = (name, label, maxlength, more) => ({
		name,
		label,
		maxlength,
		value: item[name] || "",
		autocomplete: "off",
		...more,
	});
	/** @param {"duration_days" | "quantity" | "refills"} name @param {string} label @param {number} max */
	const count = (name, label, max) => ({
		name,
		label,
		type: "number",
		min: "0",
		max: String(max),
		value: item[name] || "",
	});
	return [
		ask("drug", "Drug", 200, { required: true }),
		[ask("strength", "Strength", 60), ask("form", "Form", 60)],
		[ask("dose", "Dose", 100), ask("route", "Route", 60), ask("frequency", "Frequency", 100)],
		[count("duration_days", "Days", 3650), count("quantity", "Quantity", 100_000), count("refills", "Refills", 99)],
		{ name: "as_needed", label: "Only as needed", type: "checkbox", value: item.as_needed },
		ask("instructions", "Instructions", 2000, { type: "textarea" }),
	];
};

/**
 * withZeros sends empty numbers as 0.
 * @param {Values} values
 */
const withZeros = (values) => ({
	...values,
	duration_days: values.duration_days || 0,
	quantity: values.quantity || 0,
	refills: values.refills || 0,
});

/**
 * prescribe asks for a draft with its first drug.
 * @param {string} appointment
 * @param {Prescription} [replaced] the prescription that it replaces
 */
export function prescribe(appointment, replaced) {
	const ids = { prescription: newId(), item: newId() };
	formDialog(replaced ? `Replace ${replaced.number}` : "Prescribe", {
		wide: true,
		fields: [
			...drugFields(replaced && itemsOf(replaced)[0]),
			{ name: "valid_until", label: "Valid until", type: "date", min: today() },
		],
		submit: "Save draft",
		send: async ({ valid_until, ...item }) => {
			await createAll([
				[
					"prescriptions",
					{ id: ids.prescription, appointment, valid_until, ...(replaced && { replaces: replaced.id }) },
				],
				["prescription_items", { id: ids.item, prescription: ids.prescription, ...withZeros(item) }],
			]);
			return "The draft was saved. Nobody else sees it until you issue it.";
		},
	});
}

/** @param {Prescription} prescription @param {PrescriptionItem} [item] */
function editDrug(prescription, item) {
	const id = newId();
	formDialog(item ? drugName(item) : "Add drug", {
		wide: true,
		fields: drugFields(item),
		submit: item ? "Save" : "Add",
		send: async (values) => {
			if (item) await update("prescription_items", item, withZeros(values));
			else await create("prescription_items", { id, prescription: prescription.id, ...withZeros(values) });
			return item ? `${values.drug} was saved.` : `${values.drug} was added.`;
		},
	});
}

/** @param {PrescriptionItem} item */
async function removeDrug(item) {
	await update("prescription_items", item, { removed: true });
	await refreshAll();
	showStatus(`${item.drug} was removed from the draft.`);
}

/**
 * issuePrescription issues a prescription, and asks for a reason when the API warns of a drug.
 * @param {Prescription} prescription
 */
async function issuePrescription(prescription) {
	try {
		const { number } = await update("prescriptions", prescription, { status: "issued" });
		await refreshAll();
		showStatus(`${number} was issued.`);
	} catch (error) {
		if (error.code?.("override_reason") !== "drug_warning") throw error;
		formDialog("Drug warning", {
			intro: h("p", {}, error.fields.override_reason.message),
			fields: [
				{
					name: "override_reason",
					label: "Reason to prescribe it anyway",
					type: "textarea",
					required: true,
					maxlength: 1000,
				},
			],
			submit: "Issue anyway",
			send: async (values) =>
				`${(await update("prescriptions", prescription, { status: "issued", ...values })).number} was issued.`,
		});
	}
}

/** @param {Prescription} prescription */
async function discardDraft(prescription) {
	await update("prescriptions", prescription, { status: "cancelled" });
	await refreshAll();
	showStatus("The draft was discarded.");
}

/** @param {Prescription} prescription */
function cancelPrescription(prescription) {
	formDialog(`Cancel ${prescription.number}`, {
		fields: [{ name: "cancel_reason", label: "Reason", type: "textarea", required: true, maxlength: 1000 }],
		submit: "Cancel prescription",
		send: async (values) => {
			await update("prescriptions", prescription, { status: "cancelled", ...values });
			return `${prescription.number} was cancelled.`;
		},
	});
}
