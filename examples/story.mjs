// One visit from registration to the paid bill, with the official SDK, against a running demo hospital. It can be run
// any number of times:
//
//   node story.mjs [http://127.0.0.1:8090]

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { EventSource } from "eventsource";
import PocketBase from "pocketbase";

Object.assign(globalThis, { EventSource }); // Node has none, and realtime needs it

const url = process.argv[2] ?? "http://127.0.0.1:8090";
const demoPassword = "demo-hospital";
const watched = ["appointments", "bills", "payments"];
const startedAt = Date.now();

/** What is unique to this run: the address of the patient, and the reference of the payment. */
const run = `story-${startedAt}-${Math.floor(Math.random() * 1e6)}`;

/** The demo doctors and their accounts. @type {Record<string, string>} */
const doctorAccounts = { "Dr. Sofia Keller": "doctor@hospital.example", "Dr. Emeka Obi": "doctor2@hospital.example" };

/** @type {PocketBase[]} */
const clients = [];

/** @param {string} text */
const log = (text) => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${text}`);

/** @param {Date} date */
const formatInstant = (date) => date.toISOString().replace("T", " ");

/** @param {number} n */
const minutes = (n) => n * 60_000;

/** formatEuros formats cents: the demo hospital bills in euros. @param {number} minor */
const formatEuros = (minor) => (minor / 100).toFixed(2);

/** signIn signs in one person on one device. @param {string} email */
async function signIn(email, password = demoPassword) {
	const client = new PocketBase(url);
	client.autoCancellation(false);
	clients.push(client);
	await client.collection("users").authWithPassword(email, password);
	return client;
}

/** @typedef {{ record: string, patient: string, text: string }} Event */

/**
 * listen collects the realtime events of a client, with texts such as "bills update paid".
 * @param {PocketBase} client
 */
async function listen(client) {
	/** @type {Event[]} */
	const events = [];
	for (const name of watched) {
		await client.collection(name).subscribe("*", ({ action, record }) => {
			events.push({ record: record.id, patient: record.patient, text: `${name} ${action} ${record.status}` });
		});
	}
	return events;
}

/**
 * waitUntil waits for realtime events, at most 10 seconds.
 * @param {() => boolean} condition
 * @param {string} what
 */
async function waitUntil(condition, what) {
	for (let tries = 0; !condition(); tries++) {
		assert(tries < 100, `waited 10 seconds for ${what}`);
		await sleep(100);
	}
}

/** errorCode is the first error code of an answer, such as "slot_taken". @param {any} error */
const errorCode = (error) => /** @type {any[]} */ (Object.values(error.response?.data ?? {}))[0]?.code;

/**
 * book books the first free slot of some doctors, a number of days from now. When somebody else is faster, the error
 * names other free slots.
 * @param {PocketBase} client
 * @param {string} patient
 * @param {{ id: string }[]} doctors
 */
async function book(client, patient, doctors, days = 0) {
	const from = new Date(Date.now() + days * minutes(60 * 24)).toISOString().slice(0, 10);
	/** @type {{ slots: { doctor: string, starts: string }[] }} */
	const { slots } = await client.send("/api/hospital/slots", { query: { from, limit: 200 } });
	let [slot] = slots.filter((one) => doctors.some(({ id }) => id === one.doctor));
	for (let tries = 0; slot && tries < 10; tries++) {
		const { doctor, starts } = slot;
		try {
			return await client.collection("appointments").create({ patient, doctor, starts, reason: "Sore throat" });
		} catch (error) {
			if (errorCode(error) !== "slot_taken") throw error;
			log(`${starts} has just been taken`);
			[slot] = error.response.data.starts.params.slots;
		}
	}
	throw new Error("The demo doctors have no free slot.");
}

/**
 * moveToNow moves a visit to three seconds from now. It is overbooked, because the doctor may have no hours now.
 * @param {PocketBase} desk
 * @param {{ id: string }} visit
 */
async function moveToNow(desk, visit) {
	const starts = new Date(Date.now() + 3_000);
	return desk.collection("appointments").update(visit.id, {
		starts: formatInstant(starts),
		ends: formatInstant(new Date(starts.getTime() + minutes(5))),
		overbook: true,
		staff_note: "Is here already",
	});
}

/**
 * complete completes a visit, as soon as it has started by the clock of the hospital.
 * @param {PocketBase} client
 * @param {string} visit
 */
async function complete(client, visit) {
	for (let tries = 0; ; tries++) {
		try {
			return await client.collection("appointments").update(visit, { status: "completed" });
		} catch (error) {
			if (errorCode(error) !== "too_early" || tries === 10) throw error;
			await sleep(500);
		}
	}
}

/** register registers a patient and signs them in. */
async function register() {
	const email = `${run}@example.com`;
	const password = "a-password-of-mine";
	const details = { name: "Mia Story", phone: "+49 30 5550199", birth_date: "1992-04-17", sex: "female" };
	const account = { email, password, passwordConfirm: password, role: "patient", ...details };
	await new PocketBase(url).collection("users").create(account);
	log(`${email} registers as a patient`);
	return { mia: await signIn(email, password), phone: await signIn(email, password) };
}

async function story() {
	const { mia, phone } = await register();
	const records = await mia.collection("patients").getFullList();
	assert.equal(records.length, 1, "a new patient sees one record, their own");
	log(`signs in; her medical record number is ${records[0].mrn}`);

	const stranger = await signIn("patient2@hospital.example");
	const events = await listen(phone);
	const strangerEvents = await listen(stranger);
	log(`her phone and a stranger listen to ${watched.join(", ")}`);

	const doctors = await mia.collection("doctors").getFullList({ sort: "-name" });
	const demoDoctors = doctors.filter(({ name }) => name in doctorAccounts);
	const visit = await book(mia, records[0].id, demoDoctors);
	const doctor = doctors.find(({ id }) => id === visit.doctor);
	assert(doctor);
	assert.equal(visit.status, "pending");
	log(`books ${visit.number} with ${doctor.name} at ${visit.starts}, room ${visit.room}`);

	const physician = await signIn(doctorAccounts[doctor.name]);
	const approved = await physician.collection("appointments").update(visit.id, { status: "approved" });
	assert.equal(approved.status, "approved");
	log(`${doctor.name} approves it`);

	const desk = await signIn("reception@hospital.example");
	const starts = new Date((await moveToNow(desk, visit)).starts.replace(" ", "T"));
	log("she is here already; the front desk moves the visit to now");

	await sleep(Math.max(0, starts.getTime() - Date.now()));
	assert.equal((await complete(physician, visit.id)).status, "completed");
	log(`${doctor.name} completes the visit`);

	const bills = await mia.collection("bills").getFullList();
	assert.equal(bills.length, 1, "one visit, one bill");
	const [bill] = bills;
	assert.equal(bill.appointment, visit.id);
	assert.equal(bill.status, "unpaid");
	assert(bill.total_minor > 0 && bill.balance_minor === bill.total_minor);
	log(`she finds the bill ${bill.number} of ${bill.currency} ${formatEuros(bill.total_minor)}`);

	const transfer = { bill: bill.id, method: "transfer", amount_minor: bill.total_minor, reference: run };
	const payment = await mia.collection("payments").create(transfer);
	assert.equal(payment.status, "pending");
	log(`reports the payment ${payment.number}`);

	const accountant = await signIn("accountant@hospital.example");
	await accountant.collection("payments").update(payment.id, { status: "verified" });
	log("the accountant verifies it");

	const paid = await mia.collection("bills").getOne(bill.id);
	assert.deepEqual([paid.status, paid.balance_minor], ["paid", 0]);
	log("the bill is paid");

	const approvedTwice = ["appointments update approved", "appointments update approved"]; // the second is the move
	const expected = {
		[visit.id]: ["appointments create pending", ...approvedTwice, "appointments update completed"],
		[bill.id]: ["bills create unpaid", "bills update paid"],
		[payment.id]: ["payments create pending", "payments update verified"],
	};
	const total = Object.values(expected).flat().length;
	await waitUntil(() => events.length >= total, "all events on her phone");
	for (const [record, texts] of Object.entries(expected)) {
		assert.deepEqual(textsOf(events, record), texts);
	}
	assert.equal(events.length, total, "her phone receives nothing else");
	log(`her phone has received ${total} events of the visit, the bill and the payment`);

	// The stranger's own booking comes after everything else on the same stream: when its events have arrived, all
	// others would have arrived too.
	const { id } = (await stranger.collection("patients").getFullList())[0];
	const own = await book(stranger, id, [doctor], 7);
	await stranger.collection("appointments").update(own.id, { status: "cancelled" });
	await waitUntil(() => textsOf(strangerEvents, own.id).length === 2, "the events of the stranger's own booking");
	assert.deepEqual(
		strangerEvents.filter(({ patient }) => patient !== id),
		[],
		"the stranger receives nobody else's events",
	);
	log("the stranger has received the events of their own booking only");
}

/**
 * @param {Event[]} events
 * @param {string} record
 */
const textsOf = (events, record) => events.filter((event) => event.record === record).map(({ text }) => text);

const limit = setTimeout(() => {
	console.error("The story took too long.");
	process.exit(1);
}, 55_000);

try {
	await story();
	log("done");
} catch (error) {
	const reason = error.status === 0 ? `there is no answer from ${url}` : error.message;
	console.error(`\nThe story failed: ${reason}`);
	if (error.response?.message) console.error(JSON.stringify(error.response, null, 2));
	process.exitCode = 1;
} finally {
	clearTimeout(limit);
	await Promise.allSettled(clients.map((client) => client.realtime.unsubscribe()));
}
