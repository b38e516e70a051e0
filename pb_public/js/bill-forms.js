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
	formDialog((own ? "Report a payment for " : "Record a payment for ") + bill.number, {
		intro: own && h("p", {}, "Enter what you have paid. It counts as soon as the hospital has verified it."),
		fields: [
			{
				name: "amount_minor",
				label: `Amount in ${hospital.currency}`,
				type: "amount",
				required: true,
				value: formatDecimal(payableAmount(bill)),
				hint: `Outstanding: ${formatMoney(payableAmount(bill), bill.currency)}.`,
			},
			{
				name: "method",
				label: "Method",
				type: "select",
				required: true,
				options: toOptions(methods, "Choose a method"),
			},
			{ name: "reference", label: "Reference", maxlength: 120, hint: "For example the number of the transfer." },
		],
		submit: own ? "Report payment" : "Record payment",
		send: async (values) => {
			const payment = await create("payments", { id, bill: bill.id, ...values });
			return `${payment.number} over ${formatMoney(payment.amount_minor, bill.currency)} waits for verification.`;
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
					"No patient has this name or number.",
				)
			: h("p", { class: "hint" }, "Search for the patient."),
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
	return `${issued.number} was issued.`;
}

/** @param {Bill} bill */
export function voidBill(bill) {
	formDialog(`Void ${bill.number}?`, {
		intro:
			bill.appointment && h("p", {}, "A draft with the same lines replaces it. Correct the draft and issue it."),
		fields: [reasonField("For example: the wrong service was billed.")],
		submit: "Void",
		send: async (values) => {
			await update("bills", bill, { status: "void", ...values });
			return `${bill.number} was voided.`;
		},
	});
}

/**
 * addCreditNote asks for a credit note on a part of a bill, or on all that is left of it. One above the limit of the
 * hospital waits for an admin.
 * @param {Bill} bill
 */
export function addCreditNote(bill) {
	const id = newId();
	const remaining = bill.total_minor - bill.credited_minor;
	formDialog(`Credit note for ${bill.number}`, {
		fields: [
			{
				name: "total_minor",
				label: `Amount in ${bill.currency}`,
				type: "amount",
				required: true,
				value: formatDecimal(remaining),
				hint: `At most ${formatMoney(remaining, bill.currency)}, with tax.`,
			},
			reasonField("It is printed on the credit note."),
		],
		submit: "Create credit note",
		send: async (values) => {
			const { total_minor: amount_minor, reason } = values;
			const credit = await create("discounts", { id, bill: bill.id, credit: true, amount_minor, reason });
			return credit.status === "approved"
				? `A credit note over ${formatMoney(credit.amount_minor, bill.currency)} was created.`
				: "The credit note was requested. It waits for an admin.";
		},
	});
}

/**
 * requestDiscount asks for a discount. One above the limit of the hospital waits for an admin.
 * @param {Bill} bill
 */
export function requestDiscount(bill) {
	const id = newId();
	formDialog(`Discount for ${bill.number}`, {
		fields: [
			{
				name: "amount_minor",
				label: `Amount in ${bill.currency}`,
				type: "amount",
				required: true,
				hint: `Before tax. The subtotal is ${formatMoney(bill.subtotal_minor, bill.currency)}.`,
			},
			reasonField(),
		],
		submit: "Request discount",
		send: async (values) => {
			const discount = await create("discounts", { id, bill: bill.id, ...values });
			return discount.status === "approved"
				? "The discount was approved."
				: "The discount was requested. It waits for an admin.";
		},
	});
}

/**
 * requestRefund asks for a refund, which somebody else approves.
 * @param {Payment} payment
 */
export function requestRefund(payment) {
	const id = newId();
	formDialog(`Refund for ${payment.receipt}`, {
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
			{ name: "note", label: "Reason", type: "textarea", required: true, maxlength: 500 },
		],
		submit: "Request refund",
		send: async (values) => {
			const refund = await create("payments", { id, bill: payment.bill, refund_of: payment.id, ...values });
			return `${refund.number} was requested. Another person has to approve it.`;
		},
	});
}
