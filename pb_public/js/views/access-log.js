import { currentUser, get, list } from "../api.js";
import { pager, table } from "../components.js";
import { h, heading, link, tabs } from "../dom.js";
import { roles } from "../labels.js";
import { region } from "../live.js";
import { dayOf, formatDateTime, parseInstant } from "../time.js";

const shows = { reads: "Looks", changes: "Changes" };
const actions = { reads: ["view", "list", "history", "download", "export"], changes: ["create", "update"] };

// days gathers what one person did on one day.
function groupByDay(found) {
	const peopleByDay = new Map();
	for (const { at, actor_name, role, action, collection } of found) {
		const who = [actor_name || "The hospital", roles[role]].filter(Boolean).join(", ");
		const key = dayOf(parseInstant(at)) + who;
		if (!peopleByDay.has(key)) peopleByDay.set(key, { id: key, at, who, what: new Set() });
		peopleByDay.get(key).what.add(action === "history" ? "the whole record" : collection.replaceAll("_", " "));
	}
	return [...peopleByDay.values()];
}

// accessLogView is who opened a patient's record: all of it for the patient and for
// admins, and for others what they did themselves.
export async function accessLogView({ query }) {
	const show = shows[query.show] ? query.show : "reads";
	const which = actions[show].map((action) => `action = "${action}"`).join(" || ");
	const page = pager();
	const patient = await get("patients", query.patient, { fields: "id,name" });
	const [isPatient, isAdmin] = [currentUser().role === "patient", currentUser().role === "admin"];
	const emergencies = await region(["break_glass"], async () =>
		(await list("break_glass", { filter: `patient = "${patient.id}"`, sort: "-created" })).map((one) =>
			h(
				"p",
				{ class: "warned" },
				h("strong", {}, "Opened in an emergency"),
				` on ${formatDateTime(one.created)}: “${one.reason}”`,
			),
		),
	);
	const log = await region([], () =>
		page(
			(perPage) => list("audit_log", { filter: `patient = "${patient.id}" && (${which})`, sort: "-at", perPage }),
			(found) =>
				found.length === 0
					? h("p", { class: "none" }, "There is none yet.")
					: table(isPatient || isAdmin ? "By anybody" : "By yourself", groupByDay(found), ({ at }) => at, [
							["Last on", ({ at }) => formatDateTime(at)],
							["Who", ({ who }) => who],
							["What", ({ what }) => [...what].sort().join(", ")],
						]),
		),
	);
	return [
		heading(
			`Who looked at the record of ${patient.name}`,
			link("record", "The record", { patient: patient.id }, { class: "button" }),
		),
		emergencies,
		tabs("Which", "access-log", "show", shows, show, { patient: patient.id }),
		log,
	];
}
