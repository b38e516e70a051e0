package clinical

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
)

// measure is a vital sign in the unit of its name. 0 means not measured.
type measure struct {
	name       string
	help       string
	min, max   int64 // the possible range
	low, high  int   // the normal range of an adult at rest; 0, 0 if there is none
	adultsOnly bool  // children have another normal range
}

func (m measure) lowFlag() string  { return m.name + "_low" }
func (m measure) highFlag() string { return m.name + "_high" }

var measures = []measure{
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
	painHigh  = "pain_high"
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
	Immutable:     kit.Immutable{When: kit.Always, Free: []string{"state"}},
	RoutineFields: []string{"state"},
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
	flags := []string{painHigh}
	for _, m := range measures {
		help := fmt.Sprintf("%s, at least %d. 0 means not measured.", m.help, m.min)
		fields = append(fields, kit.Int(m.name, 0, m.max).Help(help))
		if m.low > 0 {
			flags = append(flags, m.lowFlag())
		}
		if m.low > 0 && m.high < int(m.max) {
			flags = append(flags, m.highFlag())
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

// Vitals is a record of vitals: vital signs that were measured at one moment.
type Vitals struct{ *core.Record }

func (v Vitals) appointment() string    { return v.GetString("appointment") }
func (v Vitals) corrects() string       { return v.GetString("corrects") }
func (v Vitals) state() State           { return State(v.GetString("state")) }
func (v Vitals) takenAt() time.Time     { return v.GetDateTime("taken_at").Time() }
func (v Vitals) value(m measure) int    { return v.GetInt(m.name) }
func (v Vitals) systolic() int          { return v.GetInt("systolic") }
func (v Vitals) diastolic() int         { return v.GetInt("diastolic") }
func (v Vitals) hasPain() bool          { return v.GetString("pain") != "" }
func (v Vitals) pain() int              { return v.GetInt("pain") }
func (v Vitals) setTakenAt(t time.Time) { v.Set("taken_at", t) }
func (v Vitals) setState(state State)   { v.Set("state", string(state)) }

func (v Vitals) setRecorded(flags []string, by string) {
	v.Set("flags", flags)
	v.setState(Final)
	v.Set("recorded_by", by)
}
