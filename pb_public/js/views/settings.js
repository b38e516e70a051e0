import { fetchHospital, get, update } from "../api.js";
import { clear, h, heading, showStatus } from "../dom.js";
import { changedValues, field } from "../fields.js";
import { form } from "../form.js";
import { hospital } from "../hospital.js";
import { settingGroups, settingValues, storedValues } from "../settings.js";

/**
 * groupFields are the fields of a group of settings under its title.
 * @param {SettingGroup} group
 * @param {Values} values
 * @returns {FieldGroup}
 */
function groupFields({ title, hint, settings }, values) {
	const fields = settings.map(({ scale: _, ...options }) =>
		field({ autocomplete: "off", ...options, value: values[options.name] }),
	);
	return {
		fields,
		element: h(
			"fieldset",
			{},
			h("legend", {}, title),
			hint && h("p", { class: "hint" }, hint),
			h(
				"div",
				{ class: "grid" },
				fields.map(({ element }) => element),
			),
		),
	};
}

const zoneList = () =>
	h(
		"datalist",
		{ id: "zones" },
		Intl.supportedValuesOf("timeZone").map((zone) => h("option", { value: zone })),
	);

/**
 * setupList is what is still missing before the first visit can be billed.
 * @param {{ title: string, done: boolean, required: boolean }[]} items
 */
const setupList = (items) => [
	h("h2", {}, "Before the first visit can be billed"),
	h(
		"ul",
		{},
		items.map(({ title, done, required }) =>
			h("li", {}, done ? `✓ ${title}` : title, !done && !required && " (if you need it)"),
		),
	),
];

/**
 * settingsView shows the settings of the hospital to an admin. Only what was changed is sent, so that two admins can
 * change different settings at the same time.
 * @param {Navigation} navigation
 */
export async function settingsView({ open }) {
	const [record, setup] = await Promise.all([get("hospital", "hospitalsetting"), fetchHospital("setup", {})]);
	const values = settingValues(record);
	return [
		heading("Settings"),
		!setup.ready && setupList(setup.items),
		h(
			"div",
			{ class: "medium" },
			form({
				intro: zoneList(),
				fields: settingGroups.map((group) => groupFields(group, values)),
				submit: "Save settings",
				send: async (sent) => {
					clear();
					const changes = changedValues(record, storedValues(sent));
					if (Object.keys(changes).length === 0) return showStatus("Nothing was changed.");
					Object.assign(hospital, await update("hospital", record, changes));
					await open("settings");
					showStatus("The settings were saved.");
				},
			}),
		),
	];
}
