// Bills and payments in lists.

import { badge, card } from "./components.js";
import { h, link } from "./dom.js";
import { billStatus, paymentStatus, tones } from "./labels.js";
import { formatMoney } from "./money.js";
import { role } from "./session.js";
import { formatDate, formatDay, today } from "./time.js";

/** managesBills reports whether the reader may issue, correct and void bills. */
export const managesBills = () => ["accountant", "admin"].includes(role());

/** @param {Bill} bill */
export const billBadge = (bill) => badge(billStatus[bill.status], tones[bill.status]);
/** @param {Payment} payment */
export const paymentBadge = (payment) => badge(paymentStatus[payment.status], tones[payment.status]);

/**
 * pendingAmount is what has been paid on a bill and is not verified yet, in minor units.
 * @param {Bill} bill
 */
export const pendingAmount = (bill) =>
	(bill.expand?.payments_via_bill ?? [])
		.filter(({ status, kind }) => status === "pending" && kind === "payment")
		.reduce((sum, { amount_minor }) => sum + amount_minor, 0);

/**
 * payableAmount is what can still be paid on a bill.
 * @param {Bill} bill
 */
export const payableAmount = (bill) => bill.balance_minor - pendingAmount(bill);

/** @param {Bill} bill */
export const mayPay = (bill) =>
	["patient", "receptionist", "accountant", "admin"].includes(role()) && payableAmount(bill) > 0;

/** @param {Bill} bill */
export function billCard(bill) {
	const state = [
		bill.balance_minor < 0 && `To refund: ${formatMoney(-bill.balance_minor, bill.currency)}`,
		bill.balance_minor > 0 && `${bill.due_on < today() ? "Overdue since" : "Due on"} ${formatDay(bill.due_on)}`,
		bill.balance_minor > 0 && `Outstanding: ${formatMoney(bill.balance_minor, bill.currency)}`,
		pendingAmount(bill) > 0 && `Waiting for verification: ${formatMoney(pendingAmount(bill), bill.currency)}`,
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
			state.filter(Boolean).join(" · "),
		],
		state: billBadge(bill),
	});
}
