import { get } from "../api.js";
import { billBadge, mayPay, pay, paymentBadge } from "../bills.js";
import { button, facts, h, heading } from "../dom.js";
import { hospital } from "../hospital.js";
import { region } from "../live.js";
import { money } from "../money.js";
import { dayOf, instant, showDate, showDay, showMoment } from "../time.js";
import { methods } from "../words.js";

const number = (text) => h("td", { class: "number" }, text);
const table = (caption, head, body, foot) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
	h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, head.map(([name, numeric]) => h("th", { scope: "col", class: numeric && "number" }, name)))), h("tbody", {}, body), foot && h("tfoot", {}, foot)));

function lines(bill) {
	const sum = (name, minor) => h("tr", {}, h("th", { scope: "row", colspan: "4" }, name), number(money(minor, bill.currency)));
	const items = (bill.expand?.bill_items_via_bill ?? []).map((item) => h("tr", {}, h("td", {}, item.description), number(item.quantity), number(money(item.unit_minor, bill.currency)), number(money(item.tax_minor, bill.currency)), number(money(item.total_minor, bill.currency))));
	return table("Lines", [["Service"], ["Quantity", true], ["Price", true], ["Tax", true], ["Total", true]], items,
		[sum("Subtotal", bill.subtotal_minor), sum("Tax", bill.tax_minor), sum("Total", bill.total_minor), sum("Paid", bill.paid_minor), sum("Open", bill.balance_minor)]);
}

function payments(bill) {
	const made = bill.expand?.payments_via_bill ?? [];
	if (made.length === 0) return h("p", { class: "none" }, "There is no payment yet.");
	return table("Payments", [["Number"], ["Date"], ["Method"], ["Reference"], ["State"], ["Amount", true]], made.map((one) =>
		h("tr", {}, h("td", {}, one.number), h("td", {}, showDate(one.created)), h("td", {}, methods[one.method]), h("td", {}, one.reference), h("td", {}, paymentBadge(one)), number(money(one.amount_minor, bill.currency)))));
}

// billView is one bill with its lines and payments, ready to be printed.
export async function billView({ query }) {
	const read = () => get("bills", query.id, { expand: "patient,doctor,appointment,bill_items_via_bill,payments_via_bill" });
	const { number: name } = await read();
	const body = await region(["bills", "payments"], async () => {
		const bill = await read();
		const { patient, doctor, appointment } = bill.expand ?? {};
		return [
			facts({ Status: billBadge(bill), From: [hospital.name, hospital.address].filter(Boolean).join(", "), Patient: patient && patient.name + ", " + patient.mrn, Doctor: doctor?.name,
				Visit: appointment && appointment.number + ", " + showMoment(appointment.starts), Issued: showDay(dayOf(instant(bill.issued_at))) }),
			lines(bill), payments(bill),
			h("div", { class: "actions" }, mayPay(bill) && button("Enter a payment", () => pay(bill), { kind: "main", key: "pay" }), button("Print", () => window.print(), { key: "print" })),
		];
	});
	return [heading("Bill " + name), body];
}
