// The portal: which views a role has, and how one leads to another.

import { currentUser, onSessionEnd, refreshSession, signOut } from "./api.js";
import { address, button, byId, clear, h, heading, link, showError, showStatus } from "./dom.js";
import { hospital, loadHospital } from "./hospital.js";
import { roles as roleNames } from "./labels.js";
import { clearRegions, connect, disconnect } from "./live.js";
import { absenceView } from "./views/absence.js";
import { absencesView } from "./views/absences.js";
import { accessLogView } from "./views/access-log.js";
import { accountsView } from "./views/accounts.js";
import { allVisitsView } from "./views/all-visits.js";
import { billView } from "./views/bill.js";
import { billsView } from "./views/bills.js";
import { bookView } from "./views/book.js";
import { callListView } from "./views/call-list.js";
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
	"sign-in": ["Sign in", signInView(afterSignIn)],
	register: ["Register", registerView(afterSignIn)],
	"register-doctor": ["Register as a doctor", registerDoctorView],
	forgotten: ["Forgotten your password?", forgottenView],
	reset: ["Choose a new password", resetView],
	verify: ["Confirm your address", verifyView],
	"new-address": ["Use your new address", newAddressView],
	confirm: ["Confirm your registration", confirmView(afterSignIn)],
	invitation: ["Welcome", invitationView(afterSignIn)],
	visits: ["Visits", (at) => (currentUser().role === "patient" ? myVisitsView(at) : allVisitsView(at))],
	day: ["Today", dayView],
	book: ["Book", bookView],
	family: ["Family", familyView],
	record: ["Record", recordView],
	"access-log": ["Who looked", accessLogView],
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
	"call-list": ["Calls", callListView],
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
	receptionist: ["day", "visits", "patients", "call-list", "absences", "hours", "bills"],
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
		"call-list",
		"bills",
		"payments",
		"reports",
		"prices",
	],
};

// behind are the views that others lead to, each behind a view of the menu.
const clinical = { record: "patients", notes: "patients", "access-log": "patients" };
const planning = { absence: "absences", rebooking: "absences" };
const subviews = {
	patient: { bill: "bills", "access-log": "record" },
	doctor: { ...planning, ...clinical },
	nurse: clinical,
	receptionist: { ...planning, bill: "bills" },
	accountant: { bill: "bills" },
	admin: { ...planning, ...clinical, bill: "bills" },
};

// mailed are where links in mails lead, whoever follows them.
const guestViews = ["forgotten", "reset", "verify", "new-address", "confirm", "invitation"];

const role = () => currentUser()?.role ?? "guest";
const parentOf = (view) => subviews[role()]?.[view];
const mayOpen = (view) => guestViews.includes(view) || menus[role()].includes(parentOf(view) ?? view);

// here is the view that the address names, if the reader has it, or their first.
function currentView() {
	const [view, query = ""] = location.hash.replace(/^#\//, "").split("?");
	return mayOpen(view)
		? { view, query: Object.fromEntries(new URLSearchParams(query)) }
		: { view: menus[role()][0], query: {} };
}

let turn = 0;

// show draws the view of the address, and gives its heading the focus.
async function render({ focus = true } = {}) {
	const ownTurn = ++turn;
	const { view, query } = currentView();
	for (const box of document.querySelectorAll("dialog")) box.close();
	clearRegions();
	clear();
	drawFrame(view);
	const content = await drawView(view, query).catch(errorPage);
	if (ownTurn !== turn) return;
	byId("main").replaceChildren(...[content].flat().filter(Boolean));
	document.title = `${byId("main").querySelector("h1")?.textContent ?? views[view][0]} – ${hospital.name}`;
	if (!focus) return;
	byId("main").querySelector("h1")?.focus({ preventScroll: true });
	window.scrollTo(0, 0);
}

const drawView = async (view, query) => views[view][1]({ query, open });

const errorPage = (error) => [
	heading("This did not work"),
	h("p", {}, error.message),
	h(
		"p",
		{ class: "actions" },
		button("Try again", () => render(), { kind: "main" }),
		link("", "Back to the start", {}, { class: "button" }),
	),
];

// open goes to a view; it is over when the view is drawn.
async function open(view, query) {
	const next = address(view, query);
	if (location.hash !== next) history.pushState(null, "", next);
	await render();
}

// frame draws what is around every view.
function drawFrame(current) {
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
		...(currentUser()
			? [
					h("span", {}, currentUser().name, h("small", {}, roleNames[currentUser().role])),
					h("button", { type: "button", class: "quiet", click: signOut }, "Sign out"),
				]
			: []),
	);
}

// begin is what happens after somebody signed in.
async function afterSignIn() {
	connect();
	history.replaceState(
		null,
		"",
		location.hash.startsWith("#/bill") && mayOpen(currentView().view) ? location.hash : address(menus[role()][0]),
	);
	await render();
}

onSessionEnd(async (sentence) => {
	disconnect();
	history.replaceState(null, "", address("sign-in"));
	await render();
	showStatus(sentence);
});

byId("skip").addEventListener("click", (event) => {
	event.preventDefault();
	byId("main").focus();
});

window.addEventListener("hashchange", () => render());
window.addEventListener("unhandledrejection", ({ reason }) => showError(reason?.message ?? String(reason)));

byId("dismiss").addEventListener("click", clear);

async function start() {
	await loadHospital();
	if (currentUser() && !(await refreshSession())) return; // that the session is over has been shown
	if (currentUser()) connect();
	await render({ focus: false });
}

start().catch((error) => byId("main").replaceChildren(...errorPage(error)));
