// A bill, how it is shown, and how a payment is put beside it.

import { create, me, newId } from "./api.js";
import { h, link } from "./dom.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { decimal, money } from "./money.js";
import { badge, card } from "./parts.js";
import { showDate } from "./time.js";
import { billStatus, choices, methods, paymentStatus, tones } from "./words.js";

export const billBadge = (bill) => badge(billStatus[bill.status], tones[bill.status]);
export const paymentBadge = (payment) => badge(paymentStatus[payment.status], tones[payment.status]);

// waiting is what has been paid and not been verified yet.
export const waiting = (bill) => (bill.expand?.payments_via_bill ?? []).filter(({ status }) => status === "pending").reduce((sum, { amount_minor }) => sum + amount_minor, 0);

// owed is what can still be paid on a bill.
const owed = (bill) => bill.balance_minor - waiting(bill);

export const mayPay = (bill) => ["patient", "receptionist", "accountant", "admin"].includes(me().role) && owed(bill) > 0;

// billCard shows a bill in a list.
export function billCard(bill) {
	const state = [bill.balance_minor > 0 && "Open: " + money(bill.balance_minor, bill.currency), waiting(bill) > 0 && "waiting to be verified: " + money(waiting(bill), bill.currency)];
	return card({
		id: bill.id, version: bill.version + ":" + waiting(bill),
		first: h("span", {}, h("strong", {}, money(bill.total_minor, bill.currency)), h("span", {}, showDate(bill.issued_at))),
		title: link("bill", bill.number, { id: bill.id }, { "data-key": bill.id }),
		lines: [[bill.expand?.patient?.name, bill.expand?.doctor?.name].filter(Boolean).join(" · "), state.filter(Boolean).join(", ")],
		state: billBadge(bill),
	});
}

// pay asks for a payment: a patient declares it, staff record it; both wait to be verified.
export function pay(bill) {
	const id = newId();
	const own = me().role === "patient";
	formDialog((own ? "Declare a payment for " : "Record a payment for ") + bill.number, {
		intro: own && h("p", {}, "Tell us what you have paid. It counts once the hospital has verified it."),
		fields: [
			{ name: "amount_minor", label: "Amount in " + hospital.currency, type: "amount", required: true, value: decimal(owed(bill)), hint: "Still open: " + money(owed(bill), bill.currency) + "." },
			{ name: "method", label: "Method", type: "select", required: true, options: choices(methods, "Choose how") },
			{ name: "reference", label: "Reference", maxlength: 120, hint: "Such as the transfer's number." },
		],
		submit: own ? "Declare" : "Record",
		send: async (values) => {
			const payment = await create("payments", { id, bill: bill.id, ...values });
			return money(payment.amount_minor, bill.currency) + " noted as " + payment.number + "; it waits to be verified.";
		},
	});
}
