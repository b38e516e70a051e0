package reports

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

var (
	deskReaders  = []kit.Role{role.Receptionist, role.Admin}
	adminReaders = []kit.Role{role.Admin}
)

// exports are all tables that can be downloaded. None has a clinical word: who may read notes reads them in the record.
var exports = []export{
	{ // every bill and credit note that was issued in the period
		name: "bills", roles: bookReaders, collection: "bills", patient: "bills.patient", moment: "bills.issued_at",
		currency: "bills.currency",
		from: `bills LEFT JOIN patients p ON p.id = bills.patient LEFT JOIN doctors d ON d.id = bills.doctor
			LEFT JOIN bills o ON o.id = bills.original`,
		columns: []column{
			{"number", "bills.number", words}, {"kind", "bills.kind", words}, {"status", "bills.status", words},
			{"issued_on", "bills.issued_at", aDay}, {"due_on", "bills.due_on", aDate},
			{"record_number", "p.mrn", words}, {"patient", "p.name", words}, {"doctor", "d.name", words},
			{"original", "o.number", words}, {"subtotal", "bills.subtotal_minor", amount},
			{"discount", "bills.discount_minor", amount}, {"tax", "bills.tax_minor", amount},
			{"total", "bills.total_minor", amount}, {"credited", "bills.credited_minor", amount},
			{"paid", "bills.paid_minor", amount}, {"balance", "bills.balance_minor", amount},
			{"currency", "bills.currency", words}, {"voided_on", "bills.voided_at", aDay}, {"reason", "bills.reason", words},
		},
	},
	{ // every payment and refund that was verified in the period
		name: "payments", roles: bookReaders, collection: "payments", patient: "payments.patient",
		moment: "payments.decided_at", currency: "payments.currency", where: "payments.status = 'verified'",
		from: "payments LEFT JOIN bills b ON b.id = payments.bill LEFT JOIN patients p ON p.id = payments.patient",
		columns: []column{
			{"receipt", "payments.receipt", words}, {"number", "payments.number", words}, {"kind", "payments.kind", words},
			{"method", "payments.method", words}, {"verified_on", "payments.decided_at", aDay},
			{"recorded_on", "payments.created", aDay}, {"bill", "b.number", words}, {"record_number", "p.mrn", words},
			{"patient", "p.name", words}, {"reference", "payments.reference", words},
			{"amount", "payments.amount_minor", amount}, {"currency", "payments.currency", words},
		},
	},
	{ // every visit that starts in the period
		name: "appointments", roles: deskReaders, collection: "appointments", patient: "appointments.patient",
		moment: "appointments.starts",
		from: `appointments LEFT JOIN patients p ON p.id = appointments.patient
			LEFT JOIN doctors d ON d.id = appointments.doctor LEFT JOIN departments g ON g.id = d.department`,
		columns: []column{
			{"number", "appointments.number", words}, {"starts", "appointments.starts", clock},
			{"ends", "appointments.ends", clock}, {"status", "appointments.status", words},
			{"type", "appointments.visit_type", words}, {"record_number", "p.mrn", words}, {"patient", "p.name", words},
			{"doctor", "d.name", words}, {"department", "g.name", words}, {"room", "appointments.room", words},
			{"requested_at", "appointments.requested_at", clock}, {"approved_at", "appointments.approved_at", clock},
			{"checked_in_at", "appointments.checked_in_at", clock}, {"started_at", "appointments.started_at", clock},
			{"completed_at", "appointments.completed_at", clock}, {"cancelled_at", "appointments.cancelled_at", clock},
			{"cancel_code", "appointments.cancel_code", words},
		},
	},
	{ // all patients, those registered first first
		name: "patients", roles: adminReaders, collection: "patients", patient: "patients.id", moment: "patients.created",
		from: "patients", where: "patients.merged_into = ''", always: true,
		columns: []column{
			{"record_number", "patients.mrn", words}, {"name", "patients.name", words},
			{"birth_date", "patients.birth_date", aDate}, {"sex", "patients.sex", words}, {"phone", "patients.phone", words},
			{"email", "patients.email", words}, {"address", "patients.address", words},
			{"emergency_name", "patients.emergency_name", words}, {"emergency_phone", "patients.emergency_phone", words},
			{"language", "patients.language", words}, {"active", "patients.active", count},
			{"registered_on", "patients.created", aDay},
		},
	},
	{ // the price list
		name: "prices", roles: bookReaders, collection: "services", patient: none, moment: "services.created",
		from: "services", currency: "(SELECT currency FROM hospital LIMIT 1)", always: true,
		columns: []column{
			{"code", "services.code", words}, {"name", "services.name", words}, {"category", "services.category", words},
			{"price", "services.price_minor", amount}, {"currency", "(SELECT currency FROM hospital LIMIT 1)", words},
			{"tax_percent", "services.tax_bp", percent}, {"active", "services.active", count},
		},
	},
	{ // the audit log of the period
		name: "audit", roles: adminReaders, collection: "audit_log", patient: "audit_log.patient", moment: "audit_log.at",
		number: "audit_log.seq",
		from:   "audit_log LEFT JOIN patients p ON p.id = audit_log.patient",
		columns: []column{
			{"number", "audit_log.seq", count}, {"at", "audit_log.at", clock}, {"actor", "audit_log.actor_name", words},
			{"role", "audit_log.role", words}, {"action", "audit_log.action", words},
			{"collection", "audit_log.collection", words}, {"record", "audit_log.record", words},
			{"record_number", "p.mrn", words}, {"outcome", "audit_log.outcome", words},
			{"changes", "audit_log.changes", words}, {"patients", "audit_log.patients", count},
			{"times", "audit_log.times", count}, {"ip", "audit_log.ip", words}, {"request", "audit_log.request", words},
		},
	},
}
