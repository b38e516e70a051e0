import { get, list, newId, quote, update } from "../api.js";
import { button, h, heading, link, showStatus } from "../dom.js";
import { field } from "../fields.js";
import { form } from "../form.js";
import { refreshAll, region } from "../live.js";
import { markSeen, messageItem, otherSide, sendMessage, sharedDocuments, textField, visitText } from "../messages.js";

/**
 * threadView is one conversation, with a box to write in.
 * @param {Navigation} navigation
 */
export async function threadView({ query }) {
	const thread = await get("threads", query.id, { expand: "patient,doctor,appointment" });
	const box = await writeBox(thread);
	const conversation = await region(["threads", "messages"], async () => {
		const [current, messages] = await Promise.all([
			get("threads", thread.id, { expand: "patient,doctor,appointment" }),
			list("messages", { filter: `thread = ${quote(thread.id)}`, sort: "-created", expand: "document" }),
		]);
		box.hidden = current.closed;
		markSeen(messages).catch(() => {}); // they stay unread, and are marked the next time
		return [
			h(
				"ol",
				{ class: "conversation", "aria-label": "Conversation" },
				messages.reverse().map((one) => messageItem(one, current)),
			),
			current.closed && h("p", { class: "empty" }, "This conversation is closed."),
			h("div", { class: "actions" }, closeButton(current)),
		];
	});
	return [
		heading(thread.subject, link("messages", "All messages", {}, { class: "button" })),
		h("p", { class: "hint" }, [otherSide(thread), visitText(thread)].filter(Boolean).join(" · ")),
		conversation,
		box,
	];
}

/** @param {Thread} thread */
const closeButton = (thread) =>
	button(
		thread.closed ? "Open again" : "Close conversation",
		async () => {
			await update("threads", thread, { closed: !thread.closed });
			await refreshAll();
		},
		{ key: "close" },
	);

/**
 * writeBox is the form for an answer. It is outside of what is refreshed, so that nothing typed is lost.
 * @param {Thread} thread
 */
async function writeBox(thread) {
	const documents = await sharedDocuments(thread.patient);
	let id = newId();
	const text = field(textField);
	const attached = field({
		name: "document",
		label: "Attach a document",
		type: "select",
		options: [["", "None"], ...documents.map((one) => /** @type {FieldOption} */ ([one.id, one.title]))],
	});
	return h(
		"section",
		{ class: "card person write", "aria-label": "Write a message" },
		form({
			fields: documents.length > 0 ? [text, attached] : [text],
			submit: "Send",
			send: async (values) => {
				await sendMessage(id, thread.id, values);
				id = newId();
				text.set("");
				attached.set("");
				showStatus("The message was sent.");
				await refreshAll();
				text.focus();
			},
		}),
	);
}
