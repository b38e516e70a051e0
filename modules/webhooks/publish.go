package webhooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// Event is what receivers are told.
type Event struct {
	Type    Type
	Subject string // what it is about, as COLLECTION/ID. Events of one subject are sent in their order
	Data    any    // becomes JSON. Nothing clinical: see table
}

// Publish stores a delivery for each active webhook that wants the event. Call it in the transaction of the cause;
// without such a webhook it costs no statement.
func Publish(tx core.App, event Event) error {
	to, err := wanting(tx, event.Type)
	if err != nil || len(to) == 0 {
		return err
	}
	return store(tx, event, to...)
}

// Wanted reports whether an active webhook wants events of a type. It costs no statement.
func Wanted(app core.App, is Type) (bool, error) {
	to, err := wanting(app, is)
	return len(to) > 0, err
}

func wanting(app core.App, is Type) (to []Webhook, err error) {
	stored, err := kit.FindAllCached(app, "webhooks")
	if err != nil {
		return nil, fmt.Errorf("read the webhooks: %w", err)
	}
	for _, r := range stored {
		if w := (Webhook{r}); w.active() && w.wants(is) {
			to = append(to, w)
		}
	}
	return to, nil
}

// Tell publishes an event about a record.
func Tell(is Type) kit.Reaction {
	fields := fieldsOf(is)
	return func(tx core.App, after *core.Record) error {
		data := map[string]any{"id": after.Id}
		for _, f := range fields {
			data[f] = after.Get(f)
		}
		return Publish(tx, Event{is, after.Collection().Name + "/" + after.Id, data})
	}
}

// store writes the deliveries of an event. They have the same body.
func store(tx core.App, event Event, to ...Webhook) error {
	id, now := core.GenerateDefaultRandomId(), kit.Now(tx)
	body, err := json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: id, Source: strings.TrimSuffix(tx.Settings().Meta.AppURL, "/"), Type: event.Type,
		Subject: event.Subject, Time: now.Format(time.RFC3339Nano), ContentType: "application/json", Data: event.Data,
	})
	if err == nil && len(body) > maxBody {
		err = errors.New("the body is too long")
	}
	if err != nil {
		return fmt.Errorf("write the event %s of %s: %w", event.Type, event.Subject, err)
	}
	first, _, err := hospital.NextNumbers(tx, "webhook_deliveries", len(to), "SELECT ''")
	if err != nil {
		return err
	}
	for i, w := range to {
		r, err := kit.New(tx, "webhook_deliveries")
		if err != nil {
			return err
		}
		Delivery{r}.fill(w.Id, id, event, string(body), first+int64(i))
		Delivery{r}.wait(now)
		kit.SetCreated(tx, r)
		if err := tx.SaveNoValidate(r); err != nil { // the webhook is known to exist
			return fmt.Errorf("delivery of %s to %s: %w", event.Type, w.Id, err)
		}
	}
	return nil
}

// cloudEvent is the body of a request: CloudEvents 1.0, structured JSON.
type cloudEvent struct {
	SpecVersion string `json:"specversion"`
	ID          string `json:"id"`
	Source      string `json:"source"`
	Type        Type   `json:"type"`
	Subject     string `json:"subject,omitempty"`
	Time        string `json:"time"`
	ContentType string `json:"datacontenttype"`
	Data        any    `json:"data"`
}
