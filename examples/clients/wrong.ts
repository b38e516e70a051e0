// What the types must refuse. It is compiled and never run: a line that compiles after
// all is an error, since nothing is there for @ts-expect-error to expect.

import createClient from "openapi-fetch";
import type { components, paths } from "./build/hospital";

const api = createClient<paths>({ baseUrl: "" });
const visits = "/api/collections/appointments/records";
const visit = { patient: "pat100000000000", doctor: "dr1000000000000", starts: "2030-01-31 09:00:00.000Z" };

// @ts-expect-error there is no such path
await api.GET("/api/collections/appointment/records", {});
// @ts-expect-error nothing is ever deleted
await api.DELETE("/api/collections/appointments/records/{id}", { params: { path: { id: "asked1000000000" } } });
// @ts-expect-error a visit begins some time
await api.POST(visits, { body: { patient: visit.patient, doctor: visit.doctor } });
// @ts-expect-error there is no such field
const booking: components["schemas"]["AppointmentCreate"] = { ...visit, begins: visit.starts };
// @ts-expect-error there is no such kind of visit
await api.POST(visits, { body: { ...visit, visit_type: "urgent" } });
// @ts-expect-error amounts are numbers
await api.POST("/api/collections/payments/records", {
	body: { bill: "bill10000000000", method: "cash", amount_minor: "12.30" },
});
// @ts-expect-error an account's e-mail address is text
const address: components["schemas"]["PatientCreate"]["email"] = 1;
// @ts-expect-error not everybody is shown the staff's note
const note: string = ({} as components["schemas"]["Appointment"]).staff_note;
// @ts-expect-error there is no such code
const code: components["schemas"]["Code"] = "slot_token";
