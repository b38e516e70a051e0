import { list, quote } from "../api.js";
import { newBill } from "../bill-forms.js";
import { billCard, managesBills } from "../bills.js";
import { cardList, pager, searchBox } from "../components.js";
import { button, heading, tabs } from "../dom.js";
import { refreshAll, region } from "../live.js";
import { foldName } from "../names.js";
import { role } from "../session.js";

/** @type {Record<string, string>} */
const tabLabels = { open: "Outstanding", paid: "Paid", draft: "Drafts", all: "All" };
/** @type {Record<string, string>} */
const filters = {
	open: 'status = "unpaid" || status = "partially_paid"',
	paid: 'status = "paid"',
	draft: 'status = "draft"',
	all: "",
};
/** @type {Record<string, string>} */
const patientTabLabels = { open: tabLabels.open, paid: tabLabels.paid, all: tabLabels.all };

/**
 * searchFilter finds bills by the name of the patient, or by number.
 * @param {string} text
 */
function searchFilter(text) {
	if (!text) return "";
	const name =
		role() === "accountant" ? `patient.name ~ ${quote(text)}` : `patient.name_key ~ ${quote(foldName(text))}`;
	return `(${name} || number ~ ${quote(text)})`;
}

/**
 * billsView lists the bills that the reader may see, the newest first.
 * @param {Navigation} navigation
 */
export async function billsView({ query, open }) {
	const show = tabLabels[query.show] ? query.show : role() === "patient" ? "all" : "open";
	let text = "";
	const page = pager();
	const search =
		role() !== "patient" &&
		searchBox("Patient or bill number", (typed) => {
			text = typed;
			return refreshAll();
		});
	const bills = await region(["bills", "payments"], () =>
		page(
			(perPage) =>
				list("bills", {
					filter: [filters[show] && `(${filters[show]})`, searchFilter(text)].filter(Boolean).join(" && "),
					sort: "-issued_at",
					expand: "patient,doctor,payments_via_bill",
					perPage,
				}),
			(found) => cardList(found, billCard, "No bills."),
		),
	);
	const add = managesBills() && button("New bill", () => newBill((id) => open("bill", { id })), { kind: "main" });
	return [
		heading(role() === "patient" ? "Your bills" : "Bills", add),
		tabs("Which bills", "bills", "show", role() === "patient" ? patientTabLabels : tabLabels, show),
		search,
		bills,
	];
}
