package webhooks

// Type is the type of an event.
type Type string

// The types.
const (
	AppointmentRequested   Type = "hospital.appointment.requested"
	AppointmentApproved    Type = "hospital.appointment.approved"
	AppointmentRejected    Type = "hospital.appointment.rejected"
	AppointmentRescheduled Type = "hospital.appointment.rescheduled"
	AppointmentCancelled   Type = "hospital.appointment.cancelled"
	AppointmentCompleted   Type = "hospital.appointment.completed"
	BillIssued             Type = "hospital.bill.issued"
	PaymentVerified        Type = "hospital.payment.verified"
	PaymentRejected        Type = "hospital.payment.rejected"
	PrescriptionIssued     Type = "hospital.prescription.issued"
	Notice                 Type = "hospital.notice"
	Test                   Type = "hospital.test"

	all Type = "*" // of the events of a webhook
)

// row is a row of the table: what the data of an event has, besides the id of its record.
type row struct {
	is     Type
	when   string
	fields []string
}

// table is all types. hooks.go has the event of each, and package notices publishes Notice. No data says why a patient
// comes, what was found or prescribed. Only the text of a notice has a name, that of the patient: receivers read what else
// they may know through the API, with an account of their own.
var table = []row{
	{AppointmentRequested, "a patient asks for a visit", appointment},
	{AppointmentApproved, "the hospital approves a visit, or books one itself", appointment},
	{AppointmentRejected, "the hospital rejects a request", appointment},
	{AppointmentRescheduled, "a visit is moved", appointment},
	{AppointmentCancelled, "a visit is cancelled by the patient or the hospital", appointment},
	{AppointmentCompleted, "a visit is completed", appointment},
	{BillIssued, "a bill is issued", []string{"number", "patient", "appointment", "currency", "total_minor", "due_on",
		"issued_at", "status", "version"}},
	{PaymentVerified, "a payment is verified", payment},
	{PaymentRejected, "a payment is rejected", payment},
	{PrescriptionIssued, "a prescription is issued", []string{"number", "patient", "doctor", "appointment", "issued_at",
		"valid_until", "status", "version"}},
	{Notice, "a patient with a phone is told something, for a gateway that sends it", []string{"kind", "patient",
		"appointment", "phone", "language", "text"}},
	{Test, "an admin tests a webhook", nil},
}

var (
	appointment = []string{"number", "patient", "doctor", "starts", "ends", "room", "visit_type", "status", "version"}
	payment     = []string{"number", "receipt", "bill", "patient", "currency", "amount_minor", "method", "status",
		"version"}
)

func typeNames() (names []Type) {
	for _, r := range table {
		names = append(names, r.is)
	}
	return names
}

// selectable are the types that a webhook can want. A test is sent to any.
func selectable() []Type {
	names := typeNames()
	return append([]Type{all}, names[:len(names)-1]...)
}

func fieldsOf(is Type) []string {
	for _, r := range table {
		if r.is == is {
			return r.fields
		}
	}
	panic("the table has no row for " + string(is))
}
