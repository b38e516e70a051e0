package audit

import (
	"hospital/internal/kit"
	"hospital/internal/role"
)

// Outcome of an action.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// log is protected by triggers and by a chain of hashes.
var log = kit.Collection{
	Name: logName,
	Description: "Something that somebody did, read, or was refused. Entries never change: each has a keyed hash " +
		"of itself and of the entry before. Patients who read their own record leave no entry; staff who read the log do. " +
		"Of refusals of guests and patients, the first of a minute have entries of their own, and the rest is one entry, " +
		"`more requests`; what a limit refused (429) is always one entry, `too many requests`. Their `changes` have the " +
		"number. A list of several patients is one entry. It has no `patient`, but a filter by `patient` finds it, and " +
		"answers it with that patient. The same read by the same account within a minute is added up in `times`.",
	Fields: kit.Fields{
		kit.Count("seq").Presentable().Help("Number of the entry: 1, 2, 3 and so on, without gaps."),
		kit.Instant("at").Required().Help("When it happened."),
		kit.Relation("actor", "users").Help("Account that acted. Empty for guests, superusers and the server itself."),
		kit.Text("actor_name", 200).Help("Name of the actor at that time."),
		kit.Text("role", 20).
			Help("Role of the actor at that time; also guest, operator (a superuser) or system (the server)."),
		kit.Text("action", 40).Required().Presentable().
			Help("What was done, such as view, update or export. For a refused request its method and status."),
		kit.Text("collection", 60).Help("Collection of the record."),
		kit.Text("record", 60).Help("Id of the record. Empty for a list."),
		kit.Relation("patient", "patients").Help("Patient whose data was read or changed. Empty for a list of several."),
		kit.Select("outcome", Done, Refused).Required().Help("Whether it was done or refused."),
		kit.Text("changes", 100_000).
			Help("JSON: old and new value of each changed field. Notes and identifiers appear as a keyed hash only."),
		kit.Text("ip", 60).Help("IP address of the client."),
		kit.Text("request", 40).Help("X-Request-Id of the request. Entries of one request share it."),
		kit.Count("patients").Help("Number of patients of a list, if there are several; otherwise 0."),
		kit.Count("times").
			Help("How often it was read within the minute that ends at `at`, if more than once; otherwise 0."),
		kit.Relation("list", logName).
			Help("For a list of several patients: the entry whose audit_log_patients these are. This one, or an earlier one."),
		kit.Text("prev_hash", 64).Help("Hash of the entry before."),
		kit.Text("hash", 64).Help("Keyed hash of this entry and of prev_hash."),
	},
	Indexes: []kit.Index{
		{Columns: "seq", Unique: true},
		{Columns: "patient, seq"},
		{Columns: "actor, seq"},
		{Columns: "record, seq"},
		{Columns: "list, seq", Where: "list != ''"},
	},
	AppendOnly: true,
	Members:    kit.Members{Field: "patient", Table: listedName, List: "list"},
	Policy: kit.Policy{
		role.Patient:      {Read: kit.Own("patient.user"), VisibleFields: visible},
		role.Doctor:       ownActions,
		role.Nurse:        ownActions,
		role.Receptionist: ownActions,
		role.Accountant:   ownActions,
		role.Admin:        {Read: kit.All},
	},
}

// visible are the fields that patients and staff may read: neither addresses nor changes.
var visible = []string{
	"at", "actor_name", "role", "action", "collection", "record", "patient", "outcome", "patients", "times",
}

var ownActions = kit.Grant{Read: kit.Own("actor"), VisibleFields: append([]string{"actor"}, visible...)}

// listed is written by insertListed, with ids in the order of the log, so that its index stays dense.
var listed = kit.Collection{
	Name: listedName,
	Description: "A patient of a list that somebody read. The hash of the first entry of audit_log with these patients " +
		"covers them; later entries with the same patients point to that one.",
	Fields: kit.Fields{
		kit.Relation("list", logName).Presentable().Help("First entry with these patients."),
		kit.Relation("patient", "patients").Presentable().Help("Patient who was in the list."),
	},
	Indexes: []kit.Index{
		{Columns: "list, patient", Unique: true},
		{Columns: "patient, list"},
	},
	AppendOnly: true,
	Policy:     kit.Policy{role.Admin: {Read: kit.All}},
}
