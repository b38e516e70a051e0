package notices

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/patients"
)

const (
	// urgentWithin is how soon a visit has to be for a notice about it to be sent in quiet hours.
	urgentWithin = 24 * time.Hour
	// urgentLead is the longest lead of a reminder that is sent in quiet hours.
	urgentLead = 12 * time.Hour

	changedAgain = "The visit was changed again in the meantime."
	timePassed   = "The time of the visit has passed."
	recordClosed = "The patient's record is closed."
)

// claimNotice decides, in the transaction that claims a notice, whether it is still true and whether it waits for
// the end of quiet hours.
func claimNotice(tx core.App, record *core.Record) error {
	notice := Notice{record}
	booked, err := tx.FindRecordById("appointments", notice.appointment())
	if err != nil {
		return err
	}
	patient, err := patients.Find(tx, notice.patient())
	if err != nil {
		return err
	}
	now := kit.Now(tx)
	if why := notice.outdated(appointments.Appointment{Record: booked}, now); why != "" {
		return outbox.Skip(why)
	}
	if notice.kind() == Reminder && !patient.Active() {
		return outbox.Skip(recordClosed)
	}
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	if until := settings.QuietUntil(now); !until.IsZero() && !notice.urgent(now, until) {
		return outbox.Delay{Until: until}
	}
	if notice.channel() == Portal {
		return outbox.ErrDelivered
	}
	return nil
}

// outdated says why a notice is no longer true. It is empty if it is.
func (n Notice) outdated(visit appointments.Appointment, now time.Time) string {
	current := visit.Active()
	switch n.kind() {
	case Rejected, Cancelled:
		if visit.Status() != appointments.Cancelled {
			return changedAgain
		}
		return ""
	case Requested:
		current = visit.Status() == appointments.Pending
	case Confirmed, Reminder:
		current = visit.Status() == appointments.Approved
	}
	switch {
	case !current || !visit.Starts().Equal(n.newStarts()):
		return changedAgain
	case !now.Before(n.newStarts()):
		return timePassed
	}
	return ""
}

// urgent reports whether a notice is sent although quiet hours last until a time.
func (n Notice) urgent(now, until time.Time) bool {
	if n.kind() == Reminder {
		return n.lead() <= urgentLead || !until.Before(n.newStarts())
	}
	for _, starts := range []time.Time{n.oldStarts(), n.newStarts()} {
		if !starts.IsZero() && starts.Before(now.Add(urgentWithin)) {
			return true
		}
	}
	return false
}
