import { list } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, heading, link } from "../dom.js";
import { noticeKinds } from "../labels.js";
import { region } from "../live.js";
import { createdWithin, currentNotices, markSeen } from "../notices.js";
import { formatDate, formatDateTime, formatInstant, formatTime } from "../time.js";
import { fetchVisits, visitCard } from "../visits.js";

/**
 * noticeCard tells of a visit that the hospital moved or cancelled.
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
		title: (now ? "New time for your visit: " : "Your visit was cancelled: ") + (doctor?.name ?? "Doctor"),
		lines: [
			h(
				"span",
				{ class: "minor" },
				[
					patient?.name,
					`previous time: ${formatDateTime(notice.old_starts)}`,
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
				about: `the notice of ${formatDateTime(notice.old_starts)}`,
			}),
			!now && link("book", "Request another appointment", { doctor: doctor?.id }, { class: "button main" }),
		].filter(Boolean),
	});
}

/** fetchNotices shows the notices that the patient has not seen yet. */
async function fetchNotices() {
	const found = await list("notices", {
		filter: `channel = "portal" && seen = false && ${createdWithin(30)}`,
		sort: "-created",
		expand: "patient,appointment.doctor",
	});
	const unread = currentNotices(found);
	return unread.length > 0 && [h("h2", {}, "Notices"), cardList(unread, noticeCard, "")];
}

/** myVisitsView lists the visits of a patient and of their family. */
export async function myVisitsView() {
	const visits = await region(["appointments", "notices"], async () => {
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
