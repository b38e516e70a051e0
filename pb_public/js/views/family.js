import { list } from "../api.js";
import { button, factList, h, heading } from "../dom.js";
import { sexes } from "../labels.js";
import { region } from "../live.js";
import { linkRecord } from "../patient-account.js";
import { registerPatient } from "../people.js";
import { currentUser } from "../session.js";
import { birthDateWithAge } from "../time.js";

/** familyView shows the patients whom an account looks after. */
export async function familyView() {
	const people = await region(["patients"], async () =>
		(await list("patients", { sort: "created" })).map((patient) =>
			h(
				"section",
				{ class: "card person" },
				h("h2", {}, patient.name),
				factList({
					"Record number": patient.mrn,
					"Date of birth": birthDateWithAge(patient.birth_date),
					Sex: sexes[patient.sex ?? ""],
					"Blood group": patient.blood_group,
					Phone: patient.phone,
					Email: patient.email,
					Address: patient.address,
				}),
			),
		),
	);
	const add = button("Add family member", () => registerPatient("Add family member", { user: currentUser()?.id }), {
		kind: "main",
	});
	const link = button("Link a record with a code", linkRecord);
	return [heading("You and your family", h("div", { class: "actions" }, link, add)), people];
}
