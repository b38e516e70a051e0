// The settings view has the fields that the API has, and converts them without loss.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { changedValues } from "../../../pb_public/js/fields.js";
import { settingGroups, settingValues, storedValues } from "../../../pb_public/js/settings.js";

const examples = JSON.parse(readFileSync(new URL("../../apidocs/examples.json", import.meta.url), "utf8"));
const record = examples.Hospital;

test("every setting of the API has a field, with a label", () => {
	const unset = ["id", "created", "updated", "collectionId", "collectionName", "currency_exponent"];
	const settings = settingGroups.flatMap((group) => group.settings);
	assert.deepEqual(
		settings.map(({ name }) => name).sort(),
		Object.keys(record)
			.filter((name) => !unset.includes(name))
			.sort(),
	);
	for (const { name, label } of settings) assert(label, name);
});

test("settings that were not changed are not sent", () => {
	for (const discount_limit_bp of [0, 7, 1000, 1235, 10_000]) {
		const stored = { ...record, discount_limit_bp };
		assert.deepEqual(changedValues(stored, storedValues(settingValues(stored))), {});
	}
});

test("only the settings that were changed are sent, as the API takes them", () => {
	const values = { ...settingValues(record), name: "Lindenhof", discount_limit_bp: 12.35, confirm_email: true };
	assert.deepEqual(changedValues(record, storedValues(values)), {
		name: "Lindenhof",
		discount_limit_bp: 1235,
		confirm_email: true,
	});
});
