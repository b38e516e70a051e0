import { get } from "../api.js";
import { billBadge, mayPay, pay, paymentBadge } from "../bills.js";
import { button, facts, h, heading } from "../dom.js";
import { hospital } from "../hospital.js";
import { region } from "../live.js";
import { amount, money } from "../money.js";
import { card, rows } from "../parts.js";
import { dayOf, instant, showDate, showDay, showMoment } from "../time.js";
import { methods } from "../words.js";

const numbers = (...texts) => texts.map((text) => h("td", { class: "number" }, text));
const column = (name, kind) => h("th", { scope: "col", class: kind }, name);

// lines is what was done, and what it adds up to.
function lines(bill) {
	const sum = (name, minor) => h("tr", {}, h("th", { scope: "row", colspan: "4" }, name), numbers(amount(minor)));
	const items = bill.expand?.bill_items_via_bill ?? [];
	const caption = "Amounts in " + bill.currency;
	return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, h("table", {},
		h("caption", {}, caption),
		h("thead", {}, h("tr", {}, column("Service"), ["Qty", "Price", "Tax", "Total"].map((name) => column(name, "number")))),
		h("tbody", {}, items.map((item) => h("tr", {}, h("td", {}, item.description), numbers(item.quantity, amount(item.unit_minor), amount(item.tax_minor), amount(item.total_minor))))),
		h("tfoot", {}, sum("Subtotal", bill.subtotal_minor), sum("Tax", bill.tax_minor), sum("Total", bill.total_minor), sum("Paid", bill.paid_minor), sum("Open", bill.balance_minor))));
}

const paymentCard = (payment, currency) => card({
	id: payment.id, version: payment.version,
	first: h("span", {}, h("strong", {}, money(payment.amount_minor, currency)), h("span", {}, showDate(payment.created))),
	title: methods[payment.method],
	lines: [[payment.number, payment.reference].filter(Boolean).join(" · "), payment.note && h("em", {}, "“" + payment.note + "”")],
	state: paymentBadge(payment),
});

// head is who owes what to whom.
function head(bill) {
	const { patient, doctor, appointment } = bill.expand ?? {};
	return facts({
		Status: billBadge(bill),
		From: [hospital.name, hospital.address].filter(Boolean).join(", "),
		Patient: patient && patient.name + ", " + patient.mrn,
		Doctor: doctor?.name,
		Visit: appointment && appointment.number + ", " + showMoment(appointment.starts),
		Issued: showDay(dayOf(instant(bill.issued_at))),
	});
}

// billView is one bill with its lines and payments, ready to be printed.
export async function billView({ query }) {
	let number;
	const body = await region(["bills", "payments"], async () => {
		const bill = await get("bills", query.id, { expand: "patient,doctor,appointment,bill_items_via_bill,payments_via_bill" });
		number = bill.number;
		return [
			head(bill), lines(bill),
			h("h2", {}, "Payments"), rows(bill.expand?.payments_via_bill ?? [], (payment) => paymentCard(payment, bill.currency), "There is none yet."),
			h("div", { class: "actions" }, mayPay(bill) && button("Enter a payment", () => pay(bill), { kind: "main", key: "pay" }), button("Print", () => window.print(), { key: "print" })),
		];
	});
	return [heading("Bill " + number), body];
}
