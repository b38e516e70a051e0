import { get, list, quoted } from "../api.js";
import { addLine, changeLine } from "../bill-lines.js";
import {
	accounting,
	billBadge,
	credit,
	discount,
	issue,
	makeVoid,
	mayPay,
	pay,
	paymentBadge,
	refund,
} from "../bills.js";
import { card, fileButton, rows } from "../components.js";
import { discountCard } from "../discounts.js";
import { button, facts, h, heading, link, tell } from "../dom.js";
import { hospital } from "../hospital.js";
import { methods } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { amount, money } from "../money.js";
import { dayOf, instant, showDate, showDay, showMoment } from "../time.js";

// stands says that a bill is to be paid, or was.
const stands = ({ status }) => !["draft", "void", "issued"].includes(status);

const numbers = (...texts) => texts.map((text) => h("td", { class: "number" }, text));
const column = (name, kind) => h("th", { scope: "col", class: kind }, name);

// lines is what was done, and what it adds up to.
function lines(bill) {
	const changing = bill.status === "draft" && accounting();
	const show = (minor) => amount(minor, bill.currency);
	const sum = (name, minor, kind) =>
		h(
			"tr",
			{ class: kind },
			h("th", { scope: "row", colspan: "4" }, name),
			numbers(show(minor)),
			changing && h("td", {}),
		);
	const items = (bill.expand?.bill_items_via_bill ?? []).filter(({ quantity }) => quantity > 0);
	const change = (item) =>
		h(
			"td",
			{},
			button("Change", () => changeLine(item), { key: item.id, about: item.description }),
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
						numbers(item.quantity, show(item.unit_minor), show(item.tax_minor), show(item.total_minor)),
						changing && change(item),
					),
				),
			),
			h(
				"tfoot",
				{},
				sum("Subtotal", bill.subtotal_minor),
				bill.discount_minor > 0 && sum("Discount", -bill.discount_minor),
				sum("Tax", bill.tax_minor),
				sum("Total", bill.total_minor, "sum"),
				stands(bill) && [
					bill.credited_minor > 0 && sum("Credited", -bill.credited_minor),
					sum("Paid", bill.paid_minor),
					sum("Open", bill.balance_minor, "sum"),
				],
			),
		),
	);
}

const mayGoBack = ({ kind, status }) => accounting() && kind === "payment" && status === "verified";

const paymentCard = (payment, currency) =>
	card({
		id: payment.id,
		version: payment.version,
		first: h(
			"span",
			{},
			h("strong", {}, money(payment.amount_minor, currency)),
			h("span", {}, showDate(payment.created)),
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
			mayGoBack(payment) &&
				button("Refund", () => refund(payment), { key: `refund${payment.id}`, about: payment.number }),
		].filter(Boolean),
	});

// steps is what an accountant may do with a bill as it stands.
function steps(bill) {
	const send = async () => {
		try {
			tell(await issue(bill));
		} finally {
			await refreshAll();
		}
	};
	const draft = bill.status === "draft",
		standing = stands(bill);
	return (
		accounting() && [
			draft && button("Add a line", () => addLine(bill), { key: "line" }),
			draft && button("Issue", send, { kind: "main", key: "issue" }),
			(draft || (standing && bill.balance_minor > 0)) &&
				button("Discount", () => discount(bill), { key: "discount" }),
			standing &&
				bill.total_minor > bill.credited_minor &&
				button("Credit note", () => credit(bill), { key: "credit" }),
			((draft && !bill.appointment) || (bill.status === "unpaid" && bill.credited_minor === 0)) &&
				button("Make void", () => makeVoid(bill), { key: "void" }),
		]
	);
}

// head is who owes what to whom.
function head(bill) {
	const { patient, doctor, appointment, original } = bill.expand ?? {};
	return facts({
		Number: bill.number,
		Status: billBadge(bill),
		From: [hospital.name, hospital.address].filter(Boolean).join(", "),
		Patient: patient && `${patient.name}, ${patient.mrn}`,
		Doctor: doctor?.name,
		Visit: appointment && `${appointment.number}, ${showMoment(appointment.starts)}`,
		Issued: bill.issued_at && showDay(dayOf(instant(bill.issued_at))),
		Due: bill.due_on && showDay(bill.due_on),
		[bill.kind === "credit_note" ? "Takes back" : "Replaces"]:
			original && link("bill", original.number, { id: original.id }),
		Reason: bill.reason,
	});
}

// billView is one bill with its lines and payments, ready to be printed.
export async function billView({ query }) {
	let number;
	const body = await region(["bills", "payments", ...(accounting() ? ["discounts"] : [])], async () => {
		const bill = await get("bills", query.id, {
			expand: "patient,doctor,appointment,original,bill_items_via_bill,payments_via_bill",
		});
		const discounts = accounting()
			? await list("discounts", { filter: `bill = ${quoted(bill.id)}`, sort: "created", expand: "requested_by" })
			: [];
		number = bill.number;
		return [
			head(bill),
			lines(bill),
			...(discounts.length > 0
				? [h("h2", {}, "Discounts"), rows(discounts, (discount) => discountCard(discount, bill))]
				: []),
			h("h2", {}, "Payments"),
			rows(
				bill.expand?.payments_via_bill ?? [],
				(payment) => paymentCard(payment, bill.currency),
				"There is none yet.",
			),
			h(
				"div",
				{ class: "actions" },
				steps(bill),
				mayPay(bill) && button("Enter a payment", () => pay(bill), { kind: "main", key: "pay" }),
				fileButton("PDF", `bills/${bill.id}/pdf`, {}, bill.number),
				fileButton("CSV", `bills/${bill.id}/csv`, {}, bill.number),
				button("Print", () => window.print(), { key: "print" }),
			),
		];
	});
	return [heading(`Bill ${number}`), body];
}
