package webhooks

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// The types of events.
const (
	Requested       = "hospital.appointment.requested"
	Approved        = "hospital.appointment.approved"
	Rejected        = "hospital.appointment.rejected"
	Rescheduled     = "hospital.appointment.rescheduled"
	Cancelled       = "hospital.appointment.cancelled"
	Completed       = "hospital.appointment.completed"
	BillIssued      = "hospital.bill.issued"
	PaymentVerified = "hospital.payment.verified"
	PaymentRejected = "hospital.payment.rejected"
	PrescriptionNew = "hospital.prescription.issued"
	Notice          = "hospital.notice"
	test            = "hospital.test"
)

// eventTypes are those that a webhook chooses from. hooks.go says when each happens.
var eventTypes = []string{Requested, Approved, Rejected, Rescheduled, Cancelled, Completed, BillIssued,
	PaymentVerified, PaymentRejected, PrescriptionNew, Notice}

// told are the fields of a record that an event has. None is a name, or says why a patient comes.
var told = map[string][]string{
	"appointments":  {"number", "patient", "doctor", "starts", "ends", "status", "version", "room", "visit_type"},
	"bills":         {"number", "patient", "appointment", "status", "total_minor", "currency", "due_on", "version"},
	"payments":      {"number", "receipt", "patient", "bill", "status", "amount_minor", "currency", "method", "version"},
	"prescriptions": {"number", "patient", "doctor", "appointment", "status", "version"},
}

// Tell is a reaction that publishes an event about the changed record.
func Tell(event string) kit.Reaction {
	return func(tx core.App, after *core.Record) error {
		if !subscriptionsOf(tx).want(event) {
			return nil
		}
		collection := after.Collection().Name
		data := map[string]any{"id": after.Id}
		for _, field := range told[collection] {
			data[field] = after.Get(field)
		}
		return Publish(tx, event, collection+"/"+after.Id, data)
	}
}

// Wanted reports whether a webhook may want an event.
func Wanted(app core.App, event string) bool { return subscriptionsOf(app).want(event) }

// Publish stores an event for each active webhook that wants it. Without one it costs no statement.
func Publish(tx core.App, event, subject string, data any) error {
	if !subscriptionsOf(tx).want(event) {
		return nil
	}
	found, err := tx.FindAllRecords("webhooks", dbx.HashExp{"active": true})
	if err != nil {
		return err
	}
	for _, r := range found {
		if w := (Webhook{r}); w.wants(event) {
			if err := store(tx, w, event, subject, data); err != nil {
				return err
			}
		}
	}
	return nil
}

// store writes a delivery. Each has an id of its own, by which the receiver knows a repetition.
func store(tx core.App, w Webhook, event, subject string, data any) error {
	record, err := kit.New(tx, "webhook_deliveries")
	if err != nil {
		return err
	}
	now, id := kit.Now(tx).UTC(), "evt_"+core.GenerateDefaultRandomId()
	body, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": id, "source": strings.TrimSuffix(tx.Settings().Meta.AppURL, "/"), "type": event,
		"subject": subject, "time": now.Format("2006-01-02T15:04:05.000Z"), "datacontenttype": "application/json",
		"data": data,
	})
	if err != nil {
		return err
	}
	kit.SetCreated(tx, record)
	Delivery{record}.fill(w.Id, event, id, subject, string(body), now)
	return tx.Save(record)
}

// subscriptions are the events that some active webhook wants.
type subscriptions struct {
	root   core.App // reads what is committed
	lock   sync.Mutex
	known  bool
	events []string
	epoch  int
}

func subscriptionsOf(app core.App) *subscriptions {
	return app.Store().GetOrSet("hospital.webhooks", func() any { return &subscriptions{} }).(*subscriptions)
}

// forget makes the next event read the webhooks again.
func (s *subscriptions) forget() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.known = false
	s.epoch++
}

// want reports whether a webhook may want an event. In doubt, such as after an error, it does.
func (s *subscriptions) want(event string) bool {
	s.lock.Lock()
	known, events, epoch := s.known, s.events, s.epoch
	s.lock.Unlock()
	if known {
		return slices.Contains(events, event)
	}
	found, err := s.root.FindAllRecords("webhooks", dbx.HashExp{"active": true})
	if err != nil {
		return true
	}
	for _, r := range found {
		for _, one := range eventTypes {
			if (Webhook{r}).wants(one) && !slices.Contains(events, one) {
				events = append(events, one)
			}
		}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.epoch == epoch {
		s.known, s.events = true, events
	}
	return slices.Contains(events, event)
}
