package appointments

import (
	"slices"
	"time"

	"hospital/internal/role"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// states is everything that can be done to an appointment once it is booked.
// That a doctor or a patient touches only their own stands in the policy.
var states = kit.States{
	{"approve", at(Pending), string(Approved), by(role.Doctor, role.Receptionist, role.Admin), inFuture},
	{"reject", at(Pending), string(Cancelled), by(role.Doctor, role.Admin), explained},
	{"reschedule", at(Pending, Approved), "", by(role.Patient, role.Doctor, role.Receptionist, role.Admin), movable},
	{"cancel", at(Pending, Approved), string(Cancelled), by(role.Patient, role.Doctor, role.Receptionist, role.Admin), cancellable},
	{"check in", at(Approved), "", by(role.Nurse, role.Receptionist, role.Admin), onTheDay},
	{"start", at(Approved), "", by(role.Doctor, role.Admin), notStarted},
	{"miss", at(Approved), string(Cancelled), by(role.Doctor, role.Nurse, role.Receptionist, role.Admin), missed},
	{"complete", at(Approved), string(Completed), by(role.Doctor, role.Admin), begun},
	{"expire", at(Pending), string(Cancelled), by(kit.System), past},
	{"edit", at(Pending, Approved), "", by(role.Patient, role.Doctor, role.Receptionist, role.Admin), nil},
}

func by(roles ...kit.Role) []kit.Role { return roles }

func at(statuses ...Status) (from []string) {
	for _, s := range statuses {
		from = append(from, string(s))
	}
	return from
}

// actions names what a change of the record means: one verb, or none when only
// texts differ.
func actions(before, after Appointment) (did []string) {
	if after.Status() != before.Status() {
		did = append(did, verb(after))
	}
	if after.moved(before) {
		did = append(did, "reschedule")
	}
	if !after.checkedInAt().Equal(before.checkedInAt()) {
		did = append(did, "check in")
	}
	if !after.startedAt().Equal(before.startedAt()) {
		did = append(did, "start")
	}
	return did
}

func verb(after Appointment) string {
	switch after.Status() {
	case Approved:
		return "approve"
	case Completed:
		return "complete"
	case Cancelled:
		if did, ok := cancelling[after.cancelCode()]; ok {
			return did
		}
		return "cancel"
	}
	return "change the status of" // in no row: nothing leads back to pending but a patient's own move
}

// cancelling are the ways to cancel that have a row of their own.
var cancelling = map[CancelCode]string{Rejected: "reject", NoShow: "miss", Expired: "expire"}

func inFuture(m kit.Move) error {
	if !(Appointment{m.After}).Starts().After(kit.Now(m.App)) {
		return kit.Conflict("status", "too_late", "The time of this appointment has passed. Reschedule it first.")
	}
	return nil
}

func explained(m kit.Move) error {
	if (Appointment{m.After}).CancelNote() == "" {
		return kit.Invalid("cancel_note", "required", "Tell the patient why.")
	}
	return nil
}

func movable(m kit.Move) error {
	if (Appointment{m.Before}).Started() {
		return kit.Conflict("starts", "invalid_transition", "The visit has already started.")
	}
	return beforeCutoff(m)
}

func cancellable(m kit.Move) error {
	if (Appointment{m.Before}).Started() {
		return kit.Conflict("status", "invalid_transition", "The visit has already started.")
	}
	code := (Appointment{m.After}).cancelCode()
	if m.Actor.Role == role.Patient && code != ByPatient || m.Actor.Role != role.Patient && !slices.Contains([]CancelCode{ByPatient, ByHospital, Duplicate}, code) {
		return kit.Invalid("cancel_code", "invalid_code", "This is not a reason you can cancel for.")
	}
	return beforeCutoff(m)
}

// beforeCutoff holds patients to the hospital's notice; staff may act until the visit.
func beforeCutoff(m kit.Move) error {
	if m.Actor.Role != role.Patient {
		return nil
	}
	settings, err := hospital.Of(m.App)
	if err != nil {
		return err
	}
	if kit.Now(m.App).Add(settings.CancelCutoff()).After((Appointment{m.Before}).Starts()) {
		return kit.Conflict("starts", "too_late", "It is too late to change this appointment online. Please call the hospital.")
	}
	return nil
}

func onTheDay(m kit.Move) error {
	if (Appointment{m.Before}).checkedIn() {
		return kit.Conflict("checked_in_at", "invalid_transition", "The patient has already checked in.")
	}
	settings, err := hospital.Of(m.App)
	if err != nil {
		return err
	}
	day := func(t time.Time) string { return t.In(settings.Zone()).Format(time.DateOnly) }
	if day(kit.Now(m.App)) != day((Appointment{m.Before}).Starts()) {
		return kit.Conflict("checked_in_at", "wrong_day", "Patients check in on the day of their visit.")
	}
	return nil
}

func notStarted(m kit.Move) error {
	if (Appointment{m.Before}).Started() {
		return kit.Conflict("started_at", "invalid_transition", "The visit has already started.")
	}
	return nil
}

func missed(m kit.Move) error {
	a := Appointment{m.Before}
	if a.checkedIn() || a.Started() {
		return kit.Conflict("status", "invalid_transition", "The patient has been here.")
	}
	if a.Ends().After(kit.Now(m.App)) {
		return kit.Conflict("status", "too_early", "A visit is missed only once its time is over.")
	}
	return nil
}

func begun(m kit.Move) error {
	if (Appointment{m.Before}).Starts().After(kit.Now(m.App)) {
		return kit.Conflict("status", "too_early", "A visit cannot be completed before it starts.")
	}
	return nil
}

func past(m kit.Move) error {
	if (Appointment{m.Before}).Starts().After(kit.Now(m.App)) {
		return kit.Conflict("status", "too_early", "The request has not expired yet.")
	}
	return nil
}
