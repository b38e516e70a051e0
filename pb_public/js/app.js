// The portal: which views a role has, and how one leads to another.

import { me, onEnd, renew, signOut } from "./api.js";
import { address, button, byId, complain, h, heading, hush, link, tell } from "./dom.js";
import { hospital, loadHospital } from "./hospital.js";
import { roles as roleNames } from "./labels.js";
import { connect, disconnect, forget } from "./live.js";
import { absenceView } from "./views/absence.js";
import { absencesView } from "./views/absences.js";
import { looksView } from "./views/access-log.js";
import { accountsView } from "./views/accounts.js";
import { allVisitsView } from "./views/all-visits.js";
import { billView } from "./views/bill.js";
import { billsView } from "./views/bills.js";
import { bookView } from "./views/book.js";
import { callsView } from "./views/call-list.js";
import { dayView } from "./views/day.js";
import { doctorsView } from "./views/doctors.js";
import { emergenciesView } from "./views/emergencies.js";
import { emergencyView } from "./views/emergency.js";
import { familyView } from "./views/family.js";
import { hoursView } from "./views/hours.js";
import { confirmView, forgottenView, invitationView, newAddressView, resetView, verifyView } from "./views/links.js";
import { myVisitsView } from "./views/my-visits.js";
import { notesView } from "./views/notes.js";
import { patientsView } from "./views/patients.js";
import { paymentsView } from "./views/payments.js";
import { pricesView } from "./views/prices.js";
import { rebookingView } from "./views/rebooking.js";
import { recordView } from "./views/record.js";
import { registerDoctorView, registerView } from "./views/register.js";
import { reportsView } from "./views/reports.js";
import { signInView } from "./views/sign-in.js";

const views = {
	"sign-in": ["Sign in", signInView(begin)],
	register: ["Register", registerView(begin)],
	"register-doctor": ["Register as a doctor", registerDoctorView],
	forgotten: ["Forgotten your password?", forgottenView],
	reset: ["Choose a new password", resetView],
	verify: ["Confirm your address", verifyView],
	"new-address": ["Use your new address", newAddressView],
	confirm: ["Confirm your registration", confirmView(begin)],
	invitation: ["Welcome", invitationView(begin)],
	visits: ["Visits", (at) => (me().role === "patient" ? myVisitsView(at) : allVisitsView(at))],
	day: ["Today", dayView],
	book: ["Book", bookView],
	family: ["Family", familyView],
	record: ["Record", recordView],
	looks: ["Who looked", looksView],
	notes: ["Notes", notesView],
	emergency: ["Emergency", emergencyView],
	emergencies: ["Emergencies", emergenciesView],
	bills: ["Bills", billsView],
	bill: ["Bill", billView],
	patients: ["Patients", patientsView],
	hours: ["Hours", hoursView],
	absences: ["Absences", absencesView],
	absence: ["Absence", absenceView],
	rebooking: ["New times", rebookingView],
	calls: ["Calls", callsView],
	payments: ["Payments", paymentsView],
	accounts: ["Accounts", accountsView],
	doctors: ["Doctors", doctorsView],
	prices: ["Prices", pricesView],
	reports: ["Reports", reportsView],
};

// menus are the views of a role; the first is where it begins.
const menus = {
	guest: ["sign-in", "register", "register-doctor"],
	patient: ["visits", "book", "record", "bills", "family"],
	doctor: ["day", "visits", "patients", "emergency", "hours", "absences"],
	nurse: ["day", "visits", "patients"],
	receptionist: ["day", "visits", "patients", "calls", "absences", "hours", "bills"],
	accountant: ["payments", "bills", "reports", "prices"],
	admin: [
		"accounts",
		"doctors",
		"patients",
		"emergencies",
		"hours",
		"absences",
		"day",
		"visits",
		"calls",
		"bills",
		"payments",
		"reports",
		"prices",
	],
};

// behind are the views that others lead to, each behind a view of the menu.
const clinical = { record: "patients", notes: "patients", looks: "patients" };
const planning = { absence: "absences", rebooking: "absences" };
const behind = {
	patient: { bill: "bills", looks: "record" },
	doctor: { ...planning, ...clinical },
	nurse: clinical,
	receptionist: { ...planning, bill: "bills" },
	accountant: { bill: "bills" },
	admin: { ...planning, ...clinical, bill: "bills" },
};

// mailed are where links in mails lead, whoever follows them.
const mailed = ["forgotten", "reset", "verify", "new-address", "confirm", "invitation"];

const role = () => me()?.role ?? "guest";
const parentOf = (view) => behind[role()]?.[view];
const may = (view) => mailed.includes(view) || menus[role()].includes(parentOf(view) ?? view);

// here is the view that the address names, if the reader has it, or their first.
function here() {
	const [view, query = ""] = location.hash.replace(/^#\//, "").split("?");
	return may(view)
		? { view, query: Object.fromEntries(new URLSearchParams(query)) }
		: { view: menus[role()][0], query: {} };
}

let turn = 0;

// show draws the view of the address, and gives its heading the focus.
async function show({ focus = true } = {}) {
	const mine = ++turn;
	const { view, query } = here();
	for (const box of document.querySelectorAll("dialog")) box.close();
	forget();
	hush();
	frame(view);
	const content = await draw(view, query).catch(lost);
	if (mine !== turn) return;
	byId("main").replaceChildren(...[content].flat().filter(Boolean));
	document.title = `${byId("main").querySelector("h1")?.textContent ?? views[view][0]} – ${hospital.name}`;
	if (!focus) return;
	byId("main").querySelector("h1")?.focus({ preventScroll: true });
	window.scrollTo(0, 0);
}

const draw = async (view, query) => views[view][1]({ query, open });

const lost = (error) => [
	heading("This did not work"),
	h("p", {}, error.message),
	h(
		"p",
		{ class: "actions" },
		button("Try again", () => show(), { kind: "main" }),
		link("", "Back to the start", {}, { class: "button" }),
	),
];

// open goes to a view; it is over when the view is drawn.
async function open(view, query) {
	const next = address(view, query);
	if (location.hash !== next) history.pushState(null, "", next);
	await show();
}

// frame draws what is around every view.
function frame(current) {
	byId("brand").textContent = hospital.name;
	byId("place").textContent = [hospital.name, hospital.address, hospital.phone].filter(Boolean).join(" · ");
	byId("nav").replaceChildren(
		...menus[role()].map((view) =>
			link(
				view,
				views[view][0],
				{},
				{ "aria-current": view === current ? "page" : view === parentOf(current) && "true" },
			),
		),
	);
	byId("who").replaceChildren(
		...(me()
			? [
					h("span", {}, me().name, h("small", {}, roleNames[me().role])),
					h("button", { type: "button", class: "quiet", click: signOut }, "Sign out"),
				]
			: []),
	);
}

// begin is what happens after somebody signed in.
async function begin() {
	connect();
	history.replaceState(
		null,
		"",
		location.hash.startsWith("#/bill") && may(here().view) ? location.hash : address(menus[role()][0]),
	);
	await show();
}

onEnd(async (sentence) => {
	disconnect();
	history.replaceState(null, "", address("sign-in"));
	await show();
	tell(sentence);
});

byId("skip").addEventListener("click", (event) => {
	event.preventDefault();
	byId("main").focus();
});

window.addEventListener("hashchange", () => show());
window.addEventListener("unhandledrejection", ({ reason }) => complain(reason?.message ?? String(reason)));

byId("dismiss").addEventListener("click", hush);

async function start() {
	await loadHospital();
	if (me() && !(await renew())) return; // that the session is over has been shown
	if (me()) connect();
	await show({ focus: false });
}

start().catch((error) => byId("main").replaceChildren(...lost(error)));
