package appointments

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// fillDefaults adds what a request may leave out: the end of a moved visit, and why it was
// cancelled.
func fillDefaults(c kit.Change) error {
	before, after := Appointment{c.Before}, Appointment{c.After}
	if !after.Starts().Equal(before.Starts()) && after.Ends().Equal(before.Ends()) && !after.Starts().IsZero() {
		ends, err := endAfterMove(c.App, before, after)
		if err != nil {
			return err
		}
		after.setEnds(ends)
	}
	if after.cancelCode() != before.cancelCode() && after.Status() != Cancelled {
		return kit.Invalid("cancel_code", "not_cancelled", "Only a cancelled appointment has a reason for it.")
	}
	if after.Status() == Cancelled && before.Status() != Cancelled && after.cancelCode() == "" {
		after.setCancelCode(ByHospital)
		if c.Actor.Role == role.Patient {
			after.setCancelCode(ByPatient)
		}
	}
	return nil
}

// recheckPeople refuses to approve a visit to a doctor who is away or sees nobody now.
func recheckPeople(c kit.Change) error {
	return runChecks(c.App, Appointment{c.After}, c.Actor, checkPeople, checkTimeOff)
}

// recheckOverbook holds a visit that is overbooked, or no longer, to what that takes.
func recheckOverbook(c kit.Change) error {
	after := Appointment{c.After}
	if after.Overbook() == (Appointment{c.Before}).Overbook() {
		return nil
	}
	return runChecks(c.App, after, c.Actor, checkSchedule, checkFree)
}

// reschedule holds a moved visit to the rules of a new one. What a patient moves
// waits for approval again.
func reschedule(c kit.Change) error {
	after := Appointment{c.After}
	if c.Actor.Role == role.Patient {
		after.setStatus(Pending)
		after.stamp("approved", "", time.Time{})
	}
	clearOverbook(c.App, Appointment{c.Before}, after, c.Actor)
	return runChecks(c.App, after, c.Actor, allChecks...)
}

// clearOverbook ends the overbooking of a visit that is moved to where it needs none.
// A patient's move never needs it: it was allowed for another time.
func clearOverbook(tx core.App, before, after Appointment, actor kit.Actor) {
	if !before.Overbook() || !after.Overbook() {
		return
	}
	after.setOverbook(false)
	if actor.Role != role.Patient && runChecks(tx, after, actor, allChecks...) != nil {
		after.setOverbook(true) // the checks that follow say what is wrong, if anything is
	}
}
