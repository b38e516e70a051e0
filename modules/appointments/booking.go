package appointments

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

const (
	defaultVisit   = 30 * time.Minute // outside the doctor's hours, where no slot says it
	minVisit       = 5 * time.Minute
	maxVisit       = 8 * time.Hour // the triggers look back no further
	maxWalkInDelay = 15 * time.Minute
)

// check refuses a time that cannot be had. It runs in the transaction of the write.
type check func(tx core.App, a Appointment, actor kit.Actor) error

// allChecks is what a new or a moved appointment must fulfil: by the clock, by
// who is there and when, and that nobody else has the time.
var allChecks = []check{checkLength, checkTime, checkPeople, checkSchedule, checkFree}

// runChecks runs checks until one refuses.
func runChecks(tx core.App, a Appointment, actor kit.Actor, checks ...check) error {
	for _, check := range checks {
		if err := check(tx, a, actor); err != nil {
			return err
		}
	}
	return nil
}

func checkLength(_ core.App, a Appointment, _ kit.Actor) error {
	if a.Starts().IsZero() || a.Ends().IsZero() {
		return nil // the required field refuses it by name
	}
	switch stay := a.Ends().Sub(a.Starts()); {
	case stay <= 0:
		return kit.Invalid("ends", "ends_before_starts", "The end must be after the start.")
	case stay < minVisit || stay > maxVisit:
		return kit.Invalid("ends", "visit_length", "A visit takes from 5 minutes to 8 hours.")
	}
	return nil
}

func checkTime(tx core.App, a Appointment, actor kit.Actor) error {
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
	case actor.Role == role.Patient:
		earliest = now.Add(settings.MinNotice())
	case a.visitType() == WalkIn:
		earliest = now.Add(-maxWalkInDelay)
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

// checkPeople refuses who is not there, and notes who comes.
func checkPeople(tx core.App, a Appointment, actor kit.Actor) error {
	doctor, err := tx.FindRecordById("doctors", a.Doctor())
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the relation refuses it by name
	}
	if err != nil {
		return err
	}
	if !doctor.GetBool("active") || actor.Role == role.Patient && !doctor.GetBool("accepts_online") {
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
	errSlotTaken   = kit.Conflict("starts", "slot_taken", "The doctor is already booked then.")
	errPatientBusy = kit.Conflict("starts", "patient_busy", "The patient already has an appointment then.")
	errNoHours     = kit.Conflict("starts", "outside_schedule", "The doctor sees no patients then.")
	errNoSlot      = kit.Conflict("starts", "outside_schedule", "None of the doctor's slots begins then.")
	errDoctorAway  = kit.Conflict("starts", "doctor_away", "The doctor is away then.")
	errVisitLength = kit.Invalid("ends", "visit_length", "A visit takes from 5 minutes to 8 hours.")
)

// timeRefusals are the refusals that another time would settle.
var timeRefusals = []error{errSlotTaken, errPatientBusy, errNoHours, errNoSlot, errDoctorAway}

// checkSchedule holds a visit to the doctor's hours, and notes the room and how many
// visits there may be at once. Staff may go outside them by overbooking.
func checkSchedule(tx core.App, a Appointment, actor kit.Actor) error {
	if _, err := tx.FindRecordById("doctors", a.Doctor()); errors.Is(err, sql.ErrNoRows) || a.Starts().IsZero() || a.Ends().IsZero() {
		return nil // likewise
	}
	agenda, err := scheduleFrom(tx, a.Doctor(), a.Starts())
	if err != nil {
		return err
	}
	hours, inside := agenda.ScheduleAt(a.Starts(), a.Ends())
	a.setSchedule(max(hours.Capacity, 1), hours.Room)
	switch {
	case a.Overbook():
		return nil
	case agenda.AwayAt(a.Starts(), a.Ends()):
		return errDoctorAway
	case !inside:
		return errNoHours
	case a.visitType() == WalkIn && actor.Role != role.Patient:
		return nil // who is here now keeps to the hours, not to the slots
	}
	slot, ok := agenda.SlotAt(a.Starts())
	if !ok {
		return errNoSlot
	}
	before := Appointment{a.Original()} // a patient may keep the length that the hospital chose
	if actor.Role == role.Patient && !a.Ends().Equal(slot.Ends) && a.length() != before.length() {
		return kit.Invalid("ends", "slot_length", "A visit that is booked online takes one slot. Leave the end out.")
	}
	return nil
}

// checkTimeOff refuses an appointment while the doctor is away, whatever the slots are.
func checkTimeOff(tx core.App, a Appointment, _ kit.Actor) error {
	agenda, err := scheduleFrom(tx, a.Doctor(), a.Starts())
	if err == nil && !a.Overbook() && agenda.AwayAt(a.Starts(), a.Ends()) {
		return errDoctorAway
	}
	return err
}

// checkFree refuses a time that somebody else has. The triggers guard the same law.
func checkFree(tx core.App, a Appointment, _ kit.Actor) error {
	if a.Overbook() && a.staffNote() == "" {
		return kit.Invalid("staff_note", "required", "Say in a staff note why this is booked beside another appointment, or outside the doctor's hours.")
	}
	busy := func(who, id string) (int, error) {
		visits, err := activeVisits(tx, who, []string{id}, a.Starts(), a.Ends(), a.Id)
		return scheduling.MaxConcurrent(visits[id], a.Starts(), a.Ends()), err
	}
	if !a.Overbook() {
		switch n, err := busy("doctor", a.Doctor()); {
		case err != nil:
			return err
		case n >= a.capacity():
			return errSlotTaken
		}
	}
	switch n, err := busy("patient", a.Patient()); {
	case err != nil:
		return err
	case n > 0:
		return errPatientBusy
	}
	return nil
}

// fromTriggerError turns the refusal of a trigger into the one the checks would have given.
func fromTriggerError(err error) error {
	for code, refusal := range map[string]error{"slot_taken": errSlotTaken, "patient_busy": errPatientBusy, "visit_length": errVisitLength} {
		if err != nil && strings.Contains(err.Error(), "constraint failed: "+code) {
			return refusal
		}
	}
	return err
}
