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
	"hospital/modules/patients"
	"hospital/modules/scheduling"
	"hospital/modules/staff"
)

const (
	defaultVisit   = 30 * time.Minute // outside the doctor's schedule
	minVisit       = 5 * time.Minute
	maxVisit       = 8 * time.Hour // the triggers and queries look back this far
	maxWalkInDelay = 15 * time.Minute
)

// check refuses an appointment that breaks a rule. It runs in the transaction of the write.
type check func(tx core.App, a Appointment, actor kit.Actor) error

// allChecks are the rules for a new or a moved appointment.
var allChecks = []check{checkLength, checkTime, checkPeople, checkSchedule, checkFree}

// runChecks returns the first refusal.
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
		return nil // left to the field validation
	}
	switch length := a.length(); {
	case length <= 0:
		return kit.Invalid("ends", "ends_before_starts", "The end must be after the start.")
	case length < minVisit || length > maxVisit:
		return errVisitLength
	}
	return nil
}

func checkTime(tx core.App, a Appointment, actor kit.Actor) error {
	if a.Starts().IsZero() {
		return nil // left to the field validation
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
		return kit.Invalid("starts", "in_the_past", "This time has passed. Choose a time in the future.")
	case a.Starts().Before(earliest):
		return kit.Invalid("starts", "too_short_notice", "This is too soon to book online. Please call the hospital.")
	case a.Starts().After(now.Add(settings.Horizon())):
		return kit.Invalid("starts", "beyond_horizon", "This is too far ahead. Choose an earlier time.")
	}
	return nil
}

// checkPeople refuses inactive doctors and patients, and copies the patient's name.
func checkPeople(tx core.App, a Appointment, actor kit.Actor) error {
	doctor, err := tx.FindRecordById("doctors", a.Doctor())
	if errors.Is(err, sql.ErrNoRows) {
		return nil // left to the field validation
	}
	if err != nil {
		return err
	}
	if !bookable(staff.DoctorOf(doctor), actor) {
		return kit.Conflict("doctor", "doctor_unavailable", "This doctor cannot be booked at present. Choose another doctor.")
	}
	patient, err := patients.Find(tx, a.Patient())
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	a.setPatientName(patient.Name())
	if !patient.Active() {
		return kit.Conflict("patient", "patient_inactive", "This patient's record is inactive. Ask the front desk.")
	}
	return nil
}

var (
	errSlotTaken   = kit.Conflict("starts", "slot_taken", "The doctor is already booked then.")
	errPatientBusy = kit.Conflict("starts", "patient_busy", "The patient already has an appointment then.")
	errNoHours     = kit.Conflict("starts", "outside_schedule",
		"The doctor does not see patients then. Choose another time.")
	errNoSlot = kit.Conflict("starts", "outside_schedule",
		"None of the doctor's slots starts then. Choose the start of a slot.")
	errDoctorAway  = kit.Conflict("starts", "doctor_away", "The doctor is away then.")
	errVisitLength = kit.Invalid("ends", "visit_length", "A visit takes from 5 minutes to 8 hours.")
)

// timeRefusals are the refusals that another time can avoid.
var timeRefusals = []error{errSlotTaken, errPatientBusy, errNoHours, errNoSlot, errDoctorAway}

// checkSchedule refuses a visit that does not fit the doctor's schedule, and copies room and
// capacity from it. Overbooked visits need not fit.
func checkSchedule(tx core.App, a Appointment, actor kit.Actor) error {
	_, err := tx.FindRecordById("doctors", a.Doctor())
	if errors.Is(err, sql.ErrNoRows) || a.Starts().IsZero() || a.Ends().IsZero() {
		return nil // left to the field validation
	}
	agenda, err := scheduleFrom(tx, a.Doctor(), a.Starts())
	if err != nil {
		return err
	}
	schedule, inside := agenda.ScheduleAt(a.Starts(), a.Ends())
	a.setSchedule(max(schedule.Capacity, 1), schedule.Room)
	switch {
	case a.Overbook():
		return nil
	case agenda.AwayAt(a.Starts(), a.Ends()):
		return errDoctorAway
	case !inside:
		return errNoHours
	case a.visitType() == WalkIn && actor.Role != role.Patient:
		return nil // walk-ins fit the schedule, not its slots
	}
	slot, ok := agenda.SlotAt(a.Starts())
	if !ok {
		return errNoSlot
	}
	before := Appointment{a.Original()} // patients may keep a length that staff chose
	if actor.Role == role.Patient && !a.Ends().Equal(slot.Ends) && a.length() != before.length() {
		return kit.Invalid("ends", "slot_length", "A visit that is booked online takes one slot. Leave the end out.")
	}
	return nil
}

// checkTimeOff refuses an appointment while the doctor is away.
func checkTimeOff(tx core.App, a Appointment, _ kit.Actor) error {
	agenda, err := scheduleFrom(tx, a.Doctor(), a.Starts())
	if err == nil && !a.Overbook() && agenda.AwayAt(a.Starts(), a.Ends()) {
		return errDoctorAway
	}
	return err
}

// checkFree refuses a time that is booked. The triggers guard the same constraint.
func checkFree(tx core.App, a Appointment, _ kit.Actor) error {
	if a.Overbook() && a.staffNote() == "" {
		return kit.Invalid("staff_note", "required",
			"Say in a staff note why this is booked beside another appointment, or outside the doctor's hours.")
	}
	visits, err := visitsBeside(tx, a)
	if err != nil {
		return err
	}
	busy := func(who string) int { return scheduling.MaxConcurrent(visits[who], a.Starts(), a.Ends()) }
	switch {
	case !a.Overbook() && busy("doctor") >= a.capacity():
		return errSlotTaken
	case busy("patient") > 0:
		return errPatientBusy
	}
	return nil
}

// triggerRefusals are the refusals by the codes of the triggers.
var triggerRefusals = map[string]error{
	"slot_taken": errSlotTaken, "patient_busy": errPatientBusy, "visit_length": errVisitLength,
}

// fromTriggerError maps a trigger's error to the refusal of the matching check.
func fromTriggerError(err error) error {
	for code, refusal := range triggerRefusals {
		if err != nil && strings.Contains(err.Error(), "constraint failed: "+code) {
			return refusal
		}
	}
	return err
}
