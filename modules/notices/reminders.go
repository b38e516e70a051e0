package notices

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
)

// Remind stores the reminders of a visit that was approved for a time: one for each lead time of the settings and
// channel. A lead that has begun is left out.
func Remind(tx core.App, after *core.Record) error {
	visit, m := appointments.Appointment{Record: after}, messageOf(Reminder, Patient)
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	who, err := recipientOf(tx, m.to, visit)
	if err != nil {
		return err
	}
	for _, lead := range settings.ReminderLeads() {
		due := visit.Starts().Add(-lead)
		if !due.After(kit.Now(tx)) {
			continue
		}
		for _, channel := range m.channels {
			if !who.has(channel) {
				continue
			}
			notice, err := newNotice(tx, m, channel, who)
			if err != nil {
				return err
			}
			notice.setVisit(visit, content{newStarts: visit.Starts()})
			notice.setLead(lead)
			delivery.SetPending(notice.Record, due)
			if err := store(tx, notice); err != nil {
				return err
			}
		}
	}
	return nil
}

// StopReminders skips the reminders of a visit that does not take place at its time.
func StopReminders(tx core.App, after *core.Record) error {
	if err := kit.InsertNow(tx, "notices"); err != nil { // of an earlier request of a batch
		return err
	}
	pending, err := pendingReminders(tx, after.Id)
	if err != nil {
		return err
	}
	for _, reminder := range pending {
		delivery.SetSkipped(reminder, changedAgain)
		if err := tx.SaveNoValidate(reminder); err != nil {
			return err
		}
	}
	return nil
}
