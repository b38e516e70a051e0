import assert from "node:assert/strict";
import { test } from "node:test";
import * as slots from "../../../pb_public/js/slot-list.js";
import { slot, withHospital } from "./fixtures.mjs";

const berlin = { timezone: "Europe/Berlin" };

test("a slot belongs to the day at the hospital on which it starts", () => {
	withHospital(berlin, () => {
		assert.equal(slots.dayOfSlot(slot("2030-01-31 22:59:00.000Z")), "2030-01-31");
		assert.equal(slots.dayOfSlot(slot("2030-01-31 23:00:00.000Z")), "2030-02-01");
	});
});

test("groupBy keeps the order of the slots and of the groups", () => {
	withHospital(berlin, () => {
		const [a, b, c] = [
			slot("2030-01-31 09:00:00.000Z"),
			slot("2030-02-01 09:00:00.000Z"),
			slot("2030-01-31 10:00:00.000Z"),
		];
		assert.deepEqual(slots.groupBy([a, b, c], slots.dayOfSlot), [[a, c], [b]]);
		assert.deepEqual(slots.groupBy([], slots.dayOfSlot), []);
	});
});

test("two doctors have different keys at the same time", () => {
	const starts = "2030-01-31 09:00:00.000Z";
	assert.notEqual(slots.slotKey(slot(starts)), slots.slotKey(slot(starts, { doctor: "obi" })));
});

test("slots of the repeated hour are ambiguous, for the same doctor only", () => {
	withHospital(berlin, () => {
		const first = slot("2030-10-27 00:30:00.000Z");
		const second = slot("2030-10-27 01:30:00.000Z");
		const later = slot("2030-10-27 02:30:00.000Z");
		const other = slot("2030-10-27 01:30:00.000Z", { doctor: "obi" });
		const day = [first, second, later, other];
		assert.deepEqual(
			day.map((one) => slots.isAmbiguous(one, day)),
			[true, true, false, false],
		);
	});
});

test("clampDay keeps to the days that can be booked, both ends included", () => {
	const range = { min: "2030-01-10", max: "2030-01-20" };
	assert.equal(slots.clampDay("2030-01-09", range), "2030-01-10");
	assert.equal(slots.clampDay("2030-01-10", range), "2030-01-10");
	assert.equal(slots.clampDay("2030-01-20", range), "2030-01-20");
	assert.equal(slots.clampDay("2030-01-21", range), "2030-01-20");
	assert.equal(slots.clampDay("2040-01-01", { min: "2030-01-10" }), "2040-01-01");
});

test("the slots of one doctor cover seven days, and the next list starts after them", () => {
	const window = slots.slotWindow([slot("2030-01-31 09:00:00.000Z")], "2030-01-31", false);
	assert.deepEqual(window, { to: "2030-02-06", isCut: false, nextDay: "2030-02-07" });
});

test("the slots of any doctor cover 62 days", () => {
	const window = slots.slotWindow([], "2030-01-01", true);
	assert.deepEqual(window, { to: "2030-03-03", isCut: false, nextDay: "2030-03-04" });
});

test("a list that was cut is continued on its last day, which may have more slots", () => {
	const many = Array.from({ length: slots.maxSlots }, (_, i) => slot(`2030-01-0${i < 40 ? 1 : 2} 09:00:00.000Z`));
	const window = slots.slotWindow(many, "2030-01-01", true);
	assert.deepEqual(window, { to: "2030-01-02", isCut: true, nextDay: "2030-01-02" });
	assert.equal(slots.slotWindow(many, "2030-01-01", false).isCut, false);
});

test("a list that was cut on its first day is continued on the next day, so that it never repeats", () => {
	const many = Array.from({ length: slots.maxSlots }, () => slot("2030-01-01 09:00:00.000Z"));
	assert.deepEqual(slots.slotWindow(many, "2030-01-01", true), {
		to: "2030-01-01",
		isCut: true,
		nextDay: "2030-01-02",
	});
});

test("countMessage counts the free times", () => {
	const window = { to: "2030-01-07", isCut: false };
	const days = "from Tue, 1 Jan 2030 to Mon, 7 Jan 2030.";
	assert.equal(slots.countMessage(0, "2030-01-01", window), `No free times ${days}`);
	assert.equal(slots.countMessage(1, "2030-01-01", window), `1 free time ${days}`);
	assert.equal(slots.countMessage(2, "2030-01-01", window), `2 free times ${days}`);
	assert.equal(
		slots.countMessage(60, "2030-01-01", { ...window, isCut: true }),
		"The first 60 free times, until Mon, 7 Jan 2030.",
	);
});
