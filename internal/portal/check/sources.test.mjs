// Rules for all JavaScript, TypeScript, CSS and HTML: no line has more than 120 columns (a tab counts as four), and
// no file more than 250 lines.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folders = ["pb_public", "examples", "modules/apidocs/page", "internal/apidocs/page", "internal/portal/check"];
const checked = /\.(js|mjs|ts|css|html)$/;
const foreign = /(^|\/)(node_modules|build)\//;

for (const folder of folders) {
	for (const file of filesOf(folder)) {
		const name = `${folder}/${file}`;
		test(`${name} has short lines and is a short file`, () => {
			const lines = readFileSync(root + name, "utf8")
				.trimEnd()
				.split("\n");
			const long = lines.flatMap((line, i) => (line.replaceAll("\t", "    ").length > 120 ? [i + 1] : []));
			assert.deepEqual(long, [], "lines with more than 120 columns");
			assert(lines.length <= 250, `it has ${lines.length} lines`);
		});
	}
}

/** @param {string} folder */
function filesOf(folder) {
	try {
		const names = readdirSync(root + folder, { recursive: true, encoding: "utf8" });
		return names.filter((name) => checked.test(name) && !foreign.test(name)).sort();
	} catch {
		return []; // a folder that was moved
	}
}
