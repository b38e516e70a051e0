package webhooks

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// renewSecret makes a new secret and answers it, once. The old one also signs for a day.
func renewSecret(e *kit.Request) error {
	secret := newSecret()
	err := e.App.RunInTransaction(func(tx core.App) error {
		record, err := tx.FindRecordById("webhooks", e.Record.Id)
		if err != nil {
			return err
		}
		Webhook{record}.setSecret(secret, kit.Now(tx))
		return tx.Save(kit.SetActor(e.Caller, record))
	})
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"signing_secret": secret})
}

// sendTest sends an event that means nothing.
func sendTest(e *kit.Request) error {
	err := e.App.RunInTransaction(func(tx core.App) error {
		return store(tx, Webhook{e.Record}, test, "", map[string]string{"webhook": Webhook{e.Record}.name()})
	})
	if err != nil {
		return err
	}
	return e.NoContent(http.StatusAccepted)
}

// replay sends a delivery again, with the same id.
func replay(e *kit.Request) error {
	err := e.App.RunInTransaction(func(tx core.App) error {
		record, err := tx.FindRecordById("webhook_deliveries", e.Record.Id)
		if err != nil {
			return err
		}
		d := Delivery{record}
		d.setStatus(Pending)
		d.clearSent()
		d.setNext(kit.Now(tx))
		return tx.Save(kit.SetActor(e.Caller, record))
	})
	if err != nil {
		return err
	}
	wake(e.App)
	return e.NoContent(http.StatusAccepted)
}
