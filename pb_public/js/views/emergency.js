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
		heading("Open a record in an emergency"),
		form({
			intro: h(
				"p",
				{},
				"The record opens for an hour. The admins are told at once, the patient sees it, and it is reviewed.",
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
					label: "Why you need it",
					type: "textarea",
					required: true,
					minlength: 15,
					maxlength: 500,
					hint: "At least 15 characters.",
				},
			],
			submit: "Open the record",
			send: async (values) => {
				const opened = await create("break_glass", { id, ...values });
				await open("record", { patient: opened.patient });
				showStatus(`Open until ${formatTime(opened.ends)}.`);
			},
		}),
	];
}
