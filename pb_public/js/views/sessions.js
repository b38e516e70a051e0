import { card, cardList } from "../components.js";
import { button, h, heading, showStatus } from "../dom.js";
import { refreshAll, region } from "../live.js";
import { endOtherSessions, sessionRequest } from "../session.js";
import { formatDateTime } from "../time.js";

/** @param {SignIn} session */
async function end(session) {
	await sessionRequest("POST", "/api/hospital/sessions/end", { session: session.id });
	showStatus("The device was signed out.");
	await refreshAll();
}

async function endOthers() {
	await endOtherSessions();
	showStatus("All other devices were signed out.");
	await refreshAll();
}

/** @param {SignIn} session */
const sessionCard = (session) =>
	card({
		id: session.id,
		version: session.last_used,
		first: h("strong", {}, session.current ? "This device" : "Device"),
		title: session.agent || "Unknown program",
		lines: [
			`Signed in ${formatDateTime(session.started)} from ${session.address}`,
			`Last used ${formatDateTime(session.last_used)}`,
		],
		actions: [
			!session.current && button("Sign out", () => end(session), { key: session.id, about: session.agent }),
		],
	});

/** sessionsView lists where the account is signed in. */
export async function sessionsView() {
	const found = await region([], async () => {
		const { sessions } = await sessionRequest("GET", "/api/hospital/sessions");
		return cardList(sessions, sessionCard, "No devices.");
	});
	return [
		heading("Devices"),
		h("p", { class: "actions" }, button("Sign out all other devices", endOthers, { key: "others" })),
		found,
	];
}
