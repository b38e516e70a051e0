// Waits until a hospital answers, and saves its API document:
//
//   node fetch.mjs http://127.0.0.1:8090 openapi.yaml

import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const [url, file] = process.argv.slice(2);
for (let tries = 0; !(await fetch(`${url}/api/health`).catch(() => null))?.ok; tries++) {
	if (tries === 100) throw new Error(`there is no answer from ${url}`);
	await sleep(100);
}
const answer = await fetch(`${url}/api/hospital/openapi.yaml`);
if (!answer.ok) throw new Error(`the document has the status ${answer.status}`);
const document = await answer.text();
await writeFile(file, document);
console.log(`${file}, ${document.split("\n").length} lines`);
