import assert from "node:assert/strict";
import { test } from "node:test";
import * as time from "../../../pb_public/js/time.js";
import { withClock, withHospital } from "./fixtures.mjs";

const berlin = "Europe/Berlin";

/** @param {string} day @param {string} clock @param {string} zone */
const wall = (day, clock, zone) => time.fromWallClock(day, clock, zone)?.toISOString() ?? null;

test("fromWallClock converts local time to UTC", () => {
	assert.equal(wall("2030-01-31", "10:00", berlin), "2030-01-31T09:00:00.000Z");
	assert.equal(wall("2030-07-31", "10:00", berlin), "2030-07-31T08:00:00.000Z");
	assert.equal(wall("2030-01-31", "10:00", "Asia/Kathmandu"), "2030-01-31T04:15:00.000Z");
	assert.equal(wall("2030-01-31", "00:30", "Pacific/Kiritimati"), "2030-01-30T10:30:00.000Z");
	assert.equal(wall("nonsense", "10:00", berlin), null);
});

test("fromWallClock returns null for the hour that is skipped when clocks go forward", () => {
	assert.equal(wall("2030-03-31", "01:59", berlin), "2030-03-31T00:59:00.000Z");
	assert.equal(wall("2030-03-31", "02:00", berlin), null);
	assert.equal(wall("2030-03-31", "02:59", berlin), null);
	assert.equal(wall("2030-03-31", "03:00", berlin), "2030-03-31T01:00:00.000Z");
});

test("fromWallClock takes the first of two equal times when clocks are put back", () => {
	assert.equal(wall("2030-10-27", "02:30", berlin), "2030-10-27T00:30:00.000Z");
	assert.equal(wall("2030-10-27", "03:00", berlin), "2030-10-27T02:00:00.000Z");
});

test("startOfDay is local midnight, also on days of 23 and 25 hours", () => {
	withHospital({ timezone: berlin }, () => {
		assert.equal(time.startOfDay("2030-03-31"), "2030-03-30 23:00:00.000Z");
		assert.equal(time.startOfDay("2030-04-01"), "2030-03-31 22:00:00.000Z");
		assert.equal(time.startOfDay("2030-10-27"), "2030-10-26 22:00:00.000Z");
		assert.equal(time.startOfDay("2030-10-28"), "2030-10-27 23:00:00.000Z");
	});
});

test("startOfDay is the first moment after the gap where clocks go forward at midnight", () => {
	withHospital({ timezone: "America/Santiago" }, () => {
		assert.equal(time.startOfDay("2026-09-06"), "2026-09-06 04:00:00.000Z");
		assert.equal(time.timeOfDay(new Date("2026-09-06T04:00Z")), "01:00");
		assert.equal(time.isStartOfDay("2026-09-06 04:00:00.000Z"), true);
	});
});

test("dayOf and timeOfDay are those of the hospital, not of UTC", () => {
	withHospital({ timezone: berlin }, () => {
		assert.equal(time.dayOf(new Date("2030-01-31T23:30Z")), "2030-02-01");
		assert.equal(time.timeOfDay(new Date("2030-01-31T23:30Z")), "00:30");
		assert.equal(time.timeOfDay(new Date("2030-01-31T23:00Z")), "00:00");
	});
});

test("the end of a time range is not part of it", () => {
	withHospital({ timezone: berlin }, () => {
		assert.equal(time.lastDayOf("2030-01-31 23:00:00.000Z"), "2030-01-31");
		assert.equal(time.lastDayOf("2030-01-31 23:00:00.001Z"), "2030-02-01");
	});
});

test("formatTimeRange shows whole days as days", () => {
	withHospital({ timezone: berlin }, () => {
		const day = time.startOfDay("2030-03-31");
		assert.equal(time.formatTimeRange(day, time.startOfDay("2030-04-01")), "Sun, 31 Mar 2030");
		assert.equal(time.formatTimeRange(day, time.startOfDay("2030-04-03")), "Sun, 31 Mar 2030 – Tue, 2 Apr 2030");
	});
});

test("formatTimeRange shows times otherwise, and midnight at the end as 24:00", () => {
	withHospital({ timezone: berlin }, () => {
		const [nine, noon] = ["2030-01-31 08:00:00.000Z", "2030-01-31 11:00:00.000Z"];
		assert.equal(time.formatTimeRange(nine, noon), "Thu, 31 Jan 2030, 09:00–12:00");
		assert.equal(time.formatTimeRange(nine, time.startOfDay("2030-02-01")), "Thu, 31 Jan 2030, 09:00–24:00");
		assert.equal(
			time.formatTimeRange(nine, time.startOfDay("2030-02-02")),
			"Thu, 31 Jan 2030, 09:00 – Fri, 1 Feb 2030, 24:00",
		);
		assert.equal(
			time.formatTimeRange(nine, "2030-02-01 11:00:00.000Z"),
			"Thu, 31 Jan 2030, 09:00 – Fri, 1 Feb 2030, 12:00",
		);
	});
});

test("formatDate leaves out the year when it is this one at the hospital", () => {
	withHospital({ timezone: berlin }, () =>
		withClock("2030-12-31T23:30:00Z", () => {
			assert.equal(time.today(), "2031-01-01");
			assert.equal(time.formatDate("2031-01-31 09:00:00.000Z"), "Fri 31 Jan");
			assert.equal(time.formatDate("2030-01-31 09:00:00.000Z"), "Thu, 31 Jan 2030");
		}),
	);
});

test("formatZone tells apart two equal times of one night", () => {
	withHospital({ timezone: berlin }, () => {
		const [first, second] = ["2030-10-27 00:30:00.000Z", "2030-10-27 01:30:00.000Z"];
		assert.equal(time.formatTime(first), time.formatTime(second));
		assert.equal(time.formatZone(first), "CEST");
		assert.equal(time.formatZone(second), "CET");
	});
});

test("addDays counts calendar days", () => {
	assert.equal(time.addDays("2030-03-30", 2), "2030-04-01");
	assert.equal(time.addDays("2028-02-28", 1), "2028-02-29");
	assert.equal(time.addDays("2030-01-01", -1), "2029-12-31");
});

test("isDay accepts calendar days only", () => {
	assert.equal(time.isDay("2028-02-29"), true);
	for (const text of ["2030-02-30x", "2030-13-01", "30-01-31", "", undefined]) assert.equal(time.isDay(text), false);
});

test("formatDayRange shows a day, a whole month, or both ends", () => {
	assert.equal(time.formatDayRange("2030-01-31", "2030-01-31"), "Thu, 31 Jan 2030");
	assert.equal(time.formatDayRange("2028-02-01", "2028-02-29"), "February 2028");
	assert.equal(time.formatDayRange("2030-12-01", "2030-12-31"), "December 2030");
	assert.match(time.formatDayRange("2030-02-01", "2030-02-27"), /1.*27 Feb 2030/);
	assert.match(time.formatDayRange("2030-01-01", "2030-02-28"), /1 Jan.*28 Feb 2030/);
});

test("age is in months below two years, and rises on the birthday", () => {
	assert.equal(time.age("2028-02-29", "2028-03-28"), "0 months");
	assert.equal(time.age("2028-02-29", "2028-03-29"), "1 month");
	assert.equal(time.age("2028-06-15", "2030-06-14"), "23 months");
	assert.equal(time.age("2028-06-15", "2030-06-15"), "2 years");
	assert.equal(time.age("1990-12-31", "2030-12-30"), "39 years");
});

test("bookableRange ends at the horizon, if there is one", () => {
	withHospital({ timezone: berlin, booking_horizon_days: 90 }, () =>
		withClock("2030-01-01T12:00:00Z", () =>
			assert.deepEqual(time.bookableRange(), { min: "2030-01-01", max: "2030-04-01" }),
		),
	);
	withClock("2030-01-01T12:00:00Z", () =>
		assert.deepEqual(time.bookableRange(), { min: "2030-01-01", max: undefined }),
	);
});
