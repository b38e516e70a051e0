package patients

import (
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// emergencyDuration is how long emergency access lasts.
const emergencyDuration = time.Hour

var emergencies = kit.Collection{
	Name: "break_glass",
	Description: "Emergency access: a doctor or nurse opened a patient's record without being in the care team. " +
		"It lasts 60 minutes. Every admin is alerted, and the patient can see it.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Presentable().Help("Patient whose record was opened."),
		kit.Text("mrn", 20).
			Help("Medical record number. Whoever cannot see the patient yet gives it instead of the id."),
		kit.Relation("user", "users").Required().Presentable().Help("Account of the person who opened the record."),
		kit.MinText("reason", 15, 500).Required().Help("Why the record must be opened now."),
		kit.Relation("entry", "care_team").Required().Help("Care team entry that gives the access."),
		kit.Instant("ends").Required().Help("When the access ends."),
		kit.Select[string]("verdict", "justified", "unjustified").
			Help("Verdict of the admin who reviewed it. Empty until then."),
		kit.Text("review_note", 1000).Help("Note of the admin who reviewed it. Only admins see it."),
		kit.Relation("reviewed_by", "users").Help("Admin who reviewed it."),
		kit.Instant("reviewed_at").Help("When it was reviewed."),
	},
	Indexes:       []kit.Index{{Columns: "patient, created"}, {Columns: "user, created"}, {Columns: "verdict, created"}},
	Immutable:     kit.Immutable{When: kit.Always, Free: []string{"verdict", "review_note", "reviewed_by", "reviewed_at"}},
	RoutineFields: []string{"verdict"},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user"), HiddenFields: []string{"review_note"}},
		role.Doctor:  emergencyGrant,
		role.Nurse:   emergencyGrant,
		role.Admin:   {Read: kit.All, Update: kit.All, UpdateFields: []string{"verdict", "review_note"}},
	},
}

var emergencyGrant = kit.Grant{
	Read: kit.Own("user"), HiddenFields: []string{"review_note"},
	Create: kit.All, CreateFields: []string{"patient", "mrn", "reason"},
}

// EmergencyAccess is a record of break_glass: a patient's record was opened without a visit.
type EmergencyAccess struct{ *core.Record }

// User is the id of the account that opened it.
func (a EmergencyAccess) User() string { return a.GetString("user") }

// Created is when it was opened.
func (a EmergencyAccess) Created() time.Time { return a.GetDateTime("created").Time() }

func (a EmergencyAccess) patient() string { return a.GetString("patient") }
func (a EmergencyAccess) mrn() string     { return a.GetString("mrn") }
func (a EmergencyAccess) reason() string  { return a.GetString("reason") }

// open sets the fields that only the server writes.
func (a EmergencyAccess) open(patient Patient, user string, ends time.Time) {
	a.Set("patient", patient.Id)
	a.Set("mrn", patient.MRN())
	a.Set("user", user)
	a.Set("ends", ends)
	a.Set("verdict", "")
}

// checkSent refuses a reason and a record number that the fields do not accept.
func (a EmergencyAccess) checkSent(tx core.App) error {
	return kit.CheckFields(tx, a.Record, "reason", "mrn")
}

func (a EmergencyAccess) setEntry(id string) { a.Set("entry", id) }

// EmergencyAccessOpened is the event that a record was opened in an emergency.
var EmergencyAccessOpened = kit.Event{Collection: "break_glass",
	Happened: func(before, _ *core.Record) bool { return before == nil }}

// openEmergencyAccess opens a record immediately. An admin reviews the reason afterwards. A reason
// that is too short is refused before the patient is looked up: otherwise the refusal would tell
// which record numbers exist, without an alert.
func openEmergencyAccess(e *core.RecordEvent) error {
	access, user, now := EmergencyAccess{e.Record}, kit.ActorOf(e.Record).ID, kit.Now(e.App)
	if err := access.checkSent(e.App); err != nil {
		return err
	}
	patient, err := findNamed(e.App, access)
	if err != nil {
		return err
	}
	ends := now.Add(emergencyDuration)
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
	return e.Next()
}

// findNamed returns the patient that a request names by id or by record number.
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
