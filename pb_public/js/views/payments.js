import { list, update } from "../api.js";
import { paymentBadge } from "../bills.js";
import { card, cardList, pager } from "../components.js";
import { discountCard } from "../discounts.js";
import { button, h, heading, link, showStatus, tabs } from "../dom.js";
import { formDialog } from "../form.js";
import { methods, paymentStatus } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { formatMoney } from "../money.js";
import { currentUser } from "../session.js";
import { formatDateTime } from "../time.js";

/** @param {Payment} payment */
async function verify(payment) {
	try {
		await update("payments", payment, { status: "verified" });
		showStatus(`${payment.number} was verified.`);
	} finally {
		await refreshAll();
	}
}

/** @param {Payment} payment */
function reject(payment) {
	formDialog(`Reject ${payment.number}?`, {
		fields: [
			{
				name: "note",
				label: "Note",
				type: "textarea",
				maxlength: 500,
				hint: "For example: no such transfer arrived.",
			},
		],
		submit: "Reject",
		send: async (values) => {
			await update("payments", payment, { status: "rejected", ...values });
			return `${payment.number} was rejected.`;
		},
	});
}

/** @param {Payment} payment */
function paymentCard(payment) {
	const bill = payment.expand?.bill;
	const own = payment.kind === "refund" && payment.recorded_by === currentUser()?.id;
	const actions = [
		!own &&
			button(payment.kind === "refund" ? "Approve" : "Verify", () => verify(payment), {
				kind: "main",
				key: `verify${payment.id}`,
				about: payment.number,
			}),
		button("Reject", () => reject(payment), { key: `reject${payment.id}`, about: payment.number }),
	].filter(Boolean);
	return card({
		id: payment.id,
		version: payment.version,
		first: h(
			"span",
			{},
			h("strong", {}, formatMoney(payment.amount_minor, bill?.currency)),
			h("span", {}, (payment.kind === "refund" ? "Refund, " : "") + methods[payment.method]),
		),
		title: payment.expand?.patient?.name ?? payment.number,
		lines: [
			h(
				"span",
				{},
				payment.number,
				" for ",
				bill ? link("bill", bill.number, { id: bill.id }) : "a bill",
				bill && `, of which ${formatMoney(bill.balance_minor, bill.currency)} is outstanding`,
			),
			[payment.receipt, payment.reference && `Reference: ${payment.reference}`, formatDateTime(payment.created)]
				.filter(Boolean)
				.join(" · "),
			payment.note && h("em", {}, `“${payment.note}”`),
			own &&
				payment.status === "pending" &&
				h("span", { class: "minor" }, "You requested it. Another person has to approve it."),
		],
		state: paymentBadge(payment),
		actions: payment.status === "pending" ? actions : [],
	});
}

/** waitingDiscounts shows the discounts that wait for a decision. */
const waitingDiscounts = () =>
	region(["discounts"], async () => {
		const found = await list("discounts", {
			filter: 'status = "pending"',
			sort: "created",
			expand: "bill.patient,requested_by",
		});
		return (
			found.length > 0 && [
				h("h2", {}, "Discounts to approve"),
				cardList(found, (discount) => discountCard(discount, discount.expand?.bill)),
				h("h2", {}, "Payments to verify"),
			]
		);
	});

/**
 * paymentsView lists the payments, and the discounts that wait for a decision.
 * @param {Navigation} navigation
 */
export async function paymentsView({ query }) {
	const show = paymentStatus[query.show] ? query.show : "pending";
	const page = pager();
	const payments = await region(["payments"], () =>
		page(
			(perPage) =>
				list("payments", {
					filter: `status = "${show}"`,
					sort: show === "pending" ? "created" : "-created",
					expand: "bill,patient",
					perPage,
				}),
			(found) => cardList(found, paymentCard, "No payments."),
		),
	);
	return [
		heading("Payments"),
		tabs("Which payments", "payments", "show", paymentStatus, show),
		show === "pending" && (await waitingDiscounts()),
		payments,
	];
}
