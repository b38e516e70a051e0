import { create, createAll, list, newId, quote, update } from "../api.js";
import { badge, card, cardList, pager, searchBox } from "../components.js";
import { button, h, heading, showStatus, tabs } from "../dom.js";
import { formDialog } from "../form.js";
import { accountStatus, roles, tones, toOptions } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { newPasswordField } from "../people.js";
import { currentUser } from "../session.js";
import { formatDate } from "../time.js";
import { invitationList, inviteStaff, profileFields, staffRoles } from "./invitations.js";
import { alertList, mailServerHint, registrationList } from "./registrations.js";

/** @type {Record<string, string>} */
const tabLabels = {
	pending: "Pending",
	active: "Active",
	suspended: "Suspended",
	invited: "Invited",
	unconfirmed: "Not confirmed",
};

/** @param {User} account @param {string} status */
async function setStatus(account, status) {
	try {
		await update("users", account, { status });
		showStatus(`${account.name}: ${accountStatus[status].toLowerCase()}.`);
	} finally {
		await refreshAll();
	}
}

/** @param {User} account */
function suspend(account) {
	formDialog(`Suspend ${account.name}?`, {
		intro: h("p", {}, "They are signed out at once and cannot sign in again until the account is activated."),
		fields: [],
		submit: "Suspend",
		send: async () => {
			await update("users", account, { status: "suspended" });
			return `${account.name} was suspended.`;
		},
	});
}

/** @param {User} account */
function accountCard(account) {
	const actions = [
		account.status !== "active" &&
			button("Activate", () => setStatus(account, "active"), {
				kind: "main",
				key: `on${account.id}`,
				about: account.name,
			}),
		account.status === "active" &&
			account.id !== currentUser()?.id &&
			button("Suspend", () => suspend(account), { key: `off${account.id}`, about: account.name }),
	];
	return card({
		id: account.id,
		version: account.updated,
		first: h("strong", {}, roles[account.role]),
		title: account.name,
		lines: [[account.email, account.phone].filter(Boolean).join(" · "), `Since ${formatDate(account.created)}`],
		state: badge(accountStatus[account.status], tones[account.status]),
		actions,
	});
}

/**
 * profiles are the collections in which some staff have a record beside their account.
 * @type {Record<string, "doctors" | "nurses">}
 */
const profiles = { doctor: "doctors", nurse: "nurses" };

/**
 * createAccount creates an account and, for a doctor or a nurse, their profile.
 * @param {Values} values
 * @param {string[]} ids of the account and the profile
 */
async function createAccount({ email, password, name, role, department, specialization }, [user, profile]) {
	const account = { id: user, email, password, passwordConfirm: password, name, role };
	if (!profiles[role]) return create("users", account);
	const record = { id: profile, user, name, department, active: true };
	if (role === "doctor") Object.assign(record, { specialization, accepts_online: true });
	return createAll([
		["users", account],
		[profiles[role], record],
	]);
}

async function newAccount() {
	const ids = [newId(), newId()];
	formDialog("Create staff account", {
		fields: [
			{
				name: "role",
				label: "Role",
				type: "select",
				options: toOptions(staffRoles, "Choose a role"),
				required: true,
			},
			{ name: "name", label: "Full name", required: true, maxlength: 120, autocomplete: "off" },
			{ name: "email", label: "Email", type: "email", required: true, autocomplete: "off" },
			newPasswordField,
			...(await profileFields()),
		],
		submit: "Create account",
		send: async (values) => {
			await createAccount(values, ids);
			return `The account of ${values.name} was created.`;
		},
	});
}

/**
 * accountsView lists the accounts: active, suspended, and those that wait for an admin.
 * @param {Navigation} navigation
 */
export async function accountsView({ query }) {
	const show = tabLabels[query.show] ? query.show : "pending";
	let text = "";
	const page = pager();
	const title = heading(
		"Accounts",
		h(
			"div",
			{ class: "actions" },
			button("Create staff account", newAccount),
			button("Invite staff", inviteStaff, { kind: "main" }),
		),
	);
	const head = [title, await mailServerHint(), await region(["alerts"], alertList)].flat();
	const tabBar = tabs("Which accounts", "accounts", "show", tabLabels, show);
	if (show === "invited") return [...head, tabBar, await region(["invitations"], () => invitationList(page))];
	if (show === "unconfirmed") return [...head, tabBar, await region(["registrations"], () => registrationList(page))];
	const accounts = await region(["users"], () =>
		page(
			(perPage) =>
				list("users", {
					filter: `status = "${show}"${text && ` && name ~ ${quote(text)}`}`,
					sort: show === "pending" ? "created" : "name",
					perPage,
				}),
			(found) =>
				cardList(found, accountCard, show === "pending" ? "No accounts wait for activation." : "No accounts."),
		),
	);
	const search = searchBox("Name", (typed) => {
		text = typed;
		return refreshAll();
	});
	return [...head, tabBar, search, accounts];
}
