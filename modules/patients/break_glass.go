package patients

import (
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// emergencyPeriod is how long an emergency access opens a record.
const emergencyPeriod = time.Hour

// emergencies are accesses to records without a visit, on the user's own word. The
// patient sees them, and an admin reviews each.
var emergencies = kit.Collection{
	Name:      "break_glass",
	Fields:    emergencyFields,
	Indexes:   []kit.Index{{Columns: "patient, created"}, {Columns: "user, created"}, {Columns: "verdict, created"}},
	Immutable: kit.Immutable{When: kit.Always, Free: []string{"verdict", "review_note", "reviewed_by", "reviewed_at"}},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user"), HiddenFields: []string{"review_note"}},
		role.Doctor:  {Read: kit.Own("user"), Create: kit.All, CreateFields: []string{"patient", "mrn", "reason"}, HiddenFields: []string{"review_note"}},
		role.Nurse:   {Read: kit.Own("user"), Create: kit.All, CreateFields: []string{"patient", "mrn", "reason"}, HiddenFields: []string{"review_note"}},
		role.Admin:   {Read: kit.All, Update: kit.All, UpdateFields: []string{"verdict", "review_note"}},
	},
}

var emergencyFields = kit.Fields{
	kit.Relation("patient", "patients").Required(),
	kit.Text("mrn", 20), // names a patient whose record the user does not see
	kit.Relation("user", "users").Required(),
	kit.MinText("reason", 15, 500).Required(),
	kit.Relation("entry", "care_team").Required(),
	kit.Instant("ends").Required(),
	kit.Select[string]("verdict", "justified", "unjustified"),
	kit.Text("review_note", 1000),
	kit.Relation("reviewed_by", "users"),
	kit.Instant("reviewed_at"),
}

// EmergencyAccess is a record that was opened without a visit.
type EmergencyAccess struct{ *core.Record }

// User is the id of who opened it.
func (a EmergencyAccess) User() string { return a.GetString("user") }

// Created is when it was opened.
func (a EmergencyAccess) Created() time.Time { return a.GetDateTime("created").Time() }

func (a EmergencyAccess) patient() string { return a.GetString("patient") }
func (a EmergencyAccess) mrn() string     { return a.GetString("mrn") }
func (a EmergencyAccess) reason() string  { return a.GetString("reason") }

// open sets what the server itself writes.
func (a EmergencyAccess) open(patient Patient, user string, ends time.Time) {
	a.Set("patient", patient.Id)
	a.Set("mrn", patient.MRN())
	a.Set("user", user)
	a.Set("ends", ends)
	a.Set("verdict", "")
}

func (a EmergencyAccess) setEntry(id string) { a.Set("entry", id) }

// EmergencyAccessOpened is the event of somebody opening a record in an emergency.
var EmergencyAccessOpened = kit.Event{Collection: "break_glass", Happened: func(before, _ *core.Record) bool { return before == nil }}

// openEmergencyAccess opens a record at once. The reason is reviewed afterwards.
func openEmergencyAccess(e *core.RecordEvent) error {
	access, user, now := EmergencyAccess{e.Record}, kit.ActorOf(e.Record).ID, kit.Now(e.App)
	patient, err := findNamed(e.App, access)
	if err != nil {
		return err
	}
	ends := now.Add(emergencyPeriod)
	access.open(patient, user, ends)
	blank, err := kit.New(e.App, "care_team")
	if err != nil {
		return err
	}
	entry := CareTeamEntry{blank}
	entry.fill(patient.Id, user, BreakGlass, access.reason())
	entry.setStarts(now)
	entry.setEnds(ends)
	if err := e.App.Save(entry.Record); err != nil {
		return err
	}
	access.setEntry(entry.Id)
	return e.Next() // refuses a reason that is too short, and undoes all
}

// findNamed is the patient that a request names, by id or by record number.
func findNamed(tx core.App, access EmergencyAccess) (Patient, error) {
	by, value := core.FieldNameId, access.patient()
	if value == "" {
		by, value = "mrn", access.mrn()
	}
	found, err := tx.FindFirstRecordByData("patients", by, value)
	patient := Patient{found}
	switch {
	case errors.Is(err, sql.ErrNoRows) && access.mrn() == "":
		return patient, kit.Invalid("patient", "not_found", "There is no such patient.")
	case errors.Is(err, sql.ErrNoRows), err == nil && access.mrn() != "" && access.mrn() != patient.MRN():
		return patient, kit.Invalid("mrn", "not_found", "There is no patient with this record number.")
	case err != nil:
		return patient, err
	}
	return patient, RejectMerged(tx, patient.Id)
}
