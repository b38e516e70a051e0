package clinical

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/patients"
)

// measures are the vital signs in the units of their names: the possible range, and the normal
// range of an adult at rest if there is one. 0 means not measured.
var measures = []struct {
	name        string
	help        string
	least, most int64
	low, high   int
	adultsOnly  bool
}{
	{"systolic", "Systolic blood pressure in mmHg", 30, 300, 90, 139, true},
	{"diastolic", "Diastolic blood pressure in mmHg", 10, 200, 60, 89, true},
	{"pulse", "Pulse per minute", 20, 300, 50, 100, true},
	{"temperature_c10", "Temperature in tenths of a degree Celsius", 250, 450, 355, 379, false},
	{"respiration", "Breaths per minute", 4, 80, 10, 20, true},
	{"spo2", "Oxygen saturation in percent", 30, 100, 92, 100, false},
	{"weight_g", "Weight in grams", 200, 650_000, 0, 0, false},
	{"height_mm", "Height in millimetres", 200, 2_720, 0, 0, false},
}

const (
	adult     = 16 // years
	highPain  = 7  // pain from 7 to 10 is flagged
	clockSkew = 5 * time.Minute
)

var vitals = kit.Collection{
	Name: "vitals",
	Description: "Vital signs of a patient at one moment. They never change: wrong ones are entered in error, or " +
		"corrected by new ones that name them in `corrects`.",
	Fields: vitalFields(),
	Indexes: []kit.Index{
		{Columns: "patient, taken_at"},
		{Columns: "appointment"},
		{Columns: "corrects", Unique: true, Where: "corrects != ''"},
	},
	Immutable: kit.Immutable{When: kit.Always, Free: []string{"state"}},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user")},
		role.Doctor: {
			Read:   patients.Care("patient"),
			Create: patients.Care("patient"), CreateFields: vitalNames(),
			Update: patients.Care("patient"), UpdateFields: []string{"state"},
		},
		role.Nurse: {
			Read:   kit.All,
			Create: kit.All, CreateFields: vitalNames(),
			Update: kit.All, UpdateFields: []string{"state"},
		},
		role.Admin: {Read: kit.All},
	},
}

func vitalFields() kit.Fields {
	fields := kit.Fields{
		kit.Relation("patient", "patients").Required().Presentable().Help("Patient who was measured."),
		kit.Relation("appointment", "appointments").Help("Visit during which it was measured."),
		kit.Instant("taken_at").Required().Presentable().Help("When it was measured. Now if left out."),
	}
	flags := []string{"pain_high"}
	for _, m := range measures {
		help := fmt.Sprintf("%s, at least %d. 0 means not measured.", m.help, m.least)
		fields = append(fields, kit.Int(m.name, 0, m.most).Help(help))
		if m.low > 0 {
			flags = append(flags, m.name+"_low")
		}
		if m.low > 0 && m.high < int(m.most) {
			flags = append(flags, m.name+"_high")
		}
	}
	return append(fields,
		kit.Select[string]("pain", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10").
			Help("Pain from 0 to 10, as the patient says. A text, so that 0 differs from not asked."),
		kit.MultiSelect("flags", flags...).
			Help("Values outside the normal range of adults. Of children only temperature, oxygen and pain."),
		kit.Select("state", Final, InError).Required().
			Help("Set it to entered_in_error to withdraw them. That is final."),
		kit.Relation("corrects", "vitals").Help("Vitals of the same patient that these replace."),
		kit.Relation("recorded_by", "users").Help("Account that recorded them."),
	)
}

// vitalNames are the fields that doctors and nurses set.
func vitalNames() []string {
	names := []string{"patient", "appointment", "taken_at", "pain", "corrects"}
	for _, m := range measures {
		names = append(names, m.name)
	}
	return names
}

// measure checks new vitals and flags abnormal values.
func measure(e *core.RecordEvent) error {
	r, now := e.Record, kit.Now(e.App)
	if err := patients.RejectMerged(e.App, r.GetString("patient")); err != nil {
		return err
	}
	if err := samePatient(e.App, r, "appointment", "appointments"); err != nil {
		return err
	}
	if r.GetDateTime("taken_at").IsZero() {
		r.Set("taken_at", now)
	}
	if r.GetDateTime("taken_at").Time().After(now.Add(clockSkew)) {
		return kit.Invalid("taken_at", "in_the_future", "Vitals cannot be taken in the future.")
	}
	if err := rejectImpossible(r); err != nil {
		return err
	}
	flags, err := flagAbnormal(e.App, r)
	if err != nil {
		return err
	}
	r.Load(map[string]any{"flags": flags, "state": string(Final), "recorded_by": kit.ActorOf(r).ID})
	if err := correct(e.App, r); err != nil {
		return err
	}
	return e.Next()
}

// rejectImpossible refuses values that no living person has.
func rejectImpossible(r *core.Record) error {
	measured := r.GetString("pain") != ""
	for _, m := range measures {
		value := r.GetInt(m.name)
		measured = measured || value != 0
		if value != 0 && int64(value) < m.least {
			return kit.Invalid(m.name, "impossible_value", fmt.Sprintf("This must be from %d to %d.", m.least, m.most))
		}
	}
	switch systolic, diastolic := r.GetInt("systolic"), r.GetInt("diastolic"); {
	case !measured:
		return kit.Invalid("systolic", "required", "Give at least one measurement.")
	case (systolic == 0) != (diastolic == 0):
		return kit.Invalid("diastolic", "required", "A blood pressure has two values.")
	case systolic != 0 && diastolic >= systolic:
		return kit.Invalid("diastolic", "impossible_value", "The diastolic pressure is below the systolic one.")
	}
	return nil
}

// flagAbnormal names the values outside the normal range.
func flagAbnormal(tx core.App, r *core.Record) (flags []string, err error) {
	child, err := isChild(tx, r)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		value := r.GetInt(m.name)
		switch {
		case value == 0 || m.low == 0 || child && m.adultsOnly:
		case value < m.low:
			flags = append(flags, m.name+"_low")
		case value > m.high:
			flags = append(flags, m.name+"_high")
		}
	}
	if r.GetInt("pain") >= highPain {
		flags = append(flags, "pain_high")
	}
	return flags, nil
}

func isChild(tx core.App, r *core.Record) (bool, error) {
	patient, err := tx.FindRecordById("patients", r.GetString("patient"))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil // PocketBase refuses it with a better message
	}
	if err != nil {
		return false, err
	}
	born, err := time.Parse(time.DateOnly, patient.GetString("birth_date"))
	return err == nil && born.AddDate(adult, 0, 0).After(r.GetDateTime("taken_at").Time()), nil
}

// correct marks the vitals that these replace as entered in error.
func correct(tx core.App, r *core.Record) error {
	if r.GetString("corrects") == "" {
		return nil
	}
	wrong, err := tx.FindRecordById("vitals", r.GetString("corrects"))
	if errors.Is(err, sql.ErrNoRows) || err == nil && wrong.GetString("patient") != r.GetString("patient") {
		return kit.Invalid("corrects", "not_found", "There are no such vitals of this patient.")
	}
	if err != nil {
		return err
	}
	if wrong.GetString("state") == string(InError) {
		return kit.Conflict("corrects", "invalid_transition", "These were corrected or withdrawn already.")
	}
	wrong.Set("state", string(InError))
	return tx.Save(wrong)
}
