// A prescription: how it is shown, and what its doctor does with it.

import { create, createAll, newId, update } from "./api.js";
import { badge } from "./components.js";
import { button, h, showStatus } from "./dom.js";
import { formDialog } from "./form.js";
import { prescriptionStatus } from "./labels.js";
import { refreshAll } from "./live.js";
import { formatDay, today } from "./time.js";

const itemsOf = (prescription) =>
	(prescription.expand?.prescription_items_via_prescription ?? []).filter(({ removed }) => !removed);

const drugName = (item) => [item.drug, item.strength, item.form].filter(Boolean).join(" ");

// taken is how a drug is taken, in a line.
const dosage = (item) =>
	[
		item.dose,
		item.route,
		item.frequency,
		item.as_needed && "when needed",
		item.duration_days && `for ${item.duration_days} days`,
		item.quantity && `${item.quantity} pieces`,
		item.refills && `may be refilled ${item.refills} times`,
	]
		.filter(Boolean)
		.join(", ");

// prescriptionCard is what a card shows of a prescription, and to its doctor what
// can be done with it.
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
							button("Change", () => editDrug(prescription, item), {
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
			prescription.override_reason && h("em", {}, `Prescribed all the same: “${prescription.override_reason}”`),
			prescription.cancel_reason && h("em", {}, `Cancelled: “${prescription.cancel_reason}”`),
		],
		actions: mine ? actionsFor(prescription, items) : [],
	};
}

// steps is what its doctor may do with a prescription as it stands.
const actionsFor = (prescription, items) =>
	({
		draft: [
			items.length > 0 &&
				button("Issue", () => issuePrescription(prescription), {
					kind: "main",
					key: `issue${prescription.id}`,
				}),
			button("Add a drug", () => editDrug(prescription), { key: `add${prescription.id}` }),
			button("Discard", () => discardDraft(prescription), { key: `discard${prescription.id}` }),
		],
		issued: [
			button("Replace", () => prescribe(prescription.appointment, prescription), {
				key: `replace${prescription.id}`,
			}),
			button("Cancel", () => cancelPrescription(prescription), { key: `cancel${prescription.id}` }),
		],
	})[prescription.status] ?? [];

const drugFields = (item = {}) => {
	const ask = (name, label, maxlength, more) => ({
		name,
		label,
		maxlength,
		value: item[name] || "",
		autocomplete: "off",
		...more,
	});
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
		[ask("dose", "Dose", 100), ask("route", "Route", 60), ask("frequency", "How often", 100)],
		[
			count("duration_days", "For days", 3650),
			count("quantity", "Pieces", 100_000),
			count("refills", "Refills", 99),
		],
		{ name: "as_needed", label: "Only when needed", type: "checkbox", value: item.as_needed },
		ask("instructions", "Instructions", 2000, { type: "textarea" }),
	];
};

// numbered sends what was left empty as 0.
const withZeros = (values) => ({
	...values,
	duration_days: values.duration_days || 0,
	quantity: values.quantity || 0,
	refills: values.refills || 0,
});

// prescribe begins a draft with its first drug, perhaps in the place of another.
export function prescribe(appointment, replaced) {
	const ids = { prescription: newId(), item: newId() };
	formDialog(replaced ? `Replace ${replaced.number}` : "Prescribe", {
		wide: true,
		fields: [
			...drugFields(replaced && itemsOf(replaced)[0]),
			{ name: "valid_until", label: "Valid until", type: "date", min: today() },
		],
		submit: "Write the draft",
		send: async ({ valid_until, ...item }) => {
			await createAll([
				[
					"prescriptions",
					{ id: ids.prescription, appointment, valid_until, ...(replaced && { replaces: replaced.id }) },
				],
				["prescription_items", { id: ids.item, prescription: ids.prescription, ...withZeros(item) }],
			]);
			return "The draft is written. Nobody else sees it until it is issued.";
		},
	});
}

function editDrug(prescription, item) {
	const id = newId();
	formDialog(item ? drugName(item) : "Add a drug", {
		wide: true,
		fields: drugFields(item),
		submit: item ? "Change" : "Add",
		send: async (values) => {
			if (item) await update("prescription_items", item, withZeros(values));
			else await create("prescription_items", { id, prescription: prescription.id, ...withZeros(values) });
			return item ? "Changed." : `${values.drug} is added.`;
		},
	});
}

async function removeDrug(item) {
	await update("prescription_items", item, { removed: true });
	await refreshAll();
	showStatus(`${item.drug} is removed from the draft.`);
}

// issue asks for a reason when the hospital knows something against it.
async function issuePrescription(prescription) {
	try {
		const { number } = await update("prescriptions", prescription, { status: "issued" });
		await refreshAll();
		showStatus(`${number} is issued.`);
	} catch (error) {
		if (error.code?.("override_reason") !== "drug_warning") throw error;
		formDialog("There is something against this", {
			intro: h("p", {}, error.fields.override_reason.message),
			fields: [
				{
					name: "override_reason",
					label: "Why it is right all the same",
					type: "textarea",
					required: true,
					maxlength: 1000,
				},
			],
			submit: "Issue all the same",
			send: async (values) =>
				`${(await update("prescriptions", prescription, { status: "issued", ...values })).number} is issued.`,
		});
	}
}

async function discardDraft(prescription) {
	await update("prescriptions", prescription, { status: "cancelled" });
	await refreshAll();
	showStatus("The draft is discarded.");
}

function cancelPrescription(prescription) {
	formDialog(`Cancel ${prescription.number}`, {
		fields: [{ name: "cancel_reason", label: "Reason", type: "textarea", required: true, maxlength: 1000 }],
		submit: "Cancel the prescription",
		send: async (values) => {
			await update("prescriptions", prescription, { status: "cancelled", ...values });
			return "Cancelled.";
		},
	});
}
