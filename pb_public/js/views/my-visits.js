import { list } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, heading, link } from "../dom.js";
import { hospital } from "../hospital.js";
import { noticeKinds, noticeNames } from "../labels.js";
import { region } from "../live.js";
import { currentNotices, linkNotices, markSeen, since } from "../notices.js";
import { formatDate, formatDateTime, formatInstant, formatTime } from "../time.js";
import { fetchVisits, visitCard } from "../visits.js";

/**
 * noticeTitles are what a notice says, before the doctor.
 * @type {Record<string, string>}
 */
const noticeTitles = {
	requested: "Request received: ",
	confirmed: "Your visit is confirmed: ",
	rejected: "Your request was not accepted: ",
	moved: "New time for your visit: ",
	cancelled: "Your visit was cancelled: ",
	reminder: "Reminder of your visit: ",
};

/**
 * aboutViews are where a notice that is not about a visit leads.
 * @type {Record<string, [view: string, label: string]>}
 */
const aboutViews = {
	bill_issued: ["bills", "Open bills"],
	payment_verified: ["bills", "Open bills"],
	payment_rejected: ["bills", "Open bills"],
	document: ["record", "Open record"],
	prescription: ["record", "Open record"],
	message: ["messages", "Open messages"],
};

/**
 * aboutCard tells of a bill, a payment, a document or a prescription.
 * @param {Notice} notice
 */
function aboutCard(notice) {
	const [view, label] = aboutViews[notice.kind] ?? ["record", "Open record"];
	return card({
		id: notice.id,
		version: notice.updated,
		first: h("time", { datetime: notice.sent_at.replace(" ", "T") }, formatDate(notice.sent_at)),
		title: noticeNames[notice.kind],
		lines: [h("span", { class: "minor" }, notice.expand?.patient?.name)],
		state: badge(...noticeKinds[notice.kind]),
		actions: [
			button("Mark as read", () => markSeen(notice), { key: notice.id, about: noticeNames[notice.kind] }),
			link(view, label, {}, { class: "button main" }),
		],
	});
}

/**
 * noticeCard tells what happened to a visit, or reminds of it.
 * @param {Notice} notice
 */
function noticeCard(notice) {
	const { patient, appointment } = notice.expand ?? {};
	const doctor = appointment?.expand?.doctor;
	const now = notice.new_starts;
	return card({
		id: notice.id,
		version: notice.updated,
		first:
			now &&
			h(
				"time",
				{ datetime: now.replace(" ", "T") },
				h("span", {}, formatDate(now)),
				h("strong", {}, formatTime(now)),
			),
		title: noticeTitles[notice.kind] + (doctor?.name ?? "Doctor"),
		lines: [
			h(
				"span",
				{ class: "minor" },
				[
					patient?.name,
					notice.old_starts && `previous time: ${formatDateTime(notice.old_starts)}`,
					now && appointment?.room && `room ${appointment.room}`,
				]
					.filter(Boolean)
					.join(" · "),
			),
			notice.note && h("em", {}, `“${notice.note}”`),
		],
		state: badge(...noticeKinds[notice.kind]),
		actions: [
			button("Mark as read", () => markSeen(notice), {
				key: notice.id,
				kind: now ? "main" : "quiet",
				about: `the notice of ${formatDateTime(notice.old_starts || now)}`,
			}),
			!now && link("book", "Request another appointment", { doctor: doctor?.id }, { class: "button main" }),
		].filter(Boolean),
	});
}

/**
 * linkCard tells that the account manages a patient's record, or no longer does.
 * @param {LinkNotice} notice
 */
const linkCard = ({ id, updated, created, kind, mrn, expand }) =>
	card({
		id,
		version: updated,
		first: h("time", { datetime: created.replace(" ", "T") }, formatDate(created)),
		title:
			(kind === "linked" ? "You now manage the record " : "You no longer manage the record ") +
			(expand?.patient ? `of ${expand.patient.name}` : mrn),
		lines: [
			h(
				"span",
				{ class: "minor" },
				`If you did not expect this, call us at once${hospital.phone && `: ${hospital.phone}`}.`,
			),
		],
		state: badge(...noticeKinds[kind]),
	});

/** fetchNotices shows the notices that the patient has not seen yet, and the new ones about records. */
async function fetchNotices() {
	const visits = list("notices", {
		filter: `channel = "portal" && status = "sent" && seen = false && sent_at >= "${since(30)}"`,
		sort: "-sent_at",
		expand: "patient,appointment.doctor",
	});
	const [found, links] = await Promise.all([visits, linkNotices()]);
	const cards = [
		...currentNotices(found).map((one) => (one.appointment ? noticeCard(one) : aboutCard(one))),
		...links.map(linkCard),
	];
	return cards.length > 0 && [h("h2", {}, "Notices"), cardList(cards, (one) => one)];
}

/** myVisitsView lists the visits of a patient and of their family. */
export async function myVisitsView() {
	const visits = await region(["appointments", "notices", "link_notices"], async () => {
		const now = formatInstant(new Date());
		const active = '(status = "pending" || status = "approved")';
		const [unread, coming, past] = await Promise.all([
			fetchNotices(),
			fetchVisits(`ends >= "${now}" && ${active}`, "starts"),
			fetchVisits(`ends < "${now}" || (status != "pending" && status != "approved")`, "-starts", 100),
		]);
		return [
			unread,
			h("h2", {}, "Upcoming"),
			cardList(coming, (visit) => visitCard(visit), "No upcoming visits."),
			h("h2", {}, "Past and cancelled"),
			cardList(past, (visit) => visitCard(visit), "No past visits."),
		].flat();
	});
	return [heading("Your visits", link("book", "Request appointment", {}, { class: "button main" })), visits];
}
