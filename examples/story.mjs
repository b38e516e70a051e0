// One visit from registration to the paid bill, through the official SDK, against
// a running demo hospital:
//
//   node story.mjs [http://127.0.0.1:8090]

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { EventSource } from "eventsource";
import PocketBase from "pocketbase";

globalThis.EventSource = EventSource; // Node has none of its own

const url = process.argv[2] ?? "http://127.0.0.1:8090";
const demoPassword = "demo-hospital";
const watched = ["appointments", "bills", "payments"];
const clients = [];
const began = Date.now();

const say = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${text}`);
const instant = (date) => date.toISOString().replace("T", " ");
const minutes = (n) => n * 60_000;

// money writes the cents of the demo hospital, which counts in euros.
const money = (minor) => (minor / 100).toFixed(2);

// signIn is one person at one device.
async function signIn(email, password = demoPassword) {
	const client = new PocketBase(url);
	client.autoCancellation(false);
	clients.push(client);
	await client.collection("users").authWithPassword(email, password);
	return client;
}

// listen collects what realtime tells a client, as "bills update paid".
async function listen(client) {
	const heard = [];
	for (const name of watched) {
		await client.collection(name).subscribe("*", ({ action, record }) => {
			heard.push({ record: record.id, patient: record.patient, said: `${name} ${action} ${record.status}` });
		});
	}
	return heard;
}

// until waits for something that realtime is about to bring.
async function until(happened, what) {
	for (let tries = 0; !happened(); tries++) {
		assert(tries < 100, `waited 10 seconds for ${what}`);
		await sleep(100);
	}
}

// refusal is the code of what the API refused, such as "slot_taken".
const refusal = (error) => Object.values(error.response?.data ?? {}).map((field) => field.code)[0];

// book asks for the first free slot of some doctors, so many days from now. When somebody is faster, the
// hospital names other slots at once.
async function book(client, patient, doctors, days = 0) {
	const from = new Date(Date.now() + days * minutes(60 * 24)).toISOString().slice(0, 10);
	const { slots } = await client.send("/api/hospital/slots", { query: { from, limit: 200 } });
	let [slot] = slots.filter((s) => doctors.some((d) => d.id === s.doctor));
	for (let tries = 0; slot && tries < 10; tries++) {
		try {
			return await client
				.collection("appointments")
				.create({ patient, doctor: slot.doctor, starts: slot.starts, reason: "Sore throat" });
		} catch (error) {
			if (refusal(error) !== "slot_taken") throw error;
			say(`${slot.starts} has just been taken`);
			[slot] = error.response.data.starts.params.slots;
		}
	}
	throw new Error("The demo doctors have no free slot.");
}

// comeNow moves a visit to a few seconds from now, beside whatever the doctor's hours say.
async function comeNow(desk, visit) {
	const starts = new Date(Date.now() + 3_000);
	return desk.collection("appointments").update(visit.id, {
		starts: instant(starts),
		ends: instant(new Date(starts.getTime() + minutes(5))),
		overbook: true,
		staff_note: "Is here already",
	});
}

// complete closes a visit once the hospital's own clock says that it has begun.
async function complete(client, visit) {
	for (let tries = 0; ; tries++) {
		try {
			return await client.collection("appointments").update(visit, { status: "completed" });
		} catch (error) {
			if (refusal(error) !== "too_early" || tries === 10) throw error;
			await sleep(500);
		}
	}
}

async function story() {
	const email = `story-${Date.now()}-${Math.floor(Math.random() * 1e6)}@example.com`;
	const password = "a-password-of-mine";
	const guest = new PocketBase(url);
	await guest.collection("users").create({
		email,
		password,
		passwordConfirm: password,
		name: "Mia Story",
		role: "patient",
		phone: "+49 30 5550199",
		birth_date: "1992-04-17",
		sex: "female",
	});
	say(`${email} registers as a patient`);

	const mia = await signIn(email, password);
	const records = await mia.collection("patients").getFullList();
	assert.equal(records.length, 1, "a new patient sees one record, their own");
	say(`signs in; her medical record number is ${records[0].mrn}`);

	const phone = await signIn(email, password);
	const stranger = await signIn("patient2@hospital.example");
	const heard = await listen(phone);
	const overheard = await listen(stranger);
	say(`her phone and a stranger listen to ${watched.join(", ")}`);

	const staff = { "Dr. Sofia Keller": "doctor@hospital.example", "Dr. Emeka Obi": "doctor2@hospital.example" };
	const doctors = await mia.collection("doctors").getFullList({ sort: "-name" });
	const visit = await book(
		mia,
		records[0].id,
		doctors.filter((d) => d.name in staff),
	);
	const doctor = doctors.find((d) => d.id === visit.doctor);
	assert.equal(visit.status, "pending");
	say(`books ${visit.number} with ${doctor.name} at ${visit.starts}, room ${visit.room}`);

	const physician = await signIn(staff[doctor.name]);
	const approved = await physician.collection("appointments").update(visit.id, { status: "approved" });
	assert.equal(approved.status, "approved");
	say(`${doctor.name} approves it`);

	const desk = await signIn("reception@hospital.example");
	const starts = new Date((await comeNow(desk, visit)).starts.replace(" ", "T"));
	say("she is here already; the front desk moves the visit to now");

	await sleep(Math.max(0, starts.getTime() - Date.now()));
	assert.equal((await complete(physician, visit.id)).status, "completed");
	say(`${doctor.name} completes the visit`);

	const bills = await mia.collection("bills").getFullList();
	assert.equal(bills.length, 1, "one visit, one bill");
	const [bill] = bills;
	assert.equal(bill.appointment, visit.id);
	assert.equal(bill.status, "unpaid");
	assert(bill.total_minor > 0 && bill.balance_minor === bill.total_minor);
	say(`she finds the bill ${bill.number} of ${bill.currency} ${money(bill.total_minor)}`);

	const payment = await mia
		.collection("payments")
		.create({ bill: bill.id, method: "transfer", amount_minor: bill.total_minor, reference: "story" });
	assert.equal(payment.status, "pending");
	say(`declares the payment ${payment.number}`);

	const accountant = await signIn("accountant@hospital.example");
	await accountant.collection("payments").update(payment.id, { status: "verified" });
	say("the accountant verifies it");

	const paid = await mia.collection("bills").getOne(bill.id);
	assert.deepEqual([paid.status, paid.balance_minor], ["paid", 0]);
	say("the bill is paid");

	const expected = {
		[visit.id]: [
			"appointments create pending",
			"appointments update approved",
			"appointments update approved",
			"appointments update completed",
		],
		[bill.id]: ["bills create unpaid", "bills update paid"],
		[payment.id]: ["payments create pending", "payments update verified"],
	};
	const told = Object.values(expected).flat();
	await until(() => heard.length >= told.length, "her phone to hear of everything");
	for (const [record, said] of Object.entries(expected)) {
		assert.deepEqual(
			heard.filter((h) => h.record === record).map((h) => h.said),
			said,
		);
	}
	assert.equal(heard.length, told.length, "her phone hears nothing else");
	say(`her phone has heard: ${told.join("; ")}`);

	// That the stranger heard nothing says something only while they can hear: of
	// a booking of their own they do, after all that came before it on the same line.
	const { id } = (await stranger.collection("patients").getFullList())[0];
	const own = await book(stranger, id, [doctor], 7);
	await stranger.collection("appointments").update(own.id, { status: "cancelled" });
	await until(
		() => overheard.filter((h) => h.record === own.id).length === 2,
		"the stranger to hear of their own booking",
	);
	assert.deepEqual(
		overheard.filter((h) => h.patient !== id),
		[],
		"the stranger hears of nobody else",
	);
	say("the stranger has heard of their own booking and of nothing else");
}

const limit = setTimeout(() => {
	console.error("The story took too long.");
	process.exit(1);
}, 55_000);

try {
	await story();
	say("done");
} catch (error) {
	const reason = error.status === 0 ? `nobody answers at ${url}` : error.message;
	console.error(`\nThe story ended with a surprise: ${reason}`);
	if (error.response?.message) console.error(JSON.stringify(error.response, null, 2));
	process.exitCode = 1;
} finally {
	clearTimeout(limit);
	await Promise.allSettled(clients.map((client) => client.realtime.unsubscribe()));
}
