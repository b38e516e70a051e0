import { currentUser, list, quote } from "../api.js";
import { billCard, managesBills, newBill } from "../bills.js";
import { cardList, foldName, pager, searchBox } from "../components.js";
import { button, heading, tabs } from "../dom.js";
import { refreshAll, region } from "../live.js";

const shows = { open: "Open", paid: "Paid", draft: "Drafts", all: "All" };
const filters = {
	open: 'status = "unpaid" || status = "partially_paid"',
	paid: 'status = "paid"',
	draft: 'status = "draft"',
	all: "",
};
const showsForPatients = { open: shows.open, paid: shows.paid, all: shows.all };

// named finds bills by a patient's name or by number.
function searchFilter(text) {
	if (!text) return "";
	const name =
		currentUser().role === "accountant"
			? `patient.name ~ ${quote(text)}`
			: `patient.name_key ~ ${quote(foldName(text))}`;
	return `(${name} || number ~ ${quote(text)})`;
}

// billsView is the bills a reader may see, the newest first.
export async function billsView({ query, open }) {
	const show = shows[query.show] ? query.show : currentUser().role === "patient" ? "all" : "open";
	let text = "";
	const page = pager();
	const search =
		currentUser().role !== "patient" &&
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
			(found) => cardList(found, billCard, "There is no such bill."),
		),
	);
	const add = managesBills() && button("New bill", () => newBill((id) => open("bill", { id })), { kind: "main" });
	return [
		heading(currentUser().role === "patient" ? "Your bills" : "Bills", add),
		tabs("Which bills", "bills", "show", currentUser().role === "patient" ? showsForPatients : shows, show),
		search,
		bills,
	];
}
