import { get, list } from "../api.js";
import { pager, table } from "../components.js";
import { h, heading, link, tabs } from "../dom.js";
import { roles } from "../labels.js";
import { region } from "../live.js";
import { role } from "../session.js";
import { dayOf, formatDateTime, parseInstant } from "../time.js";

/** @type {Record<string, string>} */
const tabLabels = { reads: "Read", changes: "Changed" };
/** @type {Record<string, string[]>} */
const actions = { reads: ["view", "list", "history", "download", "export"], changes: ["create", "update"] };

/**
 * groupByDay gathers what each person did on one day.
 * @param {AuditEntry[]} found
 */
function groupByDay(found) {
	/** @type {Map<string, { id: string, at: string, who: string, what: Set<string> }>} */
	const peopleByDay = new Map();
	for (const { at, actor_name, role, action, collection } of found) {
		const who = [actor_name || "System", roles[role]].filter(Boolean).join(", ");
		const key = dayOf(parseInstant(at)) + who;
		const entry = peopleByDay.get(key) ?? { id: key, at, who, what: new Set() };
		entry.what.add(action === "history" ? "whole record" : collection.replaceAll("_", " "));
		peopleByDay.set(key, entry);
	}
	return [...peopleByDay.values()];
}

/**
 * accessLogView shows who opened or changed a patient's record: everybody for the patient and for admins, only
 * themselves for others.
 * @param {Navigation} navigation
 */
export async function accessLogView({ query }) {
	const show = tabLabels[query.show] ? query.show : "reads";
	const which = actions[show].map((action) => `action = "${action}"`).join(" || ");
	const page = pager();
	const patient = await get("patients", query.patient, { fields: "id,name" });
	const [isPatient, isAdmin] = [role() === "patient", role() === "admin"];
	const emergencies = await region(["break_glass"], async () =>
		(await list("break_glass", { filter: `patient = "${patient.id}"`, sort: "-created" })).map((one) =>
			h(
				"p",
				{ class: "warning" },
				h("strong", {}, "Emergency access"),
				` on ${formatDateTime(one.created)}: “${one.reason}”`,
			),
		),
	);
	const log = await region([], () =>
		page(
			(perPage) => list("audit_log", { filter: `patient = "${patient.id}" && (${which})`, sort: "-at", perPage }),
			(found) =>
				found.length === 0
					? h("p", { class: "empty" }, "No entries yet.")
					: table(isPatient || isAdmin ? "Everyone" : "Only you", groupByDay(found), ({ at }) => at, [
							["Last time", ({ at }) => formatDateTime(at)],
							["Who", ({ who }) => who],
							["What", ({ what }) => [...what].sort().join(", ")],
						]),
		),
	);
	return [
		heading(
			`Access log of ${patient.name}`,
			link("record", "Open record", { patient: patient.id }, { class: "button" }),
		),
		emergencies,
		tabs("Which", "access-log", "show", tabLabels, show, { patient: patient.id }),
		log,
	];
}
