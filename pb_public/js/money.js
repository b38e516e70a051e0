// Money is whole minor units, and never a fraction.

import { hospital } from "./hospital.js";

// exponentOf is how many digits a currency has behind the point. What was billed
// before the hospital changed its own has as many as ISO 4217 says.
const exponentOf = (currency) =>
	currency === hospital.currency
		? hospital.currency_exponent
		: new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;

// decimal writes minor units with their point: 1230 as "12.30".
export function formatDecimal(minor, exponent = hospital.currency_exponent) {
	const digits = String(Math.abs(minor)).padStart(exponent + 1, "0");
	const point = digits.length - exponent;
	return (minor < 0 ? "-" : "") + digits.slice(0, point) + (exponent > 0 ? `.${digits.slice(point)}` : "");
}

// amount writes minor units for people, "1,230.00", and money with the currency.
export const formatAmount = (minor, currency = hospital.currency) =>
	formatDecimal(minor, exponentOf(currency)).replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
export const formatMoney = (minor, currency = hospital.currency) => `${currency}\u00a0${formatAmount(minor, currency)}`;

// minorUnits reads an amount as somebody types it, "12", "12.3" or "12,30", to the
// last digit. Anything else is null: a comma that could stand between thousands,
// or more digits than the currency has.
export function parseAmount(text, exponent = hospital.currency_exponent) {
	const point = exponent === 3 ? "[.]" : "[.,]";
	const part = exponent > 0 ? `(?:${point}(\\d{1,${exponent}}))?` : "()";
	const match = text.trim().match(new RegExp(`^(\\d{1,13})${part}$`));
	if (!match) return null;
	const minor = Number(match[1] + (match[2] ?? "").padEnd(exponent, "0"));
	return Number.isSafeInteger(minor) ? minor : null;
}
