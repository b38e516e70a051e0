// The portal: the views of each role, and how one leads to another.

import { errorPage } from "./components.js";
import { address, byId, clear, h, link, showError, showStatus } from "./dom.js";
import { hospital, loadHospital } from "./hospital.js";
import { roles as roleNames } from "./labels.js";
import { clearRegions, connect, disconnect } from "./live.js";
import { mayOpen, menus, ownViews, parentOf } from "./menus.js";
import { currentUser, onSessionEnd, refreshSession, role, signOut } from "./session.js";
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
import { messagesView } from "./views/messages.js";
import { myVisitsView } from "./views/my-visits.js";
import { notesView } from "./views/notes.js";
import { noticesView } from "./views/notices.js";
import { patientsView } from "./views/patients.js";
import { paymentsView } from "./views/payments.js";
import { preferencesView } from "./views/preferences.js";
import { pricesView } from "./views/prices.js";
import { rebookingView } from "./views/rebooking.js";
import { recordView } from "./views/record.js";
import { registerDoctorView, registerView } from "./views/register.js";
import { reportsView } from "./views/reports.js";
import { sessionsView } from "./views/sessions.js";
import { settingsView } from "./views/settings.js";
import { signInView } from "./views/sign-in.js";
import { statisticsView } from "./views/statistics.js";
import { threadView } from "./views/thread.js";
import { unsubscribeView } from "./views/unsubscribe.js";
import { unusualReadsView } from "./views/unusual-reads.js";

/**
 * views are the title and the function of each view.
 * @type {Record<string, [title: string, view: View]>}
 */
const views = {
	"sign-in": ["Sign in", signInView(afterSignIn)],
	register: ["Register", registerView(afterSignIn)],
	"register-doctor": ["Register as a doctor", registerDoctorView],
	forgotten: ["Forgot your password?", forgottenView],
	reset: ["Choose a new password", resetView],
	verify: ["Confirm your email address", verifyView],
	"new-address": ["Confirm your new email address", newAddressView],
	confirm: ["Confirm your registration", confirmView(afterSignIn)],
	invitation: ["Welcome", invitationView(afterSignIn)],
	unsubscribe: ["Stop mails", unsubscribeView],
	visits: ["Visits", (navigation) => (role() === "patient" ? myVisitsView() : allVisitsView(navigation))],
	day: ["Today", dayView],
	book: ["Request appointment", bookView],
	family: ["Family", familyView],
	record: ["Record", recordView],
	"access-log": ["Access log", accessLogView],
	notes: ["Notes", notesView],
	notices: ["Notices", noticesView],
	preferences: ["Mails", preferencesView],
	emergency: ["Emergency", emergencyView],
	emergencies: ["Emergencies", emergenciesView],
	"unusual-reads": ["Unusual reads", unusualReadsView],
	messages: ["Messages", messagesView],
	thread: ["Conversation", threadView],
	bills: ["Bills", billsView],
	bill: ["Bill", billView],
	patients: ["Patients", patientsView],
	hours: ["Hours", hoursView],
	absences: ["Absences", absencesView],
	absence: ["Absence", absenceView],
	rebooking: ["Rebooking", rebookingView],
	"call-list": ["Calls", callListView],
	payments: ["Payments", paymentsView],
	accounts: ["Accounts", accountsView],
	doctors: ["Doctors", doctorsView],
	prices: ["Prices", pricesView],
	reports: ["Reports", reportsView],
	statistics: ["Statistics", statisticsView],
	sessions: ["Devices", sessionsView],
	settings: ["Settings", settingsView],
};

/**
 * currentView is the view of the address, or the first view of the role.
 * @returns {{ view: string, query: Record<string, string> }}
 */
function currentView() {
	const [view, query = ""] = location.hash.replace(/^#\//, "").split("?");
	return mayOpen(view)
		? { view, query: Object.fromEntries(new URLSearchParams(query)) }
		: { view: menus[role()][0], query: {} };
}

let turn = 0;

/** render draws the current view, and focuses its heading. */
async function render({ focus = true } = {}) {
	const ownTurn = ++turn;
	const { view, query } = currentView();
	for (const box of document.querySelectorAll("dialog")) box.close();
	clearRegions();
	clear();
	drawFrame(view);
	const content = await drawView(view, query).catch(failed);
	if (ownTurn !== turn) return;
	byId("main").replaceChildren(...h("div", {}, content).childNodes);
	document.title = `${byId("main").querySelector("h1")?.textContent ?? views[view][0]} – ${hospital.name}`;
	if (!focus) return;
	byId("main").querySelector("h1")?.focus({ preventScroll: true });
	window.scrollTo(0, 0);
}

/** @param {string} view @param {Record<string, string>} query */
const drawView = async (view, query) => views[view][1]({ query, open });

/** @param {Error} error */
const failed = (error) => errorPage(error, () => render());

/**
 * open goes to a view. It resolves when the view is drawn.
 * @param {string} view
 * @param {Query} [query]
 */
async function open(view, query) {
	const next = address(view, query);
	if (location.hash !== next) history.pushState(null, "", next);
	await render();
}

/**
 * drawFrame draws the parts around the view.
 * @param {string} current
 */
function drawFrame(current) {
	byId("brand").textContent = hospital.name;
	byId("contact").textContent = [hospital.name, hospital.address, hospital.phone].filter(Boolean).join(" · ");
	const user = currentUser();
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
	byId("user").replaceChildren(
		...(user
			? [
					h("span", {}, user.name, h("small", {}, roleNames[role()])),
					...ownViews()
						.toReversed()
						.map((view) => link(view, views[view][0], {}, { "aria-current": current === view && "page" })),
					h("button", { type: "button", class: "quiet", click: signOut }, "Sign out"),
				]
			: []),
	);
}

/** afterSignIn opens the bill that the address names, or the first view of the role. */
async function afterSignIn() {
	connect();
	history.replaceState(
		null,
		"",
		location.hash.startsWith("#/bill") && mayOpen(currentView().view) ? location.hash : address(menus[role()][0]),
	);
	await render();
}

onSessionEnd(async (message) => {
	disconnect();
	history.replaceState(null, "", address("sign-in"));
	await render();
	showStatus(message);
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
	if (currentUser() && !(await refreshSession())) return; // the end of the session has been shown
	if (currentUser()) connect();
	await render({ focus: false });
}

start().catch((error) => byId("main").replaceChildren(...h("div", {}, failed(error)).childNodes));
