package appointments

import (
	"slices"
	"time"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
)

var (
	doctorOrDesk = kit.By(role.Doctor, role.Receptionist, role.Admin)
	everyone     = kit.By(role.Patient, role.Doctor, role.Receptionist, role.Admin)
)

// lifecycle is everything that can be done to an appointment after it was booked. The
// policy limits doctors and patients to their own appointments.
var lifecycle = kit.Lifecycle{
	Collection: "appointments",
	Noun:       "an appointment",
	Prepare:    fillDefaults,
	Then:       writeEvent,
	Transitions: kit.Transitions[Status]{
		{Action: "approve", From: kit.From(Pending), To: Approved, By: doctorOrDesk,
			Guard: inFuture, Stamp: "approved", Do: recheckPeople},
		{Action: "reject", From: kit.From(Pending), To: Cancelled, When: code(Rejected), By: kit.By(role.Doctor, role.Admin),
			Guard: noteGiven, Stamp: "cancelled"},
		{Action: "cancel", From: kit.From(Pending, Approved), To: Cancelled, When: otherCode, By: everyone,
			Guard: cancellable, Stamp: "cancelled"},
		{Action: "miss", From: kit.From(Approved), To: Cancelled, When: code(NoShow),
			By:    kit.By(role.Doctor, role.Nurse, role.Receptionist, role.Admin),
			Guard: patientAbsent, Stamp: "cancelled"},
		{Action: "expire", From: kit.From(Pending), To: Cancelled, When: code(Expired), By: kit.By(kit.System),
			Guard: notApprovedInTime, Stamp: "cancelled"},
		{Action: "complete", From: kit.From(Approved), To: Completed, By: kit.By(role.Doctor, role.Admin),
			Guard: startReached, Stamp: "completed"},
		{Action: "reschedule", From: kit.From(Pending, Approved), When: timeChanged, By: everyone,
			Guard: movable, Do: reschedule},
		{Action: "check in", From: kit.From(Approved), When: checkInChanged,
			By:    kit.By(role.Nurse, role.Receptionist, role.Admin),
			Guard: onVisitDay, Stamp: "checked_in", Do: recheckOverbook},
		{Action: "start", From: kit.From(Approved), When: startChanged, By: kit.By(role.Doctor, role.Admin),
			Guard: notStarted, Stamp: "started", Do: recheckOverbook},
		{Action: "edit", From: kit.From(Pending, Approved), By: everyone, Do: recheckOverbook},
	},
}

// cancelCodes are the reasons for which each role cancels. A doctor does not cancel in the name of
// the patient, who is notified of what the hospital cancels.
var cancelCodes = map[kit.Role][]CancelCode{
	role.Patient:      {ByPatient},
	role.Doctor:       {ByHospital, Duplicate},
	role.Receptionist: {ByPatient, ByHospital, Duplicate},
	role.Admin:        {ByPatient, ByHospital, Duplicate},
}

// When: how an action is recognised in a change.

func code(is CancelCode) func(kit.Change) bool {
	return func(c kit.Change) bool { return Appointment{c.After}.cancelCode() == is }
}

func otherCode(c kit.Change) bool {
	return !slices.Contains([]CancelCode{Rejected, NoShow, Expired}, Appointment{c.After}.cancelCode())
}

func timeChanged(c kit.Change) bool { return Appointment{c.After}.moved(Appointment{c.Before}) }

func checkInChanged(c kit.Change) bool {
	return !Appointment{c.After}.checkedInAt().Equal(Appointment{c.Before}.checkedInAt())
}

func startChanged(c kit.Change) bool {
	return !Appointment{c.After}.startedAt().Equal(Appointment{c.Before}.startedAt())
}

// Guards.

func inFuture(c kit.Change) error {
	if !(Appointment{c.After}).Starts().After(kit.Now(c.App)) {
		return kit.Conflict("status", "too_late", "The time of this appointment has passed. Reschedule it first.")
	}
	return nil
}

func noteGiven(c kit.Change) error {
	if (Appointment{c.After}).CancelNote() == "" {
		return kit.Invalid("cancel_note", "required", "Write a note that tells the patient why.")
	}
	return nil
}

func movable(c kit.Change) error {
	if (Appointment{c.Before}).Started() {
		return kit.Conflict("starts", "invalid_transition", "The visit has already started.")
	}
	return beforeCutoff(c)
}

func cancellable(c kit.Change) error {
	if (Appointment{c.Before}).Started() {
		return kit.Conflict("status", "invalid_transition", "The visit has already started.")
	}
	if !slices.Contains(cancelCodes[c.Actor.Role], (Appointment{c.After}).cancelCode()) {
		return kit.Invalid("cancel_code", "invalid_code", "You cannot cancel for this reason. Choose another one.")
	}
	return beforeCutoff(c)
}

// beforeCutoff refuses patients who cancel or move later than the hospital's cutoff. Staff may
// do so until the visit.
func beforeCutoff(c kit.Change) error {
	if c.Actor.Role != role.Patient {
		return nil
	}
	settings, err := hospital.Of(c.App)
	if err != nil {
		return err
	}
	if kit.Now(c.App).Add(settings.CancelCutoff()).After((Appointment{c.Before}).Starts()) {
		return kit.Conflict("starts", "too_late",
			"It is too late to change this appointment online. Please call the hospital.")
	}
	return nil
}

func onVisitDay(c kit.Change) error {
	if (Appointment{c.Before}).checkedIn() {
		return kit.Conflict("checked_in_at", "invalid_transition", "The patient has already checked in.")
	}
	settings, err := hospital.Of(c.App)
	if err != nil {
		return err
	}
	day := func(t time.Time) string { return t.In(settings.Zone()).Format(time.DateOnly) }
	if day(kit.Now(c.App)) != day((Appointment{c.Before}).Starts()) {
		return kit.Conflict("checked_in_at", "wrong_day", "Patients can check in only on the day of their visit.")
	}
	return nil
}

func notStarted(c kit.Change) error {
	if (Appointment{c.Before}).Started() {
		return kit.Conflict("started_at", "invalid_transition", "The visit has already started.")
	}
	return nil
}

func patientAbsent(c kit.Change) error {
	a := Appointment{c.Before}
	if a.checkedIn() || a.Started() {
		return kit.Conflict("status", "invalid_transition", "The patient was here: the visit has a check-in or a start.")
	}
	if a.Ends().After(kit.Now(c.App)) {
		return kit.Conflict("status", "too_early", "Wait for the end of the visit before you mark it as a no-show.")
	}
	return nil
}

func startReached(c kit.Change) error {
	if (Appointment{c.Before}).Starts().After(kit.Now(c.App)) {
		return kit.Conflict("status", "too_early", "A visit cannot be completed before it starts.")
	}
	return nil
}

func notApprovedInTime(c kit.Change) error {
	settings, err := hospital.Of(c.App)
	if err != nil {
		return err
	}
	now, request := kit.Now(c.App), Appointment{c.Before}
	waits := request.requestedAt().IsZero() || request.requestedAt().After(waitsSince(settings, now))
	if waits && request.Starts().After(now) {
		return kit.Conflict("status", "too_early", "The request has not expired yet.")
	}
	return nil
}
