// A bill, how it is shown, and how a payment is put beside it.

import { create, currentUser, list, newId, quote, update } from "./api.js";
import { badge, card, cardList, searchBox } from "./components.js";
import { button, dialog, h, link } from "./dom.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { billStatus, methods, paymentStatus, tones, toOptions } from "./labels.js";
import { refreshAll, region } from "./live.js";
import { formatDecimal, formatMoney } from "./money.js";
import { formatDate, formatDay } from "./time.js";

export const billBadge = (bill) => badge(billStatus[bill.status], tones[bill.status]);
export const paymentBadge = (payment) => badge(paymentStatus[payment.status], tones[payment.status]);

// waiting is what has been paid and not been verified yet.
export const pendingAmount = (bill) =>
	(bill.expand?.payments_via_bill ?? [])
		.filter(({ status, kind }) => status === "pending" && kind === "payment")
		.reduce((sum, { amount_minor }) => sum + amount_minor, 0);

// owed is what can still be paid on a bill.
const payableAmount = (bill) => bill.balance_minor - pendingAmount(bill);

export const mayPay = (bill) =>
	["patient", "receptionist", "accountant", "admin"].includes(currentUser().role) && payableAmount(bill) > 0;

// billCard shows a bill in a list.
export function billCard(bill) {
	const state = [
		bill.balance_minor < 0 && `To be returned: ${formatMoney(-bill.balance_minor, bill.currency)}`,
		bill.balance_minor > 0 && `due on ${formatDay(bill.due_on)}`,
		bill.balance_minor > 0 && `Open: ${formatMoney(bill.balance_minor, bill.currency)}`,
		pendingAmount(bill) > 0 && `waiting to be verified: ${formatMoney(pendingAmount(bill), bill.currency)}`,
	];
	return card({
		id: bill.id,
		version: `${bill.version}:${pendingAmount(bill)}`,
		first: h(
			"span",
			{},
			h("strong", {}, formatMoney(bill.total_minor, bill.currency)),
			h("span", {}, formatDate(bill.issued_at || bill.created)),
		),
		title: link("bill", bill.number, { id: bill.id }, { "data-key": bill.id }),
		lines: [
			[bill.expand?.patient?.name, bill.expand?.doctor?.name].filter(Boolean).join(" · "),
			state.filter(Boolean).join(", "),
		],
		state: billBadge(bill),
	});
}

// pay asks for a payment: a patient declares it, staff record it; both wait to be verified.
export function enterPayment(bill) {
	const id = newId();
	const own = currentUser().role === "patient";
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

// accounting says that the reader may do more with bills than pay them.
export const managesBills = () => ["accountant", "admin"].includes(currentUser().role);

const reasonField = (hint) => ({
	name: "reason",
	label: "Reason",
	type: "textarea",
	required: true,
	maxlength: 500,
	hint,
});

// begin asks for whom a bill is, and begins it; open goes on with the draft.
export async function newBill(open) {
	const id = newId();
	let text = "";
	const choose = async (patient) => {
		await create("bills", { id, patient: patient.id });
		await open(id);
	};
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

// issue gives a draft its number and its day.
export async function issueBill(bill) {
	const issued = await update("bills", bill, { status: "unpaid" });
	return `${issued.number} is issued.`;
}

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

// credit takes a part of a bill back, or all that is left of it.
export function addCreditNote(bill) {
	const id = newId(),
		remaining = bill.total_minor - bill.credited_minor;
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

// discount lets a part of a bill off; a large one waits for another admin.
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

// refund asks for money to go back; somebody else approves it.
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
