// What the types must refuse. This file is compiled and never run. When a line compiles after all, its directive
// "@ts-expect-error" is unused, which is an error. Each refused expression has to stay on one line.

import createClient from "openapi-fetch";
import type { components, paths } from "./build/hospital";

const api = createClient<paths>({ baseUrl: "" });
const visits = "/api/collections/appointments/records";
const visit = { patient: "pat100000000000", doctor: "dr1000000000000", starts: "2030-01-31 09:00:00.000Z" };

// @ts-expect-error unknown path
await api.GET("/api/collections/appointment/records", {});
// @ts-expect-error no record can be deleted
await api.DELETE("/api/collections/appointments/records/{id}", { params: { path: { id: "asked1000000000" } } });
// @ts-expect-error starts is required
await api.POST(visits, { body: { patient: visit.patient, doctor: visit.doctor } });
// @ts-expect-error unknown field
const booking: components["schemas"]["AppointmentCreate"] = { ...visit, begins: visit.starts };
// @ts-expect-error unknown visit type
await api.POST(visits, { body: { ...visit, visit_type: "urgent" } });
// @ts-expect-error amounts are numbers
const amount: components["schemas"]["PaymentCreate"]["amount_minor"] = "12.30";
// @ts-expect-error an email address is text
const address: components["schemas"]["PatientCreate"]["email"] = 1;
// @ts-expect-error staff_note is optional, because patients do not see it
const note: string = ({} as components["schemas"]["Appointment"]).staff_note;
// @ts-expect-error unknown code
const code: components["schemas"]["Code"] = "slot_token";
