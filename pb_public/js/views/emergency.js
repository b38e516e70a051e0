import { create, newId } from "../api.js";
import { h, heading, showStatus } from "../dom.js";
import { form } from "../form.js";
import { formatTime } from "../time.js";

/**
 * emergencyView opens the record of a patient whom the doctor does not treat.
 * @param {Navigation} navigation
 */
export function emergencyView({ open }) {
	const id = newId();
	return [
		heading("Emergency access"),
		form({
			intro: h(
				"p",
				{},
				"The record opens for one hour. The admins are notified and review it. The patient sees it.",
			),
			fields: [
				{
					name: "mrn",
					label: "Record number",
					required: true,
					maxlength: 20,
					inputmode: "numeric",
					autocomplete: "off",
					errorFields: ["mrn", "patient"],
				},
				{
					name: "reason",
					label: "Reason",
					type: "textarea",
					required: true,
					minlength: 15,
					maxlength: 500,
					hint: "At least 15 characters.",
				},
			],
			submit: "Open record",
			send: async (values) => {
				const opened = await create("break_glass", { id, ...values });
				await open("record", { patient: opened.patient });
				showStatus(`The record is open until ${formatTime(opened.ends)}.`);
			},
		}),
	];
}
