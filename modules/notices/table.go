package notices

import "slices"

// Kind is what somebody is told.
type Kind string

// The kinds.
const (
	Requested Kind = "requested" // a request was received, and waits for approval
	Confirmed Kind = "confirmed"
	Rejected  Kind = "rejected"
	Moved     Kind = "moved"
	Cancelled Kind = "cancelled"
	Reminder  Kind = "reminder"

	BillIssued      Kind = "bill_issued"
	PaymentVerified Kind = "payment_verified"
	PaymentRejected Kind = "payment_rejected"
	NewDocument     Kind = "document"
	NewPrescription Kind = "prescription"
	Message         Kind = "message"  // a message waits in a thread
	Absence         Kind = "absence"  // the absence of a doctor concerns visits
	DayList         Kind = "day_list" // the visits of tomorrow
)

// Audience is who is told.
type Audience string

// The audiences.
const (
	Patient Audience = "patient"
	Doctor  Audience = "doctor"
)

// Channel is how somebody is told.
type Channel string

// The channels. The portal shows a notice as soon as it is sent. A webhook leads to a gateway for text messages, if an
// admin has set one up, and reaches patients with a phone number.
const (
	Portal  Channel = "portal"
	Email   Channel = "email"
	Webhook Channel = "webhook"
)

// message is a row of the table: who is told of what and how. Its words are in the catalogues of package letters, as
// AUDIENCE.KIND.
type message struct {
	kind      Kind
	to        Audience
	channels  []Channel
	essential bool   // nobody can switch its mails off
	asked     bool   // only for who has asked for it
	once      bool   // what can happen again, such as a document that is hidden and shown, is told once
	call      bool   // the front desk calls a patient whom no mail reaches
	view      string // of the portal, where the link of a mail leads
}

// messages are everything that is said. hooks.go has the event of each kind. No text says why a patient comes or to
// whom: a mail can be read by others. For the same reason those to doctors name no patient.
var messages = []message{
	{kind: Requested, to: Patient, channels: everywhere, view: "visits"},
	{kind: Confirmed, to: Patient, channels: everywhere, view: "visits"},
	{kind: Rejected, to: Patient, channels: everywhere, essential: true, call: true, view: "visits"},
	{kind: Moved, to: Patient, channels: everywhere, essential: true, call: true, view: "visits"},
	{kind: Cancelled, to: Patient, channels: everywhere, essential: true, call: true, view: "visits"},
	{kind: Reminder, to: Patient, channels: everywhere, view: "visits"},
	{kind: BillIssued, to: Patient, channels: everywhere, view: "bills"},
	{kind: PaymentVerified, to: Patient, channels: everywhere, view: "bills"},
	{kind: PaymentRejected, to: Patient, channels: everywhere, essential: true, view: "bills"},
	{kind: NewDocument, to: Patient, channels: everywhere, once: true, view: "record"},
	{kind: NewPrescription, to: Patient, channels: everywhere, view: "record"},
	{kind: Message, to: Patient, channels: everywhere, view: "messages"},

	{kind: Requested, to: Doctor, channels: everywhere, view: "visits"},
	{kind: Moved, to: Doctor, channels: everywhere, essential: true, view: "visits"},
	{kind: Cancelled, to: Doctor, channels: everywhere, essential: true, view: "visits"},
	{kind: Message, to: Doctor, channels: everywhere, view: "messages"},
	{kind: Absence, to: Doctor, channels: everywhere, view: "absences"},
	{kind: DayList, to: Doctor, channels: []Channel{Email}, asked: true, view: "day"},
}

var everywhere = []Channel{Portal, Email, Webhook}

// messageOf returns a row of the table.
func messageOf(kind Kind, to Audience) message {
	i := slices.IndexFunc(messages, func(m message) bool { return m.kind == kind && m.to == to })
	if i < 0 {
		panic("nothing is said to the " + string(to) + " of " + string(kind))
	}
	return messages[i]
}

// kinds are those of the messages that a condition is true of, each once.
func kinds(condition func(m message) bool) (all []Kind) {
	for _, m := range messages {
		if condition(m) && !slices.Contains(all, m.kind) {
			all = append(all, m.kind)
		}
	}
	return all
}

// optional are the kinds whose mails a person can switch off or on.
var optional = kinds(func(m message) bool {
	return !slices.ContainsFunc(messages, func(o message) bool { return o.kind == m.kind && o.essential })
})
