package notices

import (
	"cmp"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/outbox"
	"hospital/modules/appointments"
	"hospital/modules/billing"
	"hospital/modules/hospital"
	threads "hospital/modules/messages"
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
	billVoid     = "The bill is void."
	messageRead  = "The message was read in the portal."
	unwanted     = "The recipient does not want messages of this kind."
)

// claimNotice decides, in the transaction that claims a notice, whether it is still true and whether it waits for
// the end of quiet hours.
func claimNotice(tx core.App, record *core.Record) error {
	notice := Notice{record}
	now := kit.Now(tx)
	if why, err := notice.whyNot(tx, now); err != nil || why != "" {
		return cmp.Or(err, error(outbox.Skip(why)))
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
	wanted, err := notice.wanted(tx)
	switch {
	case err != nil:
		return err
	case !wanted:
		return outbox.Skip(unwanted)
	case notice.channel() == Webhook:
		return cmp.Or(notice.publish(tx, settings), outbox.ErrDelivered)
	}
	return nil
}

// whyNot says why a notice is no longer sent. It is empty if it is.
func (n Notice) whyNot(tx core.App, now time.Time) (string, error) {
	switch {
	case n.kind() == BillIssued:
		bill, err := tx.FindRecordById("bills", n.aboutID())
		if err == nil && (billing.Bill{Record: bill}).Status() == billing.Void {
			return billVoid, nil
		}
		return "", err
	case n.kind() == Message:
		sent, err := tx.FindRecordById("messages", n.aboutID())
		if err == nil && (threads.Message{Record: sent}).Seen() {
			return messageRead, nil
		}
		return "", err
	case n.kind() == DayList:
		if !now.Before(n.newStarts()) {
			return timePassed, nil
		}
		return "", nil
	case n.appointment() == "":
		return "", nil
	}
	booked, err := tx.FindRecordById("appointments", n.appointment())
	if err != nil {
		return "", err
	}
	why := n.outdated(appointments.Appointment{Record: booked}, now)
	if why != "" || n.kind() != Reminder {
		return why, nil
	}
	patient, err := patients.Find(tx, n.patient())
	if err == nil && !patient.Active() {
		return recordClosed, nil
	}
	return "", err
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
