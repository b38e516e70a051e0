// The fields that choose a doctor, or any doctor of a department or specialization.

import { list } from "./api.js";
import { h, showError } from "./dom.js";
import { field, fieldRow } from "./fields.js";
import { role } from "./session.js";

/** fetchBookableDoctors reads the doctors whom the reader can book. */
export const fetchBookableDoctors = () =>
	list("doctors", {
		filter: `active = true${role() === "patient" ? " && accepts_online = true" : ""}`,
		sort: "name",
		expand: "department",
		perPage: 1000,
	});

/**
 * doctorChoiceFields are two fields: a group of doctors, and one doctor or the first of the group who is free.
 * @param {Doctor[]} doctors
 * @param {string | undefined} chosen
 * @param {() => Promise<unknown>} changed
 */
export function doctorChoiceFields(doctors, chosen, changed) {
	const run = () => changed().catch((error) => showError(error.message));
	const groupField = field({
		name: "group",
		label: "Department or specialization",
		type: "select",
		optional: false,
		options: groupOptions(doctors),
		change: changeGroup,
	});
	const doctorField = field({
		name: "doctor",
		label: "Doctor",
		type: "select",
		optional: false,
		options: [],
		change: run,
		check: ({ way, doctor }) => (way && way !== "slot" && !doctor ? "Choose a doctor." : ""),
	});

	/**
	 * groupCriteria reads the value of the group, "department=ID" or "specialization=NAME".
	 * @returns {SlotCriteria}
	 */
	const groupCriteria = () => {
		const [, name, value] = /^(\w+)=(.*)$/s.exec(groupField.read()) ?? [];
		return name ? { [name]: value } : {};
	};

	/**
	 * fillDoctors offers the doctors of the group, and keeps the chosen one if it is among them.
	 * @param {string | undefined} id
	 */
	function fillDoctors(id) {
		const { department, specialization } = groupCriteria();
		const options = doctors
			.filter((one) => !department || one.department === department)
			.filter((one) => !specialization || one.specialization === specialization)
			.map((one) => [one.id, [one.name, one.specialization].filter(Boolean).join(", ")]);
		doctorField.control.replaceChildren(
			...[["", "Any doctor"], ...options].map(([value, text]) =>
				h("option", { value, selected: value === id }, text),
			),
		);
	}

	function changeGroup() {
		fillDoctors(doctorField.read());
		return run();
	}

	fillDoctors(chosen);
	return {
		...fieldRow(groupField, doctorField),
		/** @returns {SlotCriteria} */
		criteria: () => (doctorField.read() ? { doctor: doctorField.read() } : groupCriteria()),
	};
}

/**
 * groupOptions are the departments and specializations of some doctors.
 * @param {Doctor[]} doctors
 * @returns {FieldOption[]}
 */
function groupOptions(doctors) {
	/** @type {Map<string, string>} */
	const departments = new Map();
	/** @type {Map<string, string>} */
	const specializations = new Map();
	for (const { specialization, expand } of doctors) {
		if (expand?.department) departments.set(`department=${expand.department.id}`, expand.department.name);
		if (specialization) specializations.set(`specialization=${specialization}`, specialization);
	}
	/** @type {FieldOption[]} */
	const groups = [
		["Departments", sortedByName(departments)],
		["Specializations", sortedByName(specializations)],
	];
	return [["", "All"], ...groups.filter(([, options]) => options.length > 0)];
}

/** @param {Map<string, string>} options */
const sortedByName = (options) => [...options].sort(([, a], [, b]) => a.localeCompare(b));
