// A discount: how it is shown, and who decides on it.

import { currentUser, update } from "./api.js";
import { badge, card } from "./components.js";
import { button, h, link, showStatus } from "./dom.js";
import { discountStatus, tones } from "./labels.js";
import { refreshAll } from "./live.js";
import { formatMoney } from "./money.js";
import { formatDate } from "./time.js";

async function decide(discount, status, done) {
	try {
		await update("discounts", discount, { status });
		showStatus(`The discount of ${formatMoney(discount.amount_minor, discount.currency)} is ${done}.`);
	} finally {
		await refreshAll();
	}
}

// discountCard shows a discount. An admin approves what somebody else asked for.
export function discountCard(discount, bill) {
	const waits = discount.status === "pending",
		own = discount.requested_by === currentUser().id;
	const { requested_by: asked } = discount.expand ?? {};
	const act = (label, status, done, kind) =>
		button(label, () => decide(discount, status, done), {
			key: label + discount.id,
			kind,
			about: formatMoney(discount.amount_minor, discount.currency),
		});
	return card({
		id: discount.id,
		version: discount.version,
		first: h(
			"span",
			{},
			h("strong", {}, formatMoney(discount.amount_minor, discount.currency)),
			h("span", {}, formatDate(discount.created)),
		),
		title: discount.expand?.bill
			? link("bill", bill.expand?.patient?.name ?? bill.number, { id: bill.id })
			: "Discount",
		lines: [
			h("em", {}, `“${discount.reason}”`),
			asked && h("span", { class: "minor" }, `Asked by ${asked.name}`),
			waits && own && h("span", { class: "minor" }, "You asked for it: somebody else decides."),
			waits && !own && currentUser().role !== "admin" && h("span", { class: "minor" }, "An admin decides."),
		],
		state: badge(discountStatus[discount.status], tones[discount.status]),
		actions: [
			waits && !own && currentUser().role === "admin" && act("Approve", "approved", "approved", "main"),
			waits && act("Reject", "rejected", "rejected"),
			discount.status === "approved" && bill.status === "draft" && act("Withdraw", "rejected", "withdrawn"),
		].filter(Boolean),
	});
}
