// The lines of a draft bill.

import { create, list, newId, update } from "./api.js";
import { field, fieldRow } from "./fields.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { formatDecimal, formatMoney } from "./money.js";

/**
 * fetchServiceOptions reads the price list, as options with prices.
 * @returns {Promise<FieldOption[]>}
 */
export async function fetchServiceOptions() {
	const services = await list("services", { filter: "active = true", sort: "name", perPage: 500 });
	return services.map(({ id, name, price_minor }) => [id, `${name}, ${formatMoney(price_minor)}`]);
}

/** @returns {FieldOptions} */
export const quantityField = (value = 1, min = 1) => ({
	name: "quantity",
	label: "Quantity",
	type: "number",
	required: true,
	min,
	max: 100_000,
	step: 1,
	value,
	hint: min === 0 ? "0 removes the line." : "",
});

/**
 * customLineFields are the fields of a line that is not on the price list.
 * @param {Partial<BillItem>} line
 */
const customLineFields = ({ description, unit_minor, tax_bp = 0 }) => [
	field({
		name: "description",
		label: "Description",
		required: true,
		maxlength: 300,
		autocomplete: "off",
		value: description,
	}),
	fieldRow(
		field({
			name: "unit_minor",
			label: `Price in ${hospital.currency}`,
			type: "amount",
			required: true,
			value: unit_minor === undefined ? undefined : formatDecimal(unit_minor),
		}),
		field({
			name: "tax",
			label: "Tax in %",
			type: "number",
			min: 0,
			max: 100,
			step: 0.01,
			value: tax_bp / 100,
			errorFields: ["tax_bp"],
		}),
	),
];

/**
 * lineValues turns the values of a form into those of the API. The tax is typed in percent.
 * @param {Values} values
 */
const lineValues = ({ tax, ...values }) =>
	tax === undefined ? values : { ...values, tax_bp: Math.round((tax || 0) * 100) };

/**
 * addLine asks for a line: a service of the price list, or something else.
 * @param {Bill} bill
 */
export async function addLine(bill) {
	const id = newId();
	const services = await fetchServiceOptions();
	const customFields = customLineFields({});
	/** @param {string} service */
	const showCustomFields = (service) => {
		for (const { element } of customFields) element.hidden = service !== "";
	};
	showCustomFields(services[0]?.[0] ?? "");
	formDialog("Add line", {
		fields: [
			{
				name: "service",
				label: "Service",
				type: "select",
				optional: false,
				options: [...services, ["", "Not on the price list"]],
				change: (/** @type {{ target: HTMLSelectElement }} */ { target }) => showCustomFields(target.value),
			},
			...customFields,
			quantityField(),
		],
		submit: "Add",
		send: async (values) => {
			const line = await create("bill_items", { id, bill: bill.id, ...lineValues(values) });
			return `${line.description} was added.`;
		},
	});
}

/**
 * editLine asks for another quantity and, when the line is not on the price list, for the rest of it.
 * @param {BillItem} line
 */
export function editLine(line) {
	formDialog(`Edit ${line.description}`, {
		fields: [...(line.service ? [] : customLineFields(line)), quantityField(line.quantity, 0)],
		submit: "Save",
		send: async (values) => {
			const changed = await update("bill_items", line, lineValues(values));
			return changed.description + (changed.quantity > 0 ? " was saved." : " was removed.");
		},
	});
}
