// The charges of a visit. They become lines of its bill.

import { create, list, newId, quote, update } from "./api.js";
import { fetchServiceOptions, quantityField } from "./bill-lines.js";
import { button, h } from "./dom.js";
import { formDialog } from "./form.js";
import { refreshAll, region } from "./live.js";

/**
 * chargeList shows the charges of a visit so far.
 * @param {Visit} visit
 */
const chargeList = (visit) =>
	region(["charges"], async () => {
		const charges = await list("charges", {
			filter: `quantity > 0 && appointment = ${quote(visit.id)}`,
			sort: "created",
			expand: "service",
		});
		return (
			charges.length > 0 &&
			h(
				"ul",
				{ class: "plain" },
				charges.map((charge) => {
					const name = charge.expand?.service?.name ?? "A service";
					const remove = async () => {
						try {
							await update("charges", charge, { quantity: 0 });
						} finally {
							await refreshAll();
						}
					};
					return h(
						"li",
						{},
						`${charge.quantity} × ${name} `,
						button("Remove", remove, { key: charge.id, about: name }),
					);
				}),
			)
		);
	});

/**
 * addCharge asks for a service that was given during a visit, beside the consultation.
 * @param {Visit} visit
 * @param {string} title
 */
export async function addCharge(visit, title) {
	const id = newId();
	const [services, charged] = await Promise.all([fetchServiceOptions(), chargeList(visit)]);
	formDialog(`Add charge: ${title}`, {
		intro: charged,
		fields: [
			{
				name: "service",
				label: "Service",
				type: "select",
				required: true,
				options: [["", "Choose a service"], ...services],
			},
			{ ...quantityField(), max: 1_000 },
		],
		submit: "Add charge",
		send: async (values) => {
			await create("charges", { id, appointment: visit.id, ...values });
			return "The charge was added to the visit.";
		},
	});
}
