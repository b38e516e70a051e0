import { create, list, newId, update } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, heading } from "../dom.js";
import { formDialog } from "../form.js";
import { hospital } from "../hospital.js";
import { region } from "../live.js";
import { formatDecimal, formatMoney } from "../money.js";

/** @param {string} title @param {Partial<Service>} service @param {(values: Values) => Promise<unknown>} save */
function editService(title, service, save) {
	formDialog(title, {
		fields: [
			{ name: "code", label: "Code", required: true, maxlength: 40, value: service.code },
			{ name: "name", label: "Name", required: true, maxlength: 200, value: service.name },
			{
				name: "price_minor",
				label: `Price in ${hospital.currency}`,
				type: "amount",
				required: true,
				value: service.price_minor && formatDecimal(service.price_minor),
			},
			{ name: "active", label: "Active", type: "checkbox", value: service.active },
		],
		submit: "Save",
		send: async (values) => {
			await save(values);
			return `${values.name} was saved.`;
		},
	});
}

function addService() {
	const id = newId();
	editService("Add service", { active: true }, (values) => create("services", { id, ...values }));
}

/** @param {Service} service */
const serviceCard = (service) =>
	card({
		id: service.id,
		version: service.updated,
		first: h("strong", {}, formatMoney(service.price_minor)),
		title: service.name,
		lines: [
			[service.code, service.category, service.tax_bp > 0 && `tax ${service.tax_bp / 100} %`]
				.filter(Boolean)
				.join(" · "),
		],
		state: !service.active && badge("Inactive", "off"),
		actions: [
			button(
				"Edit",
				() => editService(`Edit ${service.name}`, service, (values) => update("services", service, values)),
				{ key: service.id, about: service.name },
			),
		],
	});

/** pricesView shows the price list. */
export async function pricesView() {
	const services = await region(["services"], async () =>
		cardList(await list("services", { sort: "name", perPage: 500 }), serviceCard, "The price list is empty."),
	);
	return [heading("Price list", button("Add service", addService, { kind: "main" })), services];
}
