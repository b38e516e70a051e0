package webhooks

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// renewSecret answers a new secret. The one before also signs for a day.
func renewSecret(r *kit.Request) error {
	var secret string
	err := r.App.RunInTransaction(func(tx core.App) (err error) {
		if err := expireSecrets(tx, r.Record.Id, r.Caller); err != nil {
			return err
		}
		secret, err = newSecret(tx, r.Record.Id, r.Caller)
		return err
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]string{"signing_secret": secret})
}

// sendTest sends an event to a webhook, whatever it wants, also to one that is off. That is tried once.
func sendTest(r *kit.Request) error {
	err := r.App.RunInTransaction(func(tx core.App) error {
		return store(tx, Event{Test, "webhooks/" + r.Record.Id, map[string]any{"id": r.Record.Id}}, Webhook{r.Record})
	})
	if err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

// replay sends a delivery again, with the same id. One that waits for its next try is tried now.
func replay(r *kit.Request) error {
	err := r.App.RunInTransaction(func(tx core.App) error {
		found, err := tx.FindRecordById("webhook_deliveries", r.Record.Id)
		if err != nil {
			return err
		}
		delivery := Delivery{found}
		if delivery.inFlight() {
			return nil
		}
		webhook, err := tx.FindRecordById("webhooks", delivery.webhook())
		if err != nil {
			return err
		}
		if !(Webhook{webhook}).active() {
			return kit.Conflict("active", "webhook_off", "The webhook is switched off. Switch it on first.")
		}
		delivery.replay(kit.Now(tx))
		return tx.Save(kit.SetActor(r.Caller, found))
	})
	if err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}
