// Runs the JavaScript snippets of CLIENTS.md against a running demo hospital, as one program. The code before and
// after each snippet is here:
//
//   node snippets.mjs http://127.0.0.1:8090

import { mkdir, readFile, writeFile } from "node:fs/promises";

process.env.TZ = "America/New_York"; // the device is in another time zone than the hospital
const page = await readFile(new URL("../../internal/apidocs/CLIENTS.md", import.meta.url), "utf8");

// around is, by heading, the code around a snippet: what it needs, and what must be true after it. The line of three
// dots is the snippet.
const around = {
	"Sign in": `
    ...
    assert.equal(role, "patient");
    assert.equal(name, "Łukasz Müller");
    say("signs in");`,

	"Sign in with a code": `
    {
      const did = [], answers = { half: { response: { mfaId: "half" } }, wrong: { status: 400, response: {} } };
      const users = {
        authWithPassword: async (_, password) => { if (answers[password]) throw answers[password]; return "in"; },
        requestOTP: async (email) => { did.push(email); return { otpId: "otp" }; },
        authWithOTP: async (...given) => { did.push(given); return "in with a code"; },
      };
      const pb = { collection: () => users }; // the demo hospital asks for no code
      ...
      const code = async () => "12345678";
      assert.equal(await signIn("a@b.example", "right", code), "in");
      assert.equal(await signIn("a@b.example", "half", code), "in with a code");
      assert.deepEqual(did, ["a@b.example", ["otp", "12345678", { mfaId: "half" }]]);
      await assert.rejects(signIn("a@b.example", "wrong", code), answers.wrong);
      say("signs in with a code");
    }`,

	Lists: `
    const shown = [];
    const show = (...what) => shown.push(what);
    ...
    assert(shown.length > 0 && coming.totalItems === -1);
    for (const [starts, doctor, status] of shown) {
      assert(starts > new Date().toISOString().replace("T", " "));
      assert(doctor?.startsWith("Dr. ") && status !== "cancelled");
    }
    say("lists " + shown.length + " coming visits");`,

	Write: `
    let visit = await book();
    const said = [];
    const reload = async (id) => said.push("reloads " + id);
    const showError = (message) => said.push(message);
    const cancel = async () => {
      ...
    };
    await other.collection("appointments").update(visit.id, { reason: "Another reason" });
    await cancel();
    assert.deepEqual(said.splice(0), ["reloads " + visit.id]);
    visit = await pb.collection("appointments").getOne(visit.id);
    await cancel();
    assert.deepEqual(said, []);
    assert.equal((await pb.collection("appointments").getOne(visit.id)).status, "cancelled");
    visit = { id: "nosuchvisit0000" };
    await cancel();
    assert.deepEqual(said.splice(0), ["The requested resource wasn't found."]);
    line.cut();
    line.down = true;
    await cancel();
    line.down = false;
    assert.deepEqual(said, ["The hospital does not answer."]);
    say("cancels a visit, and shows a stale version, a missing visit and a missing answer");`,

	"Offline and retries": `
    ...
    const child = { id: newID(), user: pb.authStore.record.id, name: "Ida Müller", birth_date: "2024-02-29" };
    assert.match(child.id, /^[a-z0-9]{15}$/);
    const count = async () => (await other.collection("patients").getFullList()).length;
    const before = await count();
    line.loseAnswers = 1;
    const made = await createOnce("patients", child);
    assert.equal(line.loseAnswers, 0);
    assert.deepEqual([made.id, made.name], [child.id, child.name]);
    assert.equal(await count(), before + 1);
    await assert.rejects(createOnce("patients", { ...child, id: newID(), birth_date: "2999-01-01" }), { status: 400 });
    say("creates one record although the first answer was lost");`,

	Book: `
    const [{ id: patient }] = await other.collection("patients").getFullList({ sort: "birth_date" });
    const department = (await other.collection("departments").getFirstListItem("code = 'GENERAL'")).id;
    const offered = [];
    const chooseSlot = async (slots) => { offered.push(slots); return slots[0]; };
    ...
    const first = await bookFirst(new Date(Date.now() + 3 * 24 * 3600_000).toISOString().slice(0, 10));
    assert.equal(first.status, "pending");
    assert.deepEqual(offered, []);
    const [kid] = await other.collection("patients").getFullList({ filter: "name = 'Zoë Müller'" });
    const second = await bookAt(first.starts, first.doctor, kid.id);
    assert.notEqual(second.starts, first.starts);
    assert.deepEqual([offered.length, offered[0].length], [1, 5]);
    for (const { id } of [first, second]) await other.collection("appointments").update(id, { status: "cancelled" });
    say("books the first free slot, and another one where that is taken");`,

	Realtime: `
    ...
    const mine = await book();
    const seen = () => visits.filter((v) => v.id === mine.id);
    await until(() => seen().length === 1, "the new visit");
    assert.equal(seen()[0].expand?.patient?.id, mine.patient);
    line.cut();
    line.down = true;
    await other.collection("appointments").update(mine.id, { reason: "Changed while cut" });
    line.down = false;
    await until(() => seen()[0].reason === "Changed while cut", "the change while the connection was cut");
    await other.collection("appointments").update(mine.id, { status: "cancelled" });
    await until(() => seen()[0].status === "cancelled", "the change after it");
    assert.equal(seen().length, 1);
    say("receives a visit, also after the connection was cut");`,

	Time: `
    ...
    assert.equal(hospital.timezone, "Europe/Berlin");
    assert.equal(when("2030-01-31 09:00:00.000Z"), "31 Jan 2030, 10:00");
    say("shows times at the hospital");`,

	Money: `
    ...
    assert.equal(money(1230), "€12.30");
    assert.equal(money(1), "€0.01");
    say("shows amounts");`,

	"Bills and exports as files": `
    ...
    const bill = await pb.collection("bills").getFirstListItem("issued_at != ''");
    const printed = await fileOf("bills/" + bill.id + "/pdf");
    assert.equal(printed.name, bill.number + ".pdf");
    assert.equal((await printed.blob.text()).slice(0, 5), "%PDF-");
    const [columns, line1] = (await (await fileOf("bills/" + bill.id + "/csv")).blob.text()).split("\\r\\n");
    assert(columns.startsWith("bill,line,description") && line1.startsWith(bill.number + ",1,"));
    await assert.rejects(fileOf("bills/nosuchbill00000/pdf"), { message: "The requested resource wasn't found." });
    say("saves a bill");`,
};

const body = [];
for (const section of page.split(/^## /m).slice(1)) {
	const heading = section.slice(0, section.indexOf("\n"));
	const snippets = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map((found) => found[1]);
	if (snippets.length !== (heading in around ? 1 : 0)) {
		throw new Error(
			`CLIENTS.md has ${snippets.length} JavaScript snippets under "${heading}": describe them in snippets.mjs.`,
		);
	}
	if (snippets.length === 1)
		body.push(
			`// ${heading}`,
			around[heading].replace(/^ *\.\.\.$/m, () => snippets[0]),
		);
}
if (body.length !== 2 * Object.keys(around).length)
	throw new Error("CLIENTS.md lacks a heading that snippets.mjs expects.");

// The program: the snippets, with a start and an end.
const program = `
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { EventSource } from "eventsource";
import { Line } from "../line.mjs";

globalThis.EventSource = EventSource; // Node has none of its own
const line = await Line.to(process.argv[2]);
const HOSPITAL = line.url, EMAIL = "patient@hospital.example", PASSWORD = "demo-hospital";
const say = (text) => console.log("javascript: " + text);

async function until(happened, what) {
  for (let tries = 0; !happened(); tries++) {
    assert(tries < 200, "waited 20 seconds for " + what);
    await sleep(100);
  }
}

// other is the same person on a device whose connection is never cut.
const other = new PocketBase(process.argv[2]);
other.autoCancellation(false);
await other.collection("users").authWithPassword(EMAIL, PASSWORD);

async function book() {
  const [patient] = await other.collection("patients").getFullList({ sort: "birth_date" });
  const [doctor] = await other.collection("doctors").getFullList({ filter: "accepts_online = true" });
  const from = new Date(Date.now() + (40 + Math.random() * 100) * 24 * 3600_000).toISOString().slice(0, 10);
  const { slots } = await other.send("/api/hospital/doctors/" + doctor.id + "/slots", { query: { from } });
  const { starts } = slots[Math.floor(Math.random() * slots.length)];
  return other.collection("appointments").create({ patient: patient.id, doctor: doctor.id, starts, reason: "Cough" });
}

${body.join("\n")}

await pb.realtime.unsubscribe();
line.close();
`;
setTimeout(() => {
	console.error("The snippets took too long.");
	process.exit(1);
}, 60_000).unref();

await mkdir(new URL("build/", import.meta.url), { recursive: true });
await writeFile(new URL("build/snippets.mjs", import.meta.url), program);
try {
	await import("./build/snippets.mjs");
} catch (error) {
	console.error(error.stack, JSON.stringify(error.response ?? {}));
	process.exit(1);
}
