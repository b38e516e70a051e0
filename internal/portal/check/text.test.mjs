import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, quote, quotePrefix } from "../../../pb_public/js/api.js";
import { isClock, parseClock } from "../../../pb_public/js/fields.js";
import { toOptions, visitState } from "../../../pb_public/js/labels.js";
import { foldName } from "../../../pb_public/js/names.js";
import { toSearchParams } from "../../../pb_public/js/query.js";

test("foldName removes case and accents, like the API", () => {
	assert.equal(foldName(" Łukasz MÜLLER "), "lukasz muller");
	assert.equal(foldName("Strauß Ødegård Æsir"), "strauss odegard aesir");
	assert.equal(foldName("Zoë"), foldName("Zoe\u0308"));
	assert.equal(foldName("محمد"), "محمد");
});

test("quote makes any text one value of a filter", () => {
	assert.equal(quote('say "hi"'), '"say \\"hi\\""');
	assert.equal(quote("50% \\ x"), '"50    x"');
});

test("quotePrefix finds what starts with a text", () => {
	assert.equal(quotePrefix("A04"), '"A04%"');
	assert.equal(quotePrefix('a"%'), '"a\\" %"');
});

test("toSearchParams leaves out empty values and encodes the others", () => {
	const query = { a: "", b: undefined, c: false, d: null, e: 0, filter: 'name = "A & B"' };
	assert.equal(String(toSearchParams(/** @type {Query} */ (query))), "filter=name+%3D+%22A+%26+B%22");
	assert.equal(String(toSearchParams({})), "");
});

test("newId returns 15 letters and digits, another one each time", () => {
	const ids = Array.from({ length: 100 }, newId);
	for (const id of ids) assert.match(id, /^[a-z0-9]{15}$/);
	assert.equal(new Set(ids).size, 100);
});

test("parseClock reads a time as it is typed", () => {
	for (const [typed, clock] of [
		["9", "09:00"],
		["900", "09:00"],
		["9.30", "09:30"],
		["17:45", "17:45"],
		["1745", "17:45"],
		["24:00", "24:00"],
		[" 8 ", "08:00"],
		["noon", "noon"],
		["", ""],
	])
		assert.equal(parseClock(typed), clock, typed);
});

test("isClock accepts times of day, and 24:00 as the end of the day", () => {
	for (const clock of ["00:00", "09:30", "23:59", "24:00"]) assert.equal(isClock(clock), true, clock);
	for (const text of ["24:01", "25:00", "09:60", "9:00", "noon", ""]) assert.equal(isClock(text), false, text);
});

test("toOptions puts the empty choice first", () => {
	assert.deepEqual(toOptions({ a: "A" }), [["a", "A"]]);
	assert.deepEqual(toOptions({ a: "A" }, "Choose"), [
		["", "Choose"],
		["a", "A"],
	]);
});

test("visitState goes from the request to the end of the visit", () => {
	const state = (/** @type {Partial<Visit>} */ visit) => visitState(/** @type {Visit} */ (visit))[1];
	assert.equal(state({ status: "pending" }), "waiting");
	assert.equal(state({ status: "approved" }), "good");
	assert.equal(state({ status: "approved", checked_in_at: "2030-01-31 09:00:00.000Z" }), "now");
	assert.equal(state({ status: "approved", started_at: "2030-01-31 09:00:00.000Z" }), "now");
	assert.equal(state({ status: "completed" }), "good");
	assert.equal(state({ status: "cancelled", cancel_code: "patient" }), "off");
	assert.deepEqual(visitState(/** @type {Visit} */ ({ status: "cancelled" })), ["Cancelled", "off"]);
});
