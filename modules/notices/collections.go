package notices

import (
	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/internal/role"
)

// delivery is the columns that say whether a notice or an alert was sent.
const delivery = outbox.Columns("status")

var notices = kit.Collection{
	Name: "notices",
	Description: "What somebody is told: that a visit was requested, confirmed, rejected, moved or cancelled, a " +
		"reminder of it, or that there is a bill, a payment, a document or a prescription. There is one per channel.",
	Fields: append(kit.Fields{
		kit.Relation("patient", "patients").Help("Patient that it is about. Empty: none, or several."),
		kit.Relation("appointment", "appointments").Help("Visit that it is about. Empty: it is not about one."),
		kit.Text("about", 60).Help("What it is about if not a visit, as COLLECTION/ID: bills/b1. Of a list of visits, day/DATE."),
		kit.Count("appointment_version").Help("Version of the visit that the notice is about."),
		kit.Select("kind", kinds(func(message) bool { return true })...).Required().Help("What happened."),
		kit.Select("audience", Patient, Doctor).Help("Who is told."),
		kit.Relation("recipient", "users").
			Help("Account that was to be told when it was written. Empty: a patient without an account."),
		kit.Select("channel", Portal, Email, Webhook).Required().
			Help("Portal notices are for apps to show; a patient without an account has none."),
		kit.Count("lead_minutes").Help("Of a reminder: how long before the visit it is due."),
		kit.Instant("old_starts").Help("Start of a visit that was moved, cancelled or rejected, before."),
		kit.Instant("new_starts").Help("Start of the visit now. Empty if it was cancelled or rejected."),
		kit.Text("note", 1000).Help("What the patient is told about the change."),
		kit.Bool("seen").Help("The recipient knows: they read it, or somebody called them."),
		kit.Relation("seen_by", "users").Help("Account that marked it as seen."),
	}, delivery.Fields("State of the delivery. Pending: it is not due yet, or there is no mail server. Failed: given up "+
		"after 8 tries. Skipped: not tried, because it is no longer true or there is no address.")...),
	Indexes: []kit.Index{
		{Columns: "appointment, about, appointment_version, kind, lead_minutes, channel, audience, recipient", Unique: true},
		{Columns: "patient, created"},
		{Columns: "recipient, created"},
		delivery.Index(),
		{Columns: "created"},
	},
	Consequence:    true,
	InsertTogether: true,
	RoutineFields:  []string{"kind", "audience", "channel", "seen", "status"},
	Policy: kit.Policy{
		role.Patient: {
			Read: toPatient, HiddenFields: []string{"attempts", "next_try_at", "error"},
			Update: toPatient, UpdateFields: []string{"seen"},
		},
		role.Doctor: {
			Read: toDoctor, HiddenFields: []string{"attempts", "next_try_at", "error"},
			Update: toDoctor, UpdateFields: []string{"seen"},
		},
		role.Receptionist: {Read: kit.All, Update: kit.All, UpdateFields: []string{"seen"}},
		role.Admin:        {Read: kit.All, Update: kit.All, UpdateFields: []string{"seen"}},
	},
}

// toDoctor is what doctors are told of their visits.
var toDoctor = kit.Own("recipient").Only("own-addressed", `audience = "doctor"`)

// toPatient is what patients are told, and not what their doctors are.
var toPatient = kit.Own("patient.user").Only("own-told", `audience = "patient"`)
