import { list, update } from "../api.js";
import { badge, card, cardList } from "../components.js";
import { button, h, heading } from "../dom.js";
import { formDialog } from "../form.js";
import { region } from "../live.js";
import { formatMoney } from "../money.js";

/** @param {Service} service */
const describeService = (service) => `${service.name}, ${formatMoney(service.price_minor)}`;

/** @param {Doctor} doctor */
async function edit(doctor) {
	const services = await list("services", { filter: "active = true", sort: "name" });
	formDialog(`Consultation of ${doctor.name}`, {
		fields: [
			{
				name: "consultation",
				label: "Service that is billed for a visit",
				type: "select",
				value: doctor.consultation,
				options: [
					["", "Choose a service"],
					...services.map((one) => /** @type {FieldOption} */ ([one.id, describeService(one)])),
				],
				required: true,
			},
			{
				name: "accepts_online",
				label: "Patients may book online",
				type: "checkbox",
				value: doctor.accepts_online,
			},
		],
		submit: "Save",
		send: async (values) => {
			await update("doctors", doctor, values);
			return `${doctor.name} was saved.`;
		},
	});
}

/** @param {Doctor} doctor */
function doctorCard(doctor) {
	const { department, consultation } = doctor.expand ?? {};
	return card({
		id: doctor.id,
		version: doctor.updated,
		first: h("span", {}, department?.name),
		title: doctor.name,
		lines: [
			[doctor.specialization, doctor.license_no && `licence ${doctor.license_no}`].filter(Boolean).join(" · "),
			consultation
				? describeService(consultation)
				: h("strong", {}, "No service is set, so visits cannot be completed. Edit the doctor to set one."),
			!doctor.accepts_online && "No online booking",
		],
		state: doctor.active ? badge("Active", "good") : badge("Inactive", "off"),
		actions: [button("Edit", () => edit(doctor), { key: doctor.id, about: `the consultation of ${doctor.name}` })],
	});
}

/** doctorsView lists the doctors, and what their visits cost. */
export async function doctorsView() {
	const doctors = await region(["doctors"], async () =>
		cardList(
			await list("doctors", { sort: "name", expand: "department,consultation", perPage: 500 }),
			doctorCard,
			"No doctors yet.",
		),
	);
	return [heading("Doctors"), doctors];
}
