// When a visit is to be: in a free slot, or, for staff, now or at any time.

import { list, me } from "./api.js";
import { button, complain, h } from "./dom.js";
import { beside, field } from "./fields.js";
import { hospital } from "./hospital.js";
import { visitWays } from "./labels.js";
import { slotField } from "./slots.js";
import { bookable, clockOf, dayOf, fromWall, instant, showMoment, stamp, today } from "./time.js";

// bookableDoctors are those whom the reader can book.
export const bookableDoctors = () =>
	list("doctors", {
		filter: `active = true${me().role === "patient" ? " && accepts_online = true" : ""}`,
		sort: "name",
		expand: "department",
		perPage: 1000,
	});

// whenFields asks when: of one doctor, or of one or any of some. ways are how a time
// may be found; kind is the question for the kind of visit, which a walk-in answers.
export async function whenFields({ doctor, doctors, kind, ways = ["slot"], visit = {} }) {
	const whom = doctors
		? doctorFields(doctors, visit.doctor, () => slot.again())
		: { fields: [], place: null, wanted: () => ({ doctor }) };
	const way = field({
		name: "way",
		label: "When",
		type: "chips",
		options: ways.map((one) => [one, visitWays[one]]),
		value: ["slot"],
		change: arrange,
	});
	const date = field({
		name: "date",
		label: "Date",
		type: "date",
		required: true,
		value: visit.starts ? dayOf(instant(visit.starts)) : today(),
		reports: ["ends"],
		...bookable(),
	});
	const time = field({
		name: "time",
		label: "Time",
		type: "time",
		required: true,
		hint: `By the hospital’s clock, ${hospital.timezone}.`,
		value: visit.starts && clockOf(instant(visit.starts)),
		reports: ["starts"],
		check: ({ date, time }) => (fromWall(date, time) ? "" : "Clocks go forward that night: there is no such time."),
	});
	const overbook = field({
		name: "overbook",
		label: "Overbook: beside other visits, or outside the hours",
		type: "checkbox",
		reports: ["starts", "ends", "overbook"],
		change: arrange,
	});
	const note = field({
		name: "staff_note",
		label: "Staff note",
		hint: "Why it is overbooked. Patients do not see it.",
		type: "textarea",
		required: true,
		maxlength: 2000,
		value: visit.staff_note,
	});
	const type = kind ? [field(kind)] : [];
	const slot = await slotField({
		wanted: whom.wanted,
		doctorName: (id) => doctors?.find((one) => one.id === id)?.name,
		first: visit.starts && dayOf(instant(visit.starts)),
	});

	const offers = h("div", { class: "offers", role: "group", "aria-label": "Free times instead" });
	const offering = (one) => ({
		...one,
		mark(sentence, { slots } = {}) {
			one.mark(sentence);
			offers.replaceChildren(
				...(slots
					? [
							h(
								"p",
								{},
								slots.length > 0
									? "Free instead:"
									: "Nothing else is free as far ahead as the hospital plans.",
							),
							...slots.map(offer),
						]
					: []),
			);
		},
		focus: () => (offers.querySelector("button") ?? one).focus(),
	});
	const offer = (free) => button(showMoment(free.starts), () => accept(free), { key: free.starts });

	// accept takes a time that was offered, and sends the form at once.
	function accept(free) {
		way.set("slot");
		arrange();
		slot.take(free).catch((error) => complain(error.message));
		const form = offers.closest("form");
		form.querySelector("[type=submit]").focus();
		form.requestSubmit();
	}

	const moment = beside(date, time).place;

	// arrange shows what is asked on the chosen way.
	function arrange() {
		const chosen = way.read();
		way.place.hidden = ways.length === 1;
		slot.place.hidden = chosen !== "slot";
		moment.hidden = chosen !== "other";
		overbook.place.hidden = chosen !== "now";
		note.place.hidden = !(chosen === "other" || (chosen === "now" && overbook.read()));
		type.forEach(({ place }) => {
			place.hidden = chosen === "now";
		});
	}

	arrange();
	return {
		place: h(
			"div",
			{ class: "when" },
			whom.place,
			way.place,
			slot.place,
			moment,
			overbook.place,
			offers,
			note.place,
			type.map(({ place }) => place),
		),
		fields: [way, ...whom.fields, offering(slot), date, offering(time), offering(overbook), note, ...type],
	};
}

// doctorFields ask for one doctor or, left open, for any of a department or
// specialization.
function doctorFields(doctors, chosen, changed) {
	const run = () => changed().catch((error) => complain(error.message));
	const among = field({
		name: "among",
		label: "Department or specialization",
		type: "select",
		optional: false,
		options: kinds(doctors),
		change: narrow,
	});
	const who = field({
		name: "doctor",
		label: "Doctor",
		type: "select",
		optional: false,
		options: [],
		change: run,
		check: ({ way, doctor }) => (way && way !== "slot" && !doctor ? "Choose a doctor." : ""),
	});
	const fitting = () => Object.fromEntries([among.read().split(/=(.*)/s, 2)].filter(([name]) => name));

	// fill offers the doctors who fit, and keeps the chosen one if that is one of them.
	function fill(chosen) {
		const fits = Object.entries(fitting());
		const options = doctors
			.filter((one) => fits.every(([name, value]) => one[name] === value))
			.map(({ id, name, specialization }) => [id, [name, specialization].filter(Boolean).join(", ")]);
		who.control.replaceChildren(
			...[["", "The first who is free"], ...options].map(([value, text]) =>
				h("option", { value, selected: value === chosen }, text),
			),
		);
	}

	function narrow() {
		fill(who.control.value);
		return run();
	}

	fill(chosen);
	return { ...beside(among, who), wanted: () => (who.read() ? { doctor: who.read() } : fitting()) };
}

const byName = ([, a], [, b]) => a.localeCompare(b);

// kinds are the departments and specializations of some doctors, to choose among.
function kinds(doctors) {
	const departments = new Map(
		doctors
			.filter(({ expand }) => expand?.department)
			.map(({ expand: { department } }) => [`department=${department.id}`, department.name]),
	);
	const specializations = new Map(
		doctors
			.filter(({ specialization }) => specialization)
			.map(({ specialization }) => [`specialization=${specialization}`, specialization]),
	);
	const groups = [
		["Departments", departments],
		["Specializations", specializations],
	].filter(([, some]) => some.size > 0);
	return [["", "All"], ...groups.map(([name, some]) => [name, [...some].sort(byName)])];
}

const bodies = {
	slot: ({ slot }) => ({ doctor: slot.doctor, starts: slot.starts }),
	now: ({ doctor, overbook, staff_note }) => ({
		doctor,
		starts: stamp(new Date(Math.floor(Date.now() / 60_000) * 60_000)),
		visit_type: "walk_in",
		overbook,
		staff_note,
	}),
	other: ({ doctor, date, time, staff_note }) => ({
		doctor,
		starts: stamp(fromWall(date, time)),
		overbook: true,
		staff_note,
	}),
};

// answered is what these fields say, as the API takes it: { doctor, starts, … }.
export const answered = (values) => bodies[values.way ?? "slot"](values);
