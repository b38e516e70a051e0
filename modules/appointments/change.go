package appointments

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// fillDefaults sets what a request may leave out: the end of a moved visit, and the reason
// of a cancellation.
func fillDefaults(c kit.Change) error {
	before, after := Appointment{c.Before}, Appointment{c.After}
	startMoved := !after.Starts().IsZero() && !after.Starts().Equal(before.Starts())
	if startMoved && after.Ends().Equal(before.Ends()) {
		ends, err := endAfterMove(c.App, before, after)
		if err != nil {
			return err
		}
		after.setEnds(ends)
	}
	if after.cancelCode() != before.cancelCode() && after.Status() != Cancelled {
		return kit.Invalid("cancel_code", "not_cancelled", "Set a reason only when you cancel the appointment.")
	}
	if after.Status() == Cancelled && before.Status() != Cancelled && after.cancelCode() == "" {
		after.setCancelCode(ByHospital)
		if c.Actor.Role == role.Patient {
			after.setCancelCode(ByPatient)
		}
	}
	return nil
}

// recheckPeople refuses to approve a visit when the doctor is away, or doctor or patient is inactive.
func recheckPeople(c kit.Change) error {
	return runChecks(c.App, Appointment{c.After}, c.Actor, checkPeople, checkTimeOff)
}

// recheckOverbook checks a visit again when overbook is switched on or off.
func recheckOverbook(c kit.Change) error {
	after := Appointment{c.After}
	if after.Overbook() == (Appointment{c.Before}).Overbook() {
		return nil
	}
	return runChecks(c.App, after, c.Actor, checkSchedule, checkFree)
}

// reschedule checks a moved visit like a new one. A visit that its patient moves is pending
// again.
func reschedule(c kit.Change) error {
	after := Appointment{c.After}
	if c.Actor.Role == role.Patient {
		after.setStatus(Pending)
		after.setApproved("", time.Time{})
		after.setRequestedAt(kit.Now(c.App))
	}
	clearOverbook(c.App, Appointment{c.Before}, after, c.Actor)
	return runChecks(c.App, after, c.Actor, append([]check{checkRequests}, allChecks...)...)
}

// clearOverbook switches overbook off when the new time does not need it, and whenever the
// patient moves the visit: staff allowed it for the old time only.
func clearOverbook(tx core.App, before, after Appointment, actor kit.Actor) {
	if !before.Overbook() || !after.Overbook() {
		return
	}
	after.setOverbook(false)
	if actor.Role != role.Patient && runChecks(tx, after, actor, allChecks...) != nil {
		after.setOverbook(true) // the checks that follow report any refusal
	}
}
