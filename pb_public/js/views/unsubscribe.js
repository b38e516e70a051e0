import { button, h, heading, link } from "../dom.js";
import { redeemLink, token } from "../session.js";

/**
 * unsubscribeView asks whether to stop mails of a kind. The link of a mail leads to it.
 * @param {Navigation} navigation
 */
export function unsubscribeView({ query }) {
	const page = h("div", { class: "narrow" });
	const stop = async () => {
		await redeemLink(`unsubscribe?token=${encodeURIComponent(query.token ?? "")}`, {});
		page.replaceChildren(
			heading("You get no more mails of this kind"),
			h("p", {}, "Mails about a visit that was moved or cancelled still come."),
			token() ? link("preferences", "All my mails", {}, { class: "button" }) : "",
		);
		page.querySelector("h1")?.focus();
	};
	page.append(
		heading("Stop these mails?"),
		h("p", {}, "You will get no more mails of this kind. The portal still shows everything."),
		h("p", { class: "actions" }, button("Stop these mails", stop, { kind: "main", key: "stop" })),
	);
	return [page];
}
