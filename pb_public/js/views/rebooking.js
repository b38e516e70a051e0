import { absentName } from "../absences.js";
import { create, get, list, newId, quote, update } from "../api.js";
import { badge, table } from "../components.js";
import { button, factList, h, heading, link, showStatus } from "../dom.js";
import { form, formDialog } from "../form.js";
import { outcomes, outcomesDone, rebookingStatus, tones } from "../labels.js";
import { refreshAll, region } from "../live.js";
import { visitTimeFields } from "../slot-form.js";
import { formatDateTime, formatTimeRange } from "../time.js";

/**
 * RefusedItem is the item that the API could not apply, as it was then.
 * @typedef {{ item: string, message: string, updated: string | undefined }} RefusedItem
 */

/** @param {RebookingItem} item @returns {Partial<Visit>} */
const visitOf = (item) => item.expand?.appointment ?? {};
/** @param {RebookingItem} item */
const patientName = (item) => visitOf(item).patient_name ?? "The visit";
/** @param {RebookingItem} item */
const title = (item) => `${patientName(item)}, ${formatDateTime(item.old_starts)}`;

/**
 * isOutdated reports whether a visit has changed since its new time was proposed.
 * @param {RebookingItem} item
 */
const isOutdated = (item) =>
	visitOf(item).starts !== item.old_starts ||
	!["pending", "approved"].includes(visitOf(item).status ?? "") ||
	visitOf(item).started_at;

/** @param {RebookingItem} item @param {string} outcome */
async function setOutcome(item, outcome) {
	try {
		await update("rebooking_items", item, { outcome });
		showStatus(`${title(item)}: ${outcomes[outcome].toLowerCase()}.`);
	} finally {
		await refreshAll();
	}
}

/** @param {RebookingItem} item */
async function proposeOtherTime(item) {
	const { doctor, starts } = visitOf(item);
	const time = await visitTimeFields({ doctor, visit: { starts } });
	formDialog(`Another time for ${patientName(item)}`, {
		wide: true,
		intro: h(
			"p",
			{},
			"Previous time: ",
			formatDateTime(item.old_starts),
			", with ",
			visitOf(item).expand?.doctor?.name,
			".",
		),
		fields: [time],
		submit: "Propose this time",
		send: async ({ slot }) => {
			await update("rebooking_items", item, { outcome: "move", starts: slot.starts });
			return `${patientName(item)}: ${formatDateTime(slot.starts)} is proposed.`;
		},
	});
}

/**
 * outcomeCell shows the outcome of a visit, and the error of an item that could not be applied.
 * @param {boolean} proposed
 * @param {RefusedItem | undefined} refused
 * @returns {(item: RebookingItem) => Child}
 */
const outcomeCell = (proposed, refused) => (item) => [
	item.outcome === "move"
		? h("strong", {}, formatDateTime(item.starts))
		: badge((proposed ? outcomes : outcomesDone)[item.outcome], tones[item.outcome]),
	h(
		"span",
		{ class: "minor" },
		proposed && isOutdated(item) ? "The visit has changed since, and will not be moved." : item.why,
	),
	h(
		"span",
		{ class: "error", id: `why${item.id}` },
		refused?.item === item.id && refused.updated === item.updated && refused.message,
	),
];

/** @param {RebookingItem} item */
function actions(item) {
	/**
	 * @param {string} label
	 * @param {(item: RebookingItem) => unknown} run
	 * @param {Record<string, string>} attributes
	 */
	const act = (label, run, attributes) => {
		const one = button(label, () => run(item), { key: label + item.id, about: title(item) });
		for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
		return one;
	};
	const choose = (/** @type {string} */ label, /** @type {string} */ outcome) =>
		act(label, () => setOutcome(item, outcome), { "aria-pressed": String(item.outcome === outcome) });
	return h(
		"div",
		{ class: "actions" },
		act("Other time", proposeOtherTime, { "aria-describedby": `why${item.id}` }),
		choose("Cancel", "cancel"),
		choose("Keep", "keep"),
	);
}

/** @param {boolean} proposed @param {RefusedItem | undefined} refused @returns {Column<RebookingItem>[]} */
const columns = (proposed, refused) => [
	["Previous time", ({ old_starts }) => formatDateTime(old_starts)],
	["Patient", (item) => [patientName(item), h("span", { class: "minor" }, visitOf(item).expand?.patient?.phone)]],
	["Doctor", (item) => visitOf(item).expand?.doctor?.name],
	[proposed ? "Proposal" : "Outcome", outcomeCell(proposed, refused)],
	.../** @type {Column<RebookingItem>[]} */ (proposed ? [["", actions]] : []),
];

/** @param {RebookingItem[]} items @param {string[]} labels */
function countMessage(items, [moved, cancelled, kept]) {
	const n = (/** @type {string} */ outcome) => items.filter((item) => item.outcome === outcome).length;
	return `${n("move")} ${moved}, ${n("cancel")} ${cancelled}, ${n("keep")} ${kept}`;
}

/**
 * rebookingView shows the new times of the visits that fall into an absence. They are checked, changed, and then
 * applied all at once.
 * @param {Navigation} navigation
 */
export async function rebookingView({ query, open }) {
	/** @type {Rebooking} */
	let rebooking;
	/** @type {RebookingItem[]} */
	let items;
	/** @type {RefusedItem | undefined} */
	let refused;
	const nextId = newId();
	const reopen = () => open("rebooking", { id: rebooking.id });

	/** @param {{ note: string }} values */
	async function apply({ note }) {
		try {
			const { moved, cancelled } = await update("rebookings", rebooking, { status: "applied", note });
			await reopen();
			showStatus(
				`The rebooking was applied: ${moved} moved, ${cancelled} cancelled. The patients are notified. ` +
					"Those whom no email reaches are on the call list.",
			);
		} catch (error) {
			if (error.code?.("status") !== "visit_refused") throw error;
			const { params, message } = error.fields.status;
			refused = {
				item: params.item,
				message,
				updated: items.find(({ id }) => id === params.item)?.updated,
			};
			await refreshAll();
			/** @type {HTMLElement | null} */
			const other = document.querySelector(`[data-key="Other time${params.item}"]`);
			other?.focus();
		}
	}

	async function withdraw() {
		await update("rebookings", rebooking, { status: "withdrawn" });
		await reopen();
		showStatus("The rebooking was withdrawn. No visit was changed.");
	}

	/** proposeAgain withdraws the proposal and creates a new one. */
	async function proposeAgain() {
		await update("rebookings", rebooking, { status: "withdrawn" });
		await create("rebookings", { id: nextId, time_off: rebooking.time_off });
		await open("rebooking", { id: nextId });
	}

	const decisionForm = form({
		fields: [
			{
				name: "note",
				label: "Note to the patients whose visits are cancelled",
				type: "textarea",
				maxlength: 1000,
				hint: "If it is empty, they read: The doctor is away at that time.",
			},
		],
		submit: "Apply",
		send: apply,
		secondary: [button("Withdraw", withdraw), button("Propose again", proposeAgain)],
	});
	const body = await region(["rebookings", "rebooking_items", "appointments"], async () => {
		[rebooking, items] = await Promise.all([
			get("rebookings", query.id, { expand: "time_off.doctor,applied_by" }),
			list("rebooking_items", {
				filter: `rebooking = ${quote(query.id ?? "")}`,
				sort: "old_starts,id",
				expand: "appointment.patient,appointment.doctor",
				perPage: 500,
			}),
		]);
		const proposed = rebooking.status === "proposed";
		decisionForm.hidden = !proposed;
		const absence = rebooking.expand?.time_off;
		return [
			factList({
				Absence:
					absence &&
					link("absence", `${absentName(absence)}, ${formatTimeRange(absence.starts, absence.ends)}`, {
						id: absence.id,
					}),
				Status: badge(rebookingStatus[rebooking.status], tones[rebooking.status]),
				Applied: rebooking.applied_at && formatDateTime(rebooking.applied_at),
				Note: rebooking.note,
			}),
			items.length === 0
				? h("p", { class: "empty" }, "No visits to move.")
				: table(
						countMessage(
							items,
							proposed ? ["to move", "to cancel", "to keep"] : ["moved", "cancelled", "kept"],
						),
						items,
						(item) => item.updated + visitOf(item).version,
						columns(proposed, refused),
					),
		];
	});
	return [heading("Rebooking"), body, decisionForm];
}
