package clinical

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/patients"
)

// createVitals checks new vitals and flags abnormal values.
func createVitals(e *core.RecordEvent) error {
	v, patient, now := Vitals{e.Record}, patientOf(e.Record), kit.Now(e.App)
	if err := patients.RejectMerged(e.App, patient); err != nil {
		return err
	}
	if err := checkSamePatient(e.App, "appointment", "appointments", v.appointment(), patient); err != nil {
		return err
	}
	if v.takenAt().IsZero() {
		v.setTakenAt(now)
	}
	if v.takenAt().After(now.Add(clockSkew)) {
		return kit.Invalid("taken_at", "in_the_future", "The time of the measurement cannot be in the future.")
	}
	if err := rejectImpossible(v); err != nil {
		return err
	}
	flags, err := flagAbnormal(e.App, v)
	if err != nil {
		return err
	}
	v.setRecorded(flags, kit.ActorOf(e.Record).ID)
	if err := withdrawCorrected(e.App, v); err != nil {
		return err
	}
	return e.Next()
}

// rejectImpossible refuses values that no living person has. The fields refuse values above the
// maximum.
func rejectImpossible(v Vitals) error {
	measured := v.hasPain()
	for _, m := range measures {
		value := v.value(m)
		measured = measured || value != 0
		if value != 0 && int64(value) < m.min {
			return kit.Invalid(m.name, "impossible_value", fmt.Sprintf("This must be from %d to %d.", m.min, m.max))
		}
	}
	switch systolic, diastolic := v.systolic(), v.diastolic(); {
	case !measured:
		return kit.Invalid("systolic", "required", "Give at least one measurement.")
	case (systolic == 0) != (diastolic == 0):
		return kit.Invalid("diastolic", "required", "Give both values of the blood pressure.")
	case systolic != 0 && diastolic >= systolic:
		return kit.Invalid("diastolic", "impossible_value", "The diastolic pressure must be below the systolic pressure.")
	}
	return nil
}

// flagAbnormal names the values outside the normal range.
func flagAbnormal(tx core.App, v Vitals) (flags []string, err error) {
	child, err := isChild(tx, v)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		switch value := v.value(m); {
		case value == 0 || m.low == 0 || child && m.adultsOnly:
		case value < m.low:
			flags = append(flags, m.lowFlag())
		case value > m.high:
			flags = append(flags, m.highFlag())
		}
	}
	if v.pain() >= highPain {
		flags = append(flags, painHigh)
	}
	return flags, nil
}

func isChild(tx core.App, v Vitals) (bool, error) {
	patient, err := tx.FindRecordById("patients", patientOf(v.Record))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil // PocketBase refuses it with a better message
	}
	if err != nil {
		return false, err
	}
	born, err := time.Parse(time.DateOnly, patient.GetString("birth_date"))
	return err == nil && born.AddDate(adult, 0, 0).After(v.takenAt()), nil
}

// withdrawCorrected marks the vitals that these replace as entered in error.
func withdrawCorrected(tx core.App, v Vitals) error {
	if v.corrects() == "" {
		return nil
	}
	found, err := tx.FindRecordById("vitals", v.corrects())
	wrong := Vitals{found}
	if errors.Is(err, sql.ErrNoRows) || err == nil && patientOf(found) != patientOf(v.Record) {
		return kit.Invalid("corrects", "not_found", "There are no such vitals of this patient.")
	}
	if err != nil {
		return err
	}
	if wrong.state() == InError {
		return kit.Conflict("corrects", "invalid_transition", "These vitals were already corrected or withdrawn.")
	}
	wrong.setState(InError)
	return tx.Save(wrong.Record)
}
