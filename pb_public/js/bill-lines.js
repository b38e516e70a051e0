// The lines of a bill that is being written.

import { create, list, newId, update } from "./api.js";
import { beside, field } from "./fields.js";
import { formDialog } from "./form.js";
import { hospital } from "./hospital.js";
import { decimal, money } from "./money.js";

// priced are the services of the price list, with what they cost.
export async function priced() {
	const services = await list("services", { filter: "active = true", sort: "name", perPage: 500 });
	return services.map(({ id, name, price_minor }) => [id, `${name}, ${money(price_minor)}`]);
}

export const quantity = (value = 1, min = 1) => ({
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
const ofOwn = ({ description, unit_minor, tax_bp = 0 }) => [
	field({
		name: "description",
		label: "What it is",
		required: true,
		maxlength: 300,
		autocomplete: "off",
		value: description,
	}),
	beside(
		field({
			name: "unit_minor",
			label: `Price in ${hospital.currency}`,
			type: "amount",
			required: true,
			value: unit_minor === undefined ? undefined : decimal(unit_minor),
		}),
		field({
			name: "tax",
			label: "Tax in %",
			type: "number",
			min: 0,
			max: 100,
			step: 0.01,
			value: tax_bp / 100,
			reports: ["tax_bp"],
		}),
	),
];

// body is a line as the API takes it.
const body = ({ tax, ...values }) => (tax === undefined ? values : { ...values, tax_bp: Math.round((tax || 0) * 100) });

// addLine asks for a line: a service of the price list, or something else.
export async function addLine(bill) {
	const id = newId(),
		services = await priced(),
		own = ofOwn({});
	const show = (service) =>
		own.forEach(({ place }) => {
			place.hidden = service !== "";
		});
	show(services[0]?.[0] ?? "");
	formDialog("Add a line", {
		fields: [
			{
				name: "service",
				label: "Service",
				type: "select",
				optional: false,
				options: [...services, ["", "Something else"]],
				change: ({ target }) => show(target.value),
			},
			...own,
			quantity(),
		],
		submit: "Add",
		send: async (values) => {
			const line = await create("bill_items", { id, bill: bill.id, ...body(values) });
			return `${line.description} is added.`;
		},
	});
}

// changeLine asks for another quantity; of what is not on the price list, for all of it.
export function changeLine(line) {
	formDialog(`Change ${line.description}`, {
		fields: [...(line.service ? [] : ofOwn(line)), quantity(line.quantity, 0)],
		submit: "Save",
		send: async (values) => {
			const changed = await update("bill_items", line, body(values));
			return changed.description + (changed.quantity > 0 ? " is saved." : " is struck out.");
		},
	});
}
