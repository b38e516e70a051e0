package messages

import (
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
)

// Side is one of the two sides of a thread.
type Side string

// The sides.
const (
	Patient Side = "patient"
	Doctor  Side = "doctor"
)

const (
	maxSubject = 120
	maxText    = 4_000
)

// ofDoctor is what a doctor has of patients whom they treat. Emergency access does not open it.
var ofDoctor = patients.Treated("patient").Only("care-mine", "doctor.user = @request.auth.id")

var threadFields = []string{"patient", "doctor", "appointment", "subject"}

var threads = kit.Collection{
	Name: "threads",
	Description: "A conversation of a patient and a doctor who treats them. No other role reads it. The doctor reads " +
		"it while in the patient's care team.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Presentable().Help("Patient whom it is about."),
		kit.Relation("doctor", "doctors").Required().Presentable().Help("Doctor, who is in the patient's care team."),
		kit.Relation("appointment", "appointments").
			Help("Visit of the two that it is about. Empty: it is about no visit."),
		kit.Text("subject", maxSubject).Required().Presentable().Help("What it is about, in a few words."),
		kit.Bool("closed").Help("A closed thread takes no messages. Either side can close it, and open it again."),
		kit.Relation("started_by", "users").Help("Account that started it."),
		kit.Instant("last_message_at").Help("When the newest message was sent. Empty: there is none."),
		kit.Count("unread_by_patient").Help("Number of messages of the doctor that the patient has not read."),
		kit.Count("unread_by_doctor").Help("Number of messages of the patient that the doctor has not read."),
	},
	Indexes: []kit.Index{
		{Columns: "patient, last_message_at"},
		{Columns: "doctor, last_message_at"},
		{Columns: "started_by, created"},
		{Columns: "appointment", Where: "appointment != ''"},
	},
	Immutable: kit.Immutable{
		When: kit.Always,
		Free: []string{"closed", "last_message_at", "unread_by_patient", "unread_by_doctor"},
	},
	RoutineFields: []string{"closed", "unread_by_patient", "unread_by_doctor"},
	Policy: kit.Policy{
		role.Patient: {
			Read:   kit.Own("patient.user"),
			Create: kit.Own("patient.user"), CreateFields: threadFields,
			Update: kit.Own("patient.user"), UpdateFields: []string{"closed"},
		},
		role.Doctor: {
			Read:   ofDoctor,
			Create: ofDoctor, CreateFields: threadFields,
			Update: ofDoctor, UpdateFields: []string{"closed"},
		},
	},
}

var messageFields = []string{"thread", "text", "document"}

var messages = kit.Collection{
	Name: "messages",
	Description: "A message of a thread. It never changes after it was sent; the other side marks it as read, once. " +
		"No role but the two sides reads it.",
	Fields: kit.Fields{
		kit.Relation("thread", "threads").Required().Presentable().Help("Thread of the message."),
		kit.Relation("patient", "patients").Required().Help("Patient of the thread."),
		kit.Relation("doctor", "doctors").Required().Help("Doctor of the thread."),
		kit.Relation("author", "users").Required().Help("Account that sent it."),
		kit.Select("side", Patient, Doctor).Required().Presentable().Help("Side of the author."),
		kit.Text("text", maxText).Required().Help("The message, plain text."),
		kit.Relation("document", "documents").
			Help("Document of the same patient that is attached. The patient can see it when the message is sent."),
		kit.Instant("out_of_office_until").
			Help("Until when the doctor was away when the patient sent it. Empty: the doctor was not away."),
		kit.Bool("seen").Help("The other side has read it. True is final."),
		kit.Instant("seen_at").Help("When the other side marked it as read."),
		kit.Relation("seen_by", "users").Help("Account that marked it as read."),
	},
	Indexes: []kit.Index{
		{Columns: "thread, created"},
		{Columns: "patient, created"},
		{Columns: "doctor, created"},
		{Columns: "author, created"},
		{Columns: "document", Where: "document != ''"},
	},
	Immutable: kit.Immutable{When: kit.Always, Free: []string{"seen", "seen_at", "seen_by"}},
	Triggers: []kit.Trigger{{
		Name: "messages_seen_once",
		When: "BEFORE UPDATE ON messages WHEN OLD.seen AND" +
			" (NOT NEW.seen OR NEW.seen_at != OLD.seen_at OR NEW.seen_by != OLD.seen_by)",
		Code: "final",
	}},
	RoutineFields: []string{"seen", "side"},
	Policy: kit.Policy{
		role.Patient: {
			Read:   kit.Own("patient.user"),
			Create: kit.Own("thread.patient.user"), CreateFields: messageFields,
			Update: kit.Own("patient.user").Only("own-received", `side = "doctor"`), UpdateFields: []string{"seen"},
		},
		role.Doctor: {
			Read:   ofDoctor,
			Create: kit.Own("thread.doctor.user"), CreateFields: messageFields,
			Update: ofDoctor.Only("care-received", `side = "patient"`), UpdateFields: []string{"seen"},
		},
	},
}
