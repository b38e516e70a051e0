package appointments

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/modules/hospital"
	"hospital/modules/kit"
)

const (
	usualVisit   = 30 * time.Minute
	shortestStay = 5 * time.Minute
	longestStay  = 8 * time.Hour // the triggers look back no further
	lateWalkIn   = 15 * time.Minute
)

// check refuses a time that cannot be had. It runs in the transaction of the write.
type check func(tx core.App, a Appointment, actor kit.Actor) error

// everything is what a new or a moved appointment must fulfil: by the clock, by
// who is there, and that nobody else has the time.
var everything = []check{length, timely, present, free}

func length(_ core.App, a Appointment, _ kit.Actor) error {
	if a.Starts().IsZero() || a.Ends().IsZero() {
		return nil // the required field refuses it by name
	}
	switch stay := a.Ends().Sub(a.Starts()); {
	case stay <= 0:
		return kit.Invalid("ends", "ends_before_starts", "The end must be after the start.")
	case stay < shortestStay || stay > longestStay:
		return kit.Invalid("ends", "visit_length", "A visit takes from 5 minutes to 8 hours.")
	}
	return nil
}

func timely(tx core.App, a Appointment, actor kit.Actor) error {
	if a.Starts().IsZero() {
		return nil // likewise
	}
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	now := kit.Now(tx)
	earliest := now
	switch {
	case actor.Role == kit.Patient:
		earliest = now.Add(settings.MinNotice())
	case a.visitType() == WalkIn:
		earliest = now.Add(-lateWalkIn)
	}
	switch {
	case a.Starts().Before(now) && a.Starts().Before(earliest):
		return kit.Invalid("starts", "in_the_past", "The appointment must be in the future.")
	case a.Starts().Before(earliest):
		return kit.Invalid("starts", "too_short_notice", "This is too soon to book online. Please call the hospital.")
	case a.Starts().After(now.Add(settings.Horizon())):
		return kit.Invalid("starts", "beyond_horizon", "This is further ahead than the hospital plans.")
	}
	return nil
}

// present refuses who is not there, and notes who comes.
func present(tx core.App, a Appointment, actor kit.Actor) error {
	doctor, err := tx.FindRecordById("doctors", a.Doctor())
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the relation refuses it by name
	}
	if err != nil {
		return err
	}
	if !doctor.GetBool("active") || actor.Role == kit.Patient && !doctor.GetBool("accepts_online") {
		return kit.Conflict("doctor", "doctor_unavailable", "This doctor takes no such appointments at present.")
	}
	patient, err := tx.FindRecordById("patients", a.Patient())
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	a.setPatientName(patient.GetString("name"))
	if !patient.GetBool("active") {
		return kit.Conflict("patient", "patient_inactive", "This patient's record is closed.")
	}
	return nil
}

var (
	slotTaken   = kit.Conflict("starts", "slot_taken", "The doctor is already booked then.")
	patientBusy = kit.Conflict("starts", "patient_busy", "The patient already has an appointment then.")
	visitStay   = kit.Invalid("ends", "visit_length", "A visit takes from 5 minutes to 8 hours.")
)

func free(tx core.App, a Appointment, _ kit.Actor) error {
	if a.Overbook() && a.staffNote() == "" {
		return kit.Invalid("staff_note", "required", "Say in a staff note why this is booked beside another appointment.")
	}
	if !a.Overbook() {
		if err := apart(tx, a, "doctor", a.Doctor(), slotTaken); err != nil {
			return err
		}
	}
	return apart(tx, a, "patient", a.Patient(), patientBusy)
}

// apart refuses an appointment that overlaps another active one of the same doctor or patient.
func apart(tx core.App, a Appointment, who, id string, refusal error) error {
	var n int
	err := tx.DB().NewQuery(`SELECT COUNT(*) FROM appointments WHERE [[` + who + `]] = {:who} AND id != {:id} AND status IN ('pending', 'approved')
		AND starts < {:ends} AND starts > {:back} AND ends > {:starts}`).
		Bind(dbx.Params{"who": id, "id": a.Id, "starts": instant(a.Starts()), "ends": instant(a.Ends()), "back": instant(a.Starts().Add(-longestStay))}).Row(&n)
	if err != nil {
		return err
	}
	if n > 0 {
		return refusal
	}
	return nil
}

func instant(t time.Time) string {
	d, _ := types.ParseDateTime(t)
	return d.String()
}

// readable turns the refusal of a trigger into the one the checks would have given.
func readable(err error) error {
	for code, refusal := range map[string]error{"slot_taken": slotTaken, "patient_busy": patientBusy, "visit_length": visitStay} {
		if err != nil && strings.Contains(err.Error(), "constraint failed: "+code) {
			return refusal
		}
	}
	return err
}
