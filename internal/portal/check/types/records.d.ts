// The records of the API as the portal reads them, one interface for each collection. Only the fields that the portal
// uses are here; records.test.mjs checks that the API document (openapi.yaml of each module) has them all. A field is
// optional when some role is not shown it, and so is every expanded relation. The types are global, so that the
// sources can name them in JSDoc without an import.

// Stored is what every record has. Instants are UTC, "2030-01-31 09:00:00.000Z", and "" where there is none.
interface Stored {
	id: string;
	created: string;
	updated: string;
}

// Collections maps the name of each collection to its record.
interface Collections {
	allergies: Allergy;
	appointments: Visit;
	audit_log: AuditEntry;
	bills: Bill;
	bill_items: BillItem;
	break_glass: BreakGlass;
	care_team: CareTeamEntry;
	charges: Charge;
	conditions: Condition;
	departments: Department;
	codes: DiagnosisCode;
	discounts: Discount;
	doctors: Doctor;
	documents: PatientDocument;
	encounters: Encounter;
	hospital: Hospital;
	invitations: Invitation;
	link_codes: LinkCode;
	link_notices: LinkNotice;
	messages: Message;
	notice_preferences: NoticePreference;
	notices: Notice;
	nurses: Nurse;
	patients: Patient;
	payments: Payment;
	prescriptions: Prescription;
	prescription_items: PrescriptionItem;
	rebookings: Rebooking;
	rebooking_items: RebookingItem;
	registrations: Registration;
	alerts: Alert;
	schedules: Schedule;
	services: Service;
	threads: Thread;
	time_off: TimeOff;
	unusual_reads: UnusualRead;
	users: User;
	vitals: Vitals;
}
