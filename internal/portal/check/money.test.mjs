import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAmount, formatDecimal, formatMoney, parseAmount } from "../../../pb_public/js/money.js";
import { withHospital } from "./fixtures.mjs";

test("formatDecimal puts the decimal point by the currency's digits", () => {
	assert.equal(formatDecimal(1230, 2), "12.30");
	assert.equal(formatDecimal(5, 2), "0.05");
	assert.equal(formatDecimal(0, 2), "0.00");
	assert.equal(formatDecimal(1230, 0), "1230");
	assert.equal(formatDecimal(1230, 3), "1.230");
	assert.equal(formatDecimal(1230, 4), "0.1230");
	assert.equal(formatDecimal(-5, 2), "-0.05");
});

test("formatAmount groups thousands, but not decimals", () => {
	assert.equal(formatAmount(123_456_789, "EUR"), "1,234,567.89");
	assert.equal(formatAmount(99_999, "EUR"), "999.99");
	assert.equal(formatAmount(-123_456_789, "EUR"), "-1,234,567.89");
	assert.equal(formatAmount(-12_345, "EUR"), "-123.45");
});

test("formatAmount uses the digits of ISO 4217 for another currency than the hospital's", () => {
	assert.equal(formatAmount(1_234_567, "JPY"), "1,234,567");
	assert.equal(formatAmount(1_234_567, "KWD"), "1,234.567");
	assert.equal(formatAmount(1_234_567, "CLF"), "123.4567");
});

test("formatAmount uses the hospital's own digits for its currency", () => {
	withHospital({ currency_exponent: 3 }, () => assert.equal(formatAmount(1_234_567), "1,234.567"));
});

test("formatMoney puts the currency before the amount, with a space that does not break", () => {
	assert.equal(formatMoney(1230, "EUR"), "EUR\u00a012.30");
});

for (const [exponent, text, minor] of /** @type {[number, string, number | null][]} */ ([
	[2, "12", 1200],
	[2, "12.3", 1230],
	[2, "12.30", 1230],
	[2, "12,30", 1230],
	[2, " 12.30 ", 1230],
	[2, "0.05", 5],
	[2, "0", 0],
	[2, "12.345", null],
	[2, "1,234", null],
	[2, "1,234.50", null],
	[2, "12.", null],
	[2, ".5", null],
	[2, "-1", null],
	[2, "1e3", null],
	[2, "", null],
	[2, "12 30", null],
	[0, "1200", 1200],
	[0, "12.0", null],
	[3, "1.234", 1234],
	[3, "1.2", 1200],
	[3, "1,234", null], // could be one thousand
	[4, "1.2345", 12345],
	[4, "1,2345", 12345],
	[2, "9999999999999", 999_999_999_999_900],
	[4, "9999999999999", null], // not a safe integer
	[2, "99999999999999", null],
])) {
	test(`parseAmount reads "${text}" as ${minor} with ${exponent} digits`, () => {
		assert.equal(parseAmount(text, exponent), minor);
	});
}

test("parseAmount reads what formatDecimal writes", () => {
	for (const exponent of [0, 2, 3, 4])
		for (const minor of [0, 1, 10, 99, 1234, 100_000, 987_654_321])
			assert.equal(parseAmount(formatDecimal(minor, exponent), exponent), minor);
});
