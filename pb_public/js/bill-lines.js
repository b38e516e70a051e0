// The lines of a bill that is being written.

import { create, list, newId, update } from "./api.js";
import { field, fieldRow } from "./fields.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { formatDecimal, formatMoney } from "./money.js";

// priced are the services of the price list, with what they cost.
export async function fetchServiceOptions() {
	const services = await list("services", { filter: "active = true", sort: "name", perPage: 500 });
	return services.map(({ id, name, price_minor }) => [id, `${name}, ${formatMoney(price_minor)}`]);
}

export const quantityField = (value = 1, min = 1) => ({
	name: "quantity",
	label: "How many",
	type: "number",
	required: true,
	min,
	max: 100_000,
	step: 1,
	value,
	hint: min === 0 ? "0 strikes it out." : "",
});

// ofOwn are the questions about what is not on the price list.
const customLineFields = ({ description, unit_minor, tax_bp = 0 }) => [
	field({
		name: "description",
		label: "What it is",
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

// body is a line as the API takes it.
const lineValues = ({ tax, ...values }) =>
	tax === undefined ? values : { ...values, tax_bp: Math.round((tax || 0) * 100) };

// addLine asks for a line: a service of the price list, or something else.
export async function addLine(bill) {
	const id = newId(),
		services = await fetchServiceOptions(),
		customFields = customLineFields({});
	const showCustomFields = (service) =>
		customFields.forEach(({ element }) => {
			element.hidden = service !== "";
		});
	showCustomFields(services[0]?.[0] ?? "");
	formDialog("Add a line", {
		fields: [
			{
				name: "service",
				label: "Service",
				type: "select",
				optional: false,
				options: [...services, ["", "Something else"]],
				change: ({ target }) => showCustomFields(target.value),
			},
			...customFields,
			quantityField(),
		],
		submit: "Add",
		send: async (values) => {
			const line = await create("bill_items", { id, bill: bill.id, ...lineValues(values) });
			return `${line.description} is added.`;
		},
	});
}

// changeLine asks for another quantity; of what is not on the price list, for all of it.
export function editLine(line) {
	formDialog(`Change ${line.description}`, {
		fields: [...(line.service ? [] : customLineFields(line)), quantityField(line.quantity, 0)],
		submit: "Save",
		send: async (values) => {
			const changed = await update("bill_items", line, lineValues(values));
			return changed.description + (changed.quantity > 0 ? " is saved." : " is struck out.");
		},
	});
}
