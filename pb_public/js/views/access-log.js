import { get, list, me } from "../api.js";
import { pages, table } from "../components.js";
import { h, heading, link, tabs } from "../dom.js";
import { roles } from "../labels.js";
import { region } from "../live.js";
import { dayOf, instant, showMoment } from "../time.js";

const shows = { looks: "Looks", changes: "Changes" };
const actions = { looks: ["view", "list", "history", "download", "export"], changes: ["create", "update"] };

// days gathers what one person did on one day.
function days(found) {
	const all = new Map();
	for (const { at, actor_name, role, action, collection } of found) {
		const who = [actor_name || "The hospital", roles[role]].filter(Boolean).join(", ");
		const key = dayOf(instant(at)) + who;
		if (!all.has(key)) all.set(key, { id: key, at, who, what: new Set() });
		all.get(key).what.add(action === "history" ? "the whole record" : collection.replaceAll("_", " "));
	}
	return [...all.values()];
}

// looksView is who opened a patient's record: all of it for the patient and for
// admins, and for others what they did themselves.
export async function looksView({ query }) {
	const show = shows[query.show] ? query.show : "looks";
	const which = actions[show].map((action) => `action = "${action}"`).join(" || ");
	const page = pages();
	const patient = await get("patients", query.patient, { fields: "id,name" });
	const [own, all] = [me().role === "patient", me().role === "admin"];
	const emergencies = await region(["break_glass"], async () =>
		(await list("break_glass", { filter: `patient = "${patient.id}"`, sort: "-created" })).map((one) =>
			h(
				"p",
				{ class: "warned" },
				h("strong", {}, "Opened in an emergency"),
				` on ${showMoment(one.created)}: “${one.reason}”`,
			),
		),
	);
	const looks = await region([], () =>
		page(
			(perPage) => list("audit_log", { filter: `patient = "${patient.id}" && (${which})`, sort: "-at", perPage }),
			(found) =>
				found.length === 0
					? h("p", { class: "none" }, "There is none yet.")
					: table(own || all ? "By anybody" : "By yourself", days(found), ({ at }) => at, [
							["Last on", ({ at }) => showMoment(at)],
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
		tabs("Which", "looks", "show", shows, show, { patient: patient.id }),
		looks,
	];
}
