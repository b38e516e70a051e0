// The types of the records name fields that the API document has.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const types = new URL("types/", import.meta.url);

/** The schemas whose types have another name. @type {Record<string, string>} */
const schemaOf = { Visit: "Appointment", PatientDocument: "Document" };

// One real record of each schema. The document itself is made when the server starts.
const recorded = JSON.parse(readFileSync(`${root}internal/apidocs/examples.json`, "utf8"));
const examples = { ...recorded, Slot: recorded.Slots.slots[0], BillingFigures: recorded.BillingStatistics.total };

// Fields that only some answers have.
const added = ["expand", "affected", "code"];

for (const file of ["people", "visits", "clinical", "billing"]) {
	const text = readFileSync(new URL(`${file}.d.ts`, types), "utf8");
	for (const [, name, body] of text.matchAll(/^interface (\w+)[^{]*\{\n(.*?)^\}/gms)) {
		test(`${name} has only fields of the API document`, () => {
			const record = examples[schemaOf[name] ?? name];
			assert(record, "there is no example of the schema");
			const fields = [...body.matchAll(/^\t(\w+)\??:/gm)].map(([, field]) => field);
			assert(fields.length > 0);
			for (const field of fields) assert(field in record || added.includes(field), field);
		});
	}
}
