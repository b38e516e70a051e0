package webhooks_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/modules/webhooks"
)

// Without an active webhook a change costs no statement, and there is no delivery.
func TestWhatNobodyWantsIsNotStored(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("webhook_deliveries")
	publish(h, "a/1", 1)
	connect(h, "http://127.0.0.1:1/", "hospital.bill.issued")
	publish(h, "a/1", 1)
	if n := h.Count("webhook_deliveries"); n != before {
		t.Errorf("%d deliveries were stored", n-before)
	}
}

func TestAnEventIsNotSentIfItsCauseIsUndone(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	connect(h, r.URL, "*")
	err := h.App.RunInTransaction(func(tx core.App) error {
		if err := webhooks.Publish(tx, webhooks.Event{Type: webhooks.Notice, Subject: "a/1"}); err != nil {
			return err
		}
		return errors.New("undone")
	})
	if err == nil {
		t.Fatal("the transaction was not undone")
	}
	deliver(h)
	if got := r.take(); len(got) != 0 {
		t.Errorf("received %v", got)
	}
}

// The list of webhooks in memory is that of the database: in the transaction that adds one, and after it is undone.
func TestAWebhookThatIsUndoneGetsNothing(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	stored := func() int64 { return h.Count("webhook_deliveries") }
	before := stored()
	event := webhooks.Event{Type: webhooks.Notice, Subject: "a/1"}
	undone := errors.New("undone")
	err := h.App.RunInTransaction(func(tx core.App) error {
		collection, err := tx.FindCollectionByNameOrId("webhooks")
		if err != nil {
			return err
		}
		webhook := core.NewRecord(collection)
		webhook.Load(map[string]any{"name": "Gateway", "url": r.URL, "events": []string{"*"}, "active": true})
		if err := tx.Save(webhook); err != nil {
			return err
		}
		if err := webhooks.Publish(tx, event); err != nil {
			return err
		}
		if n, err := tx.CountRecords("webhook_deliveries"); err != nil || n != before+1 {
			t.Errorf("%d deliveries in the transaction: %v", n-before, err)
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	publish(h, "a/1", 1)
	if n := stored(); n != before {
		t.Errorf("%d deliveries for a webhook that does not exist", n-before)
	}
	connect(h, r.URL, "*")
	publish(h, "a/1", 1)
	if n := stored(); n != before+1 {
		t.Errorf("%d deliveries for one webhook", n-before)
	}
}

func TestOldDeliveriesAreDeleted(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, _ := connect(h, r.URL, "*")
	publish(h, "a/1", 1)
	deliver(h)
	h.At(time.Now().AddDate(0, 0, 29))
	if err := webhooks.DeleteExpired(h.App); err != nil {
		t.Fatal(err)
	}
	newest(h, webhook)
	h.At(time.Now().AddDate(0, 0, 31))
	if err := webhooks.DeleteExpired(h.App); err != nil {
		t.Fatal(err)
	}
	if found, err := h.App.FindAllRecords("webhook_deliveries"); err != nil || len(found) > 1 { // of the fixture
		t.Errorf("%d deliveries are left: %v", len(found), err)
	}
	publish(h, "a/1", 2)
	deliver(h)
	if got := r.take(); len(got) != 2 {
		t.Errorf("%d events: is there still a secret?", len(got))
	}
	h.Verify()
}

// The worker finds what is due by its indexes, and a change without an active webhook costs no statement.
func TestStatementsOfWebhooks(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	if s := h.Statements(func() { publish(h, "a/1", 1) }); len(s) != 0 {
		t.Errorf("without an active webhook: %v", s)
	}
	connect(h, r.URL, "*")
	publish(h, "a/1", 1)
	publish(h, "a/1", 2)
	for _, plan := range h.Plans(func() { deliver(h) }) {
		for _, step := range plan.Steps {
			if strings.HasPrefix(step, "SCAN webhook") && !strings.HasSuffix(plan.SQL, "FROM `webhooks`") {
				t.Errorf("%s in %s", step, plan.SQL)
			}
		}
	}
}
