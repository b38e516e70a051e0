import { list } from "../api.js";
import { cardList, pager } from "../components.js";
import { button, heading } from "../dom.js";
import { region } from "../live.js";
import { startThread, threadCard } from "../messages.js";

/**
 * messagesView lists the conversations of a patient, or of a doctor, the newest first.
 * @param {Navigation} navigation
 */
export async function messagesView({ open }) {
	const show = pager();
	const threads = await region(["threads"], () =>
		show(
			(perPage) =>
				list("threads", { sort: "-last_message_at,-created", expand: "patient,doctor,appointment", perPage }),
			(found) => cardList(found, threadCard, "No messages."),
		),
	);
	return [
		heading(
			"Messages",
			button("New message", () => startThread(open), { kind: "main" }),
		),
		threads,
	];
}
