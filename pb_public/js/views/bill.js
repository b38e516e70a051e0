import { get, list, quote } from "../api.js";
import { addCreditNote, enterPayment, issueBill, requestDiscount, requestRefund, voidBill } from "../bill-forms.js";
import { addLine, editLine } from "../bill-lines.js";
import { billBadge, managesBills, mayPay, paymentBadge } from "../bills.js";
import { card, cardList, fileButton } from "../components.js";
import { discountCard } from "../discounts.js";
import { button, factList, h, heading, link, showStatus } from "../dom.js";
import { hospital } from "../hospital.js";
import { methods } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { formatAmount, formatMoney } from "../money.js";
import { role } from "../session.js";
import { dayOf, formatDate, formatDateTime, formatDay, parseInstant } from "../time.js";

/**
 * isIssued reports whether an invoice is issued and in force.
 * @param {Bill} bill
 */
const isIssued = ({ status }) => !["draft", "void", "issued"].includes(status);

/** @param {(string | number)[]} texts */
const numbers = (...texts) => texts.map((text) => h("td", { class: "number" }, text));
/** @param {string} name @param {string} [kind] */
const column = (name, kind) => h("th", { scope: "col", class: kind }, name);

/**
 * lineTable shows the lines of a bill, and what they add up to.
 * @param {Bill} bill
 */
function lineTable(bill) {
	const changing = bill.status === "draft" && managesBills();
	/** @param {number} minor */
	const formatInBill = (minor) => formatAmount(minor, bill.currency);
	/** @param {string} name @param {number} minor @param {string} [kind] */
	const sumRow = (name, minor, kind) =>
		h(
			"tr",
			{ class: kind },
			h("th", { scope: "row", colspan: "4" }, name),
			numbers(formatInBill(minor)),
			changing && h("td", {}),
		);
	const items = (bill.expand?.bill_items_via_bill ?? []).filter(({ quantity }) => quantity > 0);
	/** @param {BillItem} item */
	const change = (item) =>
		h(
			"td",
			{},
			button("Edit", () => editLine(item), { key: item.id, about: item.description }),
		);
	const caption = `Amounts in ${bill.currency}`;
	return h(
		"div",
		{ class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
		h(
			"table",
			{},
			h("caption", {}, caption),
			h(
				"thead",
				{},
				h(
					"tr",
					{},
					column("Service"),
					["Qty", "Price", "Tax", "Total"].map((name) => column(name, "number")),
					changing && h("td", {}),
				),
			),
			h(
				"tbody",
				{},
				items.map((item) =>
					h(
						"tr",
						{},
						h("td", {}, item.description),
						numbers(
							item.quantity,
							formatInBill(item.unit_minor),
							formatInBill(item.tax_minor),
							formatInBill(item.total_minor),
						),
						changing && change(item),
					),
				),
			),
			h(
				"tfoot",
				{},
				sumRow("Subtotal", bill.subtotal_minor),
				bill.discount_minor > 0 && sumRow("Discount", -bill.discount_minor),
				sumRow("Tax", bill.tax_minor),
				sumRow("Total", bill.total_minor, "sum"),
				isIssued(bill) && [
					bill.credited_minor > 0 && sumRow("Credited", -bill.credited_minor),
					sumRow("Paid", bill.paid_minor),
					sumRow("Outstanding", bill.balance_minor, "sum"),
				],
			),
		),
	);
}

/** @param {Payment} payment */
const isRefundable = ({ kind, status }) => managesBills() && kind === "payment" && status === "verified";

/** @param {Payment} payment @param {string} currency */
const paymentCard = (payment, currency) =>
	card({
		id: payment.id,
		version: payment.version,
		first: h(
			"span",
			{},
			h("strong", {}, formatMoney(payment.amount_minor, currency)),
			h("span", {}, formatDate(payment.created)),
		),
		title: (payment.kind === "refund" ? "Refund, " : "") + methods[payment.method],
		lines: [
			[payment.number, payment.receipt, payment.reference].filter(Boolean).join(" · "),
			payment.note && h("em", {}, `“${payment.note}”`),
		],
		state: paymentBadge(payment),
		actions: [
			payment.status === "verified" &&
				fileButton("Receipt", `payments/${payment.id}/receipt`, {}, payment.receipt),
			isRefundable(payment) &&
				button("Request refund", () => requestRefund(payment), {
					key: `refund${payment.id}`,
					about: payment.number,
				}),
		].filter(Boolean),
	});

/**
 * actionsFor are the actions of an accountant, by the status of the bill.
 * @param {Bill} bill
 * @returns {Child}
 */
function actionsFor(bill) {
	const send = async () => {
		try {
			showStatus(await issueBill(bill));
		} finally {
			await refreshAll();
		}
	};
	const draft = bill.status === "draft",
		standing = isIssued(bill);
	return (
		managesBills() && [
			draft && button("Add line", () => addLine(bill), { key: "line" }),
			draft && button("Issue", send, { kind: "main", key: "issue" }),
			(draft || (standing && bill.balance_minor > 0)) &&
				button("Request discount", () => requestDiscount(bill), { key: "discount" }),
			standing &&
				bill.total_minor > bill.credited_minor &&
				button("Create credit note", () => addCreditNote(bill), { key: "credit" }),
			((draft && !bill.appointment) || (bill.status === "unpaid" && bill.credited_minor === 0)) &&
				button("Void", () => voidBill(bill), { key: "void" }),
		]
	);
}

/** @param {Bill} bill */
function billFacts(bill) {
	const { patient, doctor, appointment, original } = bill.expand ?? {};
	return factList({
		Number: bill.number,
		Status: billBadge(bill),
		From: [hospital.name, hospital.address].filter(Boolean).join(", "),
		Patient: patient && `${patient.name}, ${patient.mrn}`,
		Doctor: doctor?.name,
		Visit: appointment && `${appointment.number}, ${formatDateTime(appointment.starts)}`,
		Issued: bill.issued_at && formatDay(dayOf(parseInstant(bill.issued_at))),
		Due: bill.due_on && formatDay(bill.due_on),
		[bill.kind === "credit_note" ? "Credits" : "Replaces"]:
			original && link("bill", original.number, { id: original.id }),
		Reason: bill.reason,
	});
}

/**
 * billView shows a bill with its lines and payments. It can be printed.
 * @param {Navigation} navigation
 */
export async function billView({ query }) {
	let number = "";
	const body = await region(["bills", "payments", ...(managesBills() ? ["discounts"] : [])], async () => {
		const bill = await get("bills", query.id, {
			expand: "patient,doctor,appointment,original,bill_items_via_bill,payments_via_bill",
		});
		const discounts = managesBills()
			? await list("discounts", { filter: `bill = ${quote(bill.id)}`, sort: "created", expand: "requested_by" })
			: [];
		number = bill.number;
		return [
			billFacts(bill),
			lineTable(bill),
			...(discounts.length > 0
				? [h("h2", {}, "Discounts"), cardList(discounts, (discount) => discountCard(discount, bill))]
				: []),
			h("h2", {}, "Payments"),
			cardList(
				bill.expand?.payments_via_bill ?? [],
				(payment) => paymentCard(payment, bill.currency),
				"No payments yet.",
			),
			h(
				"div",
				{ class: "actions" },
				actionsFor(bill),
				mayPay(bill) &&
					button(role() === "patient" ? "Report payment" : "Record payment", () => enterPayment(bill), {
						kind: "main",
						key: "pay",
					}),
				fileButton("PDF", `bills/${bill.id}/pdf`, {}, bill.number),
				fileButton("CSV", `bills/${bill.id}/csv`, {}, bill.number),
				button("Print", () => window.print(), { key: "print" }),
			),
		];
	});
	return [heading(`Bill ${number}`), body];
}
