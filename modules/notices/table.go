package notices

import (
	"slices"
	"strings"
)

// Kind is what somebody is told about a visit.
type Kind string

// The kinds.
const (
	Requested Kind = "requested" // a request was received, and waits for approval
	Confirmed Kind = "confirmed"
	Rejected  Kind = "rejected"
	Moved     Kind = "moved"
	Cancelled Kind = "cancelled"
	Reminder  Kind = "reminder"
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

// The channels. The portal shows a notice as soon as it is sent.
const (
	Portal Channel = "portal"
	Email  Channel = "email"
)

// message is a row of the table: who is told of what, how, and in which words.
type message struct {
	kind     Kind
	to       Audience
	channels []Channel
	call     bool // the front desk calls a patient whom no email reaches
	subject  string
	text     string // {patient}, {number}, {old} and {new} time
}

// messages are everything that is said about visits. hooks.go has the event of each kind. No text says why the
// patient comes or to whom: a mail can be read by others. For the same reason those to doctors name no patient.
var messages = []message{
	{Requested, Patient, everywhere, false, "We have received your request",
		"we have received the request for a visit of {patient} on {new}. It is not confirmed yet: we will write again."},
	{Confirmed, Patient, everywhere, false, "Your visit is confirmed",
		"the visit of {patient} on {new} is confirmed."},
	{Rejected, Patient, everywhere, true, "Your request was not accepted",
		"the visit of {patient} that you requested for {old} does not take place."},
	{Moved, Patient, everywhere, true, "Your visit has a new time",
		"the visit of {patient} on {old} has been moved to {new}."},
	{Cancelled, Patient, everywhere, true, "Your visit was cancelled",
		"the visit of {patient} on {old} does not take place."},
	{Reminder, Patient, everywhere, false, "Reminder of your visit",
		"this is a reminder of the visit of {patient} on {new}."},

	{Requested, Doctor, everywhere, false, "A request waits for you",
		"visit {number} on {new} was requested. It waits for your approval."},
	{Moved, Doctor, everywhere, false, "A patient has moved a visit",
		"the patient has moved visit {number} from {old} to {new}. It waits for your approval."},
	{Cancelled, Doctor, everywhere, false, "A patient has cancelled a visit",
		"the patient has cancelled visit {number} on {old}."},
}

var everywhere = []Channel{Portal, Email}

// messageOf returns a row of the table.
func messageOf(kind Kind, to Audience) message {
	i := slices.IndexFunc(messages, func(m message) bool { return m.kind == kind && m.to == to })
	if i < 0 {
		panic("nothing is said to the " + string(to) + " of a visit that is " + string(kind))
	}
	return messages[i]
}

// say fills in the text of a message.
func (m message) say(patient, number, before, after string) string {
	return strings.NewReplacer("{patient}", patient, "{number}", number, "{old}", before, "{new}", after).Replace(m.text)
}
