// The forms that create and change bills and payments.

import { create, list, newId, quote, update } from "./api.js";
import { payableAmount } from "./bills.js";
import { card, cardList, searchBox } from "./components.js";
import { button, dialog, h } from "./dom.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { methods, toOptions } from "./labels.js";
import { refreshAll, region } from "./live.js";
import { formatDecimal, formatMoney } from "./money.js";
import { role } from "./session.js";

/**
 * enterPayment asks for a payment on a bill. It waits until an accountant has verified it.
 * @param {Bill} bill
 */
export function enterPayment(bill) {
	const id = newId();
	const own = role() === "patient";
	formDialog((own ? "Declare a payment for " : "Record a payment for ") + bill.number, {
		intro: own && h("p", {}, "Tell us what you have paid. It counts once the hospital has verified it."),
		fields: [
			{
				name: "amount_minor",
				label: `Amount in ${hospital.currency}`,
				type: "amount",
				required: true,
				value: formatDecimal(payableAmount(bill)),
				hint: `Still open: ${formatMoney(payableAmount(bill), bill.currency)}.`,
			},
			{
				name: "method",
				label: "Method",
				type: "select",
				required: true,
				options: toOptions(methods, "Choose how"),
			},
			{ name: "reference", label: "Reference", maxlength: 120, hint: "Such as the transfer's number." },
		],
		submit: own ? "Declare" : "Record",
		send: async (values) => {
			const payment = await create("payments", { id, bill: bill.id, ...values });
			return (
				formatMoney(payment.amount_minor, bill.currency) +
				" noted as " +
				payment.number +
				"; it waits to be verified."
			);
		},
	});
}

/** @param {string} [hint] @returns {FieldOptions} */
const reasonField = (hint) => ({
	name: "reason",
	label: "Reason",
	type: "textarea",
	required: true,
	maxlength: 500,
	hint,
});

/**
 * newBill asks for a patient and creates a draft.
 * @param {(id: string) => unknown} open is called with its id
 */
export async function newBill(open) {
	const id = newId();
	let text = "";
	/** @param {Patient} patient */
	const choose = async (patient) => {
		await create("bills", { id, patient: patient.id });
		await open(id);
	};
	/** @param {Patient} patient */
	const patientCard = (patient) =>
		card({
			id: patient.id,
			version: patient.mrn,
			first: h("strong", {}, patient.mrn),
			title: patient.name,
			lines: [patient.address],
			actions: [button("Choose", () => choose(patient), { key: patient.id, kind: "main", about: patient.name })],
		});
	const found = await region([], async () =>
		text
			? cardList(
					await list("patients", {
						filter: `name ~ ${quote(text)} || mrn ~ ${quote(text)}`,
						sort: "name",
						perPage: 10,
					}),
					patientCard,
					"Nobody is registered under that name or number.",
				)
			: h("p", { class: "hint" }, "Say for whom it is."),
	);
	const search = searchBox("Name or record number", (typed) => {
		text = typed;
		return refreshAll(found);
	});
	dialog("New bill", h("div", {}, search, found));
}

/**
 * issueBill issues a draft, which gives it its number and its date.
 * @param {Bill} bill
 */
export async function issueBill(bill) {
	const issued = await update("bills", bill, { status: "unpaid" });
	return `${issued.number} is issued.`;
}

/** @param {Bill} bill */
export function voidBill(bill) {
	formDialog(`Make ${bill.number} void?`, {
		intro:
			bill.appointment &&
			h("p", {}, "A draft with the same lines takes its place, for you to correct and issue."),
		fields: [reasonField("Such as: billed the wrong service.")],
		submit: "Make void",
		send: async (values) => {
			await update("bills", bill, { status: "void", ...values });
			return `${bill.number} is void.`;
		},
	});
}

/**
 * addCreditNote asks for a credit note on a part of a bill, or on all that is left of it.
 * @param {Bill} bill
 */
export function addCreditNote(bill) {
	const id = newId();
	const remaining = bill.total_minor - bill.credited_minor;
	formDialog(`Credit note on ${bill.number}`, {
		fields: [
			{
				name: "total_minor",
				label: `Amount in ${bill.currency}`,
				type: "amount",
				required: true,
				value: formatDecimal(remaining),
				hint: `At most ${formatMoney(remaining, bill.currency)}, with tax.`,
			},
			reasonField("It stands on the credit note."),
		],
		submit: "Credit",
		send: async (values) => {
			const note = await create("bills", { id, kind: "credit_note", original: bill.id, ...values });
			return `${note.number} takes back ${formatMoney(note.total_minor, bill.currency)}.`;
		},
	});
}

/**
 * requestDiscount asks for a discount. One above the limit of the hospital waits for an admin.
 * @param {Bill} bill
 */
export function requestDiscount(bill) {
	const id = newId();
	formDialog(`Discount on ${bill.number}`, {
		fields: [
			{
				name: "amount_minor",
				label: `Amount in ${bill.currency}`,
				type: "amount",
				required: true,
				hint: `Before tax. The lines come to ${formatMoney(bill.subtotal_minor, bill.currency)}.`,
			},
			reasonField(),
		],
		submit: "Ask",
		send: async (values) => {
			const asked = await create("discounts", { id, bill: bill.id, ...values });
			return asked.status === "approved" ? "The discount is granted." : "The discount waits for another admin.";
		},
	});
}

/**
 * requestRefund asks for a refund, which somebody else approves.
 * @param {Payment} payment
 */
export function requestRefund(payment) {
	const id = newId();
	formDialog(`Refund of ${payment.receipt}`, {
		fields: [
			{
				name: "amount_minor",
				label: `Amount in ${payment.currency}`,
				type: "amount",
				required: true,
				value: formatDecimal(payment.amount_minor),
			},
			{
				name: "method",
				label: "Method",
				type: "select",
				required: true,
				options: toOptions(methods),
				value: payment.method,
			},
			{ name: "note", label: "Why", type: "textarea", required: true, maxlength: 500 },
		],
		submit: "Ask",
		send: async (values) => {
			const asked = await create("payments", { id, bill: payment.bill, refund_of: payment.id, ...values });
			return `${asked.number} waits for somebody else to verify it.`;
		},
	});
}
