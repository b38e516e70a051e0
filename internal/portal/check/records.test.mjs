// The types of the records name fields that the API document has.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const types = new URL("types/", import.meta.url);

/** The schemas whose types have another name. @type {Record<string, string>} */
const schemaOf = { Visit: "Appointment", PatientDocument: "Document" };

const document = ["modules", "internal"]
	.filter((folder) => existsSync(root + folder))
	.flatMap((folder) => readdirSync(root + folder).map((name) => `${root}${folder}/${name}/openapi.yaml`))
	.filter(existsSync)
	.map((file) => readFileSync(file, "utf8"))
	.join("\n");

for (const file of ["people", "visits", "clinical", "billing"]) {
	const text = readFileSync(new URL(`${file}.d.ts`, types), "utf8");
	for (const [, name, body] of text.matchAll(/^interface (\w+)[^{]*\{\n(.*?)^\}/gms)) {
		test(`${name} has only fields of the API document`, () => {
			const schema = new RegExp(`^ {4}${schemaOf[name] ?? name}:\n(.*?)(?=^ {0,4}\\S|$(?![^]))`, "ms").exec(
				document,
			);
			assert(schema, "the schema is missing");
			const fields = [...body.matchAll(/^\t(\w+)\??:/gm)].map(([, field]) => field);
			assert(fields.length > 0);
			for (const field of fields) assert.match(schema[1], new RegExp(`\\b${field}\\b`), field);
		});
	}
}
