// Money is counted in whole minor units, never in fractions.

import { hospital } from "./hospital.js";

/**
 * exponentOf is the number of digits a currency has after the decimal point. For amounts that were billed before the
 * hospital changed its currency it is that of ISO 4217.
 * @param {string} currency
 */
const exponentOf = (currency) =>
	currency === hospital.currency
		? hospital.currency_exponent
		: (new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2);

/**
 * formatDecimal formats minor units for an input: 1230 is "12.30".
 * @param {number} minor
 */
export function formatDecimal(minor, exponent = hospital.currency_exponent) {
	const digits = String(Math.abs(minor)).padStart(exponent + 1, "0");
	const point = digits.length - exponent;
	return (minor < 0 ? "-" : "") + digits.slice(0, point) + (exponent > 0 ? `.${digits.slice(point)}` : "");
}

/**
 * formatAmount formats minor units for people, "1,230.00".
 * @param {number} minor
 */
export const formatAmount = (minor, currency = hospital.currency) =>
	formatDecimal(minor, exponentOf(currency)).replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));

/**
 * formatMoney is formatAmount with the currency, "EUR 1,230.00". The space does not break.
 * @param {number} minor
 */
export const formatMoney = (minor, currency = hospital.currency) => `${currency}\u00a0${formatAmount(minor, currency)}`;

/**
 * parseAmount reads an amount as it is typed, "12", "12.3" or "12,30", exactly. It returns null for anything else: a
 * comma that could separate thousands, or more digits than the currency has.
 * @param {string} text
 */
export function parseAmount(text, exponent = hospital.currency_exponent) {
	const point = exponent === 3 ? "[.]" : "[.,]";
	const part = exponent > 0 ? `(?:${point}(\\d{1,${exponent}}))?` : "()";
	const match = text.trim().match(new RegExp(`^(\\d{1,13})${part}$`));
	if (!match) return null;
	const minor = Number(match[1] + (match[2] ?? "").padEnd(exponent, "0"));
	return Number.isSafeInteger(minor) ? minor : null;
}
