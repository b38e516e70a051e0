import { create, list, me, newId, quoted, together, update } from "../api.js";
import { button, h, heading, tabs, tell } from "../dom.js";
import { formDialog } from "../form.js";
import { refreshAll, region } from "../live.js";
import { badge, card, pages, rows, searchBox } from "../parts.js";
import { password } from "../people.js";
import { showDate } from "../time.js";
import { accountStatus, choices, roles, tones } from "../words.js";

const shows = { pending: "Waiting", active: "Active", suspended: "Suspended" };

async function set(account, status) {
	try {
		await update("users", account, { status });
		tell(account.name + ": " + accountStatus[status].toLowerCase() + ".");
	} finally {
		await refreshAll();
	}
}

function suspend(account) {
	formDialog("Suspend " + account.name + "?", {
		intro: h("p", {}, "They are signed out at once and cannot sign in again until the account is activated."),
		fields: [], submit: "Suspend",
		send: async () => {
			await update("users", account, { status: "suspended" });
			return account.name + " is suspended.";
		},
	});
}

function accountCard(account) {
	const actions = [
		account.status !== "active" && button("Activate", () => set(account, "active"), { kind: "main", key: "on" + account.id, about: account.name }),
		account.status === "active" && account.id !== me().id && button("Suspend", () => suspend(account), { key: "off" + account.id, about: account.name }),
	];
	return card({
		id: account.id, version: account.updated,
		first: h("strong", {}, roles[account.role]),
		title: account.name,
		lines: [[account.email, account.phone].filter(Boolean).join(" · "), "Since " + showDate(account.created)],
		state: badge(accountStatus[account.status], tones[account.status]),
		actions: actions.filter(Boolean),
	});
}

const staff = Object.fromEntries(Object.entries(roles).filter(([role]) => role !== "patient"));

// profiles are the collections in which some staff have a record beside their account.
const profiles = { doctor: "doctors", nurse: "nurses" };

// appoint makes an account, and with it a doctor's or nurse's record.
async function appoint({ email, password, name, role, department, specialization }, [user, profile]) {
	const account = { id: user, email, password, passwordConfirm: password, name, role };
	if (!profiles[role]) return create("users", account);
	const record = { id: profile, user, name, department, active: true };
	if (role === "doctor") Object.assign(record, { specialization, accepts_online: true });
	return together([["users", account], [profiles[role], record]]);
}

async function newAccount() {
	const ids = [newId(), newId()];
	const departments = await list("departments", { filter: "active = true", sort: "name" });
	formDialog("Make a staff account", {
		fields: [
			{ name: "role", label: "Role", type: "select", options: choices(staff, "Choose a role"), required: true },
			{ name: "name", label: "Full name", required: true, maxlength: 120, autocomplete: "off" },
			{ name: "email", label: "E-mail", type: "email", required: true, autocomplete: "off" },
			password,
			{ name: "department", label: "Department of a doctor or nurse", type: "select", options: [["", "None"], ...departments.map(({ id, name }) => [id, name])] },
			{ name: "specialization", label: "Specialization of a doctor", maxlength: 120 },
		],
		submit: "Make the account",
		send: async (values) => {
			await appoint(values, ids);
			return values.name + " can sign in.";
		},
	});
}

// accountsView is who can sign in, and who waits for it.
export async function accountsView({ query }) {
	const show = shows[query.show] ? query.show : "pending";
	let text = "";
	const page = pages();
	const accounts = await region(["users"], () => page(
		(perPage) => list("users", { filter: `status = "${show}"` + (text && " && name ~ " + quoted(text)), sort: show === "pending" ? "created" : "name", perPage }),
		(found) => rows(found, accountCard, show === "pending" ? "Nobody waits to be activated." : "There is no such account.")));
	const search = searchBox("Name", (typed) => {
		text = typed;
		return refreshAll();
	});
	return [heading("Accounts", button("Make a staff account", newAccount, { kind: "main" })), tabs("Which accounts", "accounts", "show", shows, show), search, accounts];
}
