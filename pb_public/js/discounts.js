// Discounts: how they are shown, and who decides on them.

import { update } from "./api.js";
import { badge, card } from "./components.js";
import { button, h, link, showStatus } from "./dom.js";
import { discountStatus, tones } from "./labels.js";
import { refreshAll } from "./live.js";
import { formatMoney } from "./money.js";
import { currentUser, role } from "./session.js";
import { formatDate } from "./time.js";

/** @param {Discount} discount */
const noun = (discount) => (discount.credit ? "Credit note" : "Discount");

/** @param {Discount} discount @param {string} status @param {string} done */
async function decide(discount, status, done) {
	try {
		await update("discounts", discount, { status });
		showStatus(`${noun(discount)} of ${formatMoney(discount.amount_minor, discount.currency)}: ${done}.`);
	} finally {
		await refreshAll();
	}
}

/**
 * discountCard shows a discount. An admin approves one that somebody else asked for.
 * @param {Discount} discount
 * @param {Bill} [bill]
 */
export function discountCard(discount, bill) {
	const waits = discount.status === "pending";
	const own = discount.requested_by === currentUser()?.id;
	const listed = discount.expand?.bill; // in a list of discounts of several bills
	const requester = discount.expand?.requested_by;
	/** @param {string} label @param {string} status @param {string} done @param {ButtonOptions["kind"]} [kind] */
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
		title: listed ? link("bill", listed.expand?.patient?.name ?? listed.number, { id: listed.id }) : noun(discount),
		lines: [
			h("em", {}, `“${discount.reason}”`),
			requester && h("span", { class: "minor" }, `Requested by ${requester.name}`),
			waits && own && h("span", { class: "minor" }, "You requested it. Another person has to decide."),
			waits && !own && role() !== "admin" && h("span", { class: "minor" }, "It waits for an admin."),
		],
		state: badge(discountStatus[discount.status], tones[discount.status]),
		actions: [
			waits && !own && role() === "admin" && act("Approve", "approved", "approved", "main"),
			waits && act("Reject", "rejected", "rejected"),
			discount.status === "approved" && bill?.status === "draft" && act("Withdraw", "rejected", "withdrawn"),
		],
	});
}
