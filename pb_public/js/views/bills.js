import { list, me, quoted } from "../api.js";
import { accounting, begin, billCard } from "../bills.js";
import { folded, pages, rows, searchBox } from "../components.js";
import { button, heading, tabs } from "../dom.js";
import { refreshAll, region } from "../live.js";

const shows = { open: "Open", paid: "Paid", draft: "Drafts", all: "All" };
const filters = {
	open: 'status = "unpaid" || status = "partially_paid"',
	paid: 'status = "paid"',
	draft: 'status = "draft"',
	all: "",
};
const ofPatients = { open: shows.open, paid: shows.paid, all: shows.all };

// named finds bills by a patient's name or by number.
function named(text) {
	if (!text) return "";
	const name =
		me().role === "accountant" ? `patient.name ~ ${quoted(text)}` : `patient.name_key ~ ${quoted(folded(text))}`;
	return `(${name} || number ~ ${quoted(text)})`;
}

// billsView is the bills a reader may see, the newest first.
export async function billsView({ query, open }) {
	const show = shows[query.show] ? query.show : me().role === "patient" ? "all" : "open";
	let text = "";
	const page = pages();
	const search =
		me().role !== "patient" &&
		searchBox("Patient or bill number", (typed) => {
			text = typed;
			return refreshAll();
		});
	const bills = await region(["bills", "payments"], () =>
		page(
			(perPage) =>
				list("bills", {
					filter: [filters[show] && `(${filters[show]})`, named(text)].filter(Boolean).join(" && "),
					sort: "-issued_at",
					expand: "patient,doctor,payments_via_bill",
					perPage,
				}),
			(found) => rows(found, billCard, "There is no such bill."),
		),
	);
	const add = accounting() && button("New bill", () => begin((id) => open("bill", { id })), { kind: "main" });
	return [
		heading(me().role === "patient" ? "Your bills" : "Bills", add),
		tabs("Which bills", "bills", "show", me().role === "patient" ? ofPatients : shows, show),
		search,
		bills,
	];
}
