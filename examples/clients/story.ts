// A patient of the demo hospital lists their visits and books another one, with the types that openapi-typescript
// generated from the API document:
//
//   node build/js/story.js http://127.0.0.1:8090

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./build/hospital";

type Visit = components["schemas"]["Appointment"];

const api = createClient<paths>({ baseUrl: process.argv[2] });
const say = (text: string) => console.log(`typescript: ${text}`);

type Refused = components["schemas"]["Refusal"] | components["schemas"]["HalfSignedIn"];

// must returns the answer, or throws its error. The demo hospital does not require a code to sign in.
function must<T>({ data, error }: { data?: T; error?: Refused }): T {
	if (data === undefined) throw new Error(error && "message" in error ? error.message : "A code has to follow.");
	return data;
}

const { token, record: account } = must(
	await api.POST("/api/collections/users/auth-with-password", {
		body: { identity: "patient@hospital.example", password: "demo-hospital" },
	}),
);
api.use({ onRequest: ({ request }) => request.headers.set("Authorization", token) });
assert.equal(account.role, "patient");
say(`${account.name} signs in`);

const listed = must(
	await api.GET("/api/collections/appointments/records", {
		params: { query: { sort: "starts,id", filter: "status != 'cancelled'", expand: "patient", skipTotal: true } },
	}),
);
assert.equal(listed.totalItems, -1, "no total was counted");
assert(listed.items.length > 0, "the demo hospital gives its patients visits");
say(`lists ${listed.items.length} visits of their own and of their child`);

const family = must(
	await api.GET("/api/collections/patients/records", { params: { query: { sort: "birth_date" } } }),
).items;
assert(
	listed.items.every((visit) => family.some((patient) => patient.id === visit.patient)),
	"and no records of other patients",
);

const doctors = must(
	await api.GET("/api/collections/doctors/records", { params: { query: { filter: "accepts_online = true" } } }),
).items;
const day = (days: number) => new Date(Date.now() + days * 24 * 3600_000).toISOString().slice(0, 10);
const from = Math.floor(30 + Math.random() * 200);
const { slots, timezone } = must(
	await api.GET("/api/hospital/doctors/{id}/slots", {
		params: { path: { id: doctors[0].id }, query: { from: day(from), to: day(from + 13) } },
	}),
);
assert.equal(timezone, "Europe/Berlin");
const wanted = { patient: family[0].id, doctor: doctors[0].id, starts: slots[0].starts, reason: "Knee pain" };
const booked: Visit = must(
	await api.POST("/api/collections/appointments/records", { body: { ...wanted, visit_type: "follow_up" } }),
);
assert.equal(booked.status, "pending");
assert.deepEqual([booked.starts, booked.ends], [slots[0].starts, slots[0].ends]);
say(`books ${booked.number} with ${doctors[0].name}, ${booked.starts}`);

const twice = await api.POST("/api/collections/appointments/records", { body: wanted });
assert.equal(twice.response.status, 409);
const code: components["schemas"]["Code"] | undefined = twice.error?.data.starts?.code;
assert(code === "slot_taken" || code === "patient_busy", `the same time again is refused with ${code}`);
say(`cannot book the same time again: ${code}`);

const cancelled = must(
	await api.PATCH("/api/collections/appointments/records/{id}", {
		params: { path: { id: booked.id } },
		body: { status: "cancelled", version: booked.version },
	}),
);
assert.equal(cancelled.cancel_code, "patient");
say("cancels it");
