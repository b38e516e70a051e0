package webhooks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/accounts"
)

const (
	offAfter = 5 * 24 * time.Hour // of failure

	// firstTries of a delivery do not switch a webhook off: a receiver that got nothing for a week and is being
	// restarted has failed since its last try.
	firstTries = 4
)

// claim counts an attempt of the next delivery of a webhook; r is nil if none is due. No other worker takes it until
// the time of its next try, nor a later one of its subject.
func claim(app core.App, webhook string) (delivery Delivery, r *request, err error) {
	for r == nil && err == nil {
		var id string
		if id, err = due(app, webhook); id == "" || err != nil {
			break
		}
		err = app.RunInTransaction(func(tx core.App) error {
			delivery, r, err = take(tx, id)
			return err
		})
	}
	if err != nil {
		return delivery, nil, fmt.Errorf("take a delivery of webhook %s: %w", webhook, err)
	}
	return delivery, r, nil
}

// due looks for the next delivery: the oldest that is due and whose subject has no older one that waits. To a webhook that
// is off only tests are sent. It looks outside of a transaction, because many can wait for a receiver that fails.
func due(app core.App, webhook string) (id string, err error) {
	err = app.DB().NewQuery(`SELECT d.id FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook
		WHERE (w.active OR d.type = 'hospital.test') AND d.webhook = {:webhook} AND d.status = 'pending'
			AND d.next_try_at <= {:now}
			AND (d.subject = '' OR NOT EXISTS (SELECT 1 FROM webhook_deliveries e WHERE e.webhook = d.webhook
				AND e.subject = d.subject AND e.status = 'pending' AND e.number < d.number))
		ORDER BY d.number LIMIT 1`).
		Bind(dbx.Params{"webhook": webhook, "now": kit.FormatInstant(kit.Now(app))}).Row(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// take counts an attempt of a delivery; r is nil if another worker was faster, or the webhook was switched off.
func take(tx core.App, id string) (delivery Delivery, r *request, err error) {
	found, err := tx.FindRecordById("webhook_deliveries", id)
	if errors.Is(err, sql.ErrNoRows) { // expired
		return delivery, nil, nil
	}
	if err != nil {
		return delivery, nil, err
	}
	delivery, now := Delivery{found}, kit.Now(tx)
	if delivery.status() != Pending || delivery.nextTryAt().After(now) {
		return delivery, nil, nil
	}
	webhook, err := tx.FindRecordById("webhooks", delivery.webhook())
	if err != nil {
		return delivery, nil, err
	}
	secrets, err := signing(tx, webhook.Id)
	if err != nil {
		return delivery, nil, err
	}
	delivery.try(now)
	return delivery, &request{url: Webhook{webhook}.url(), event: delivery.event(), body: delivery.body(),
		secrets: secrets, reach: reachOf(tx), at: now, timeout: timeoutOf(tx)}, tx.Save(found)
}

// attempt sends the next delivery of a webhook. It reports false if none is due, or if the receiver has failed before
// and fails again: everything else waits for the next round, and not for a timeout each.
func attempt(ctx context.Context, app core.App, webhook string) (more bool, err error) {
	delivery, r, err := claim(app, webhook)
	if r == nil {
		return false, err
	}
	result := r.send(ctx)
	if ctx.Err() != nil {
		return false, nil //nolint:nilerr // the server stops: it is tried again
	}
	down, err := record(app, delivery.Id, result)
	if err != nil {
		return false, fmt.Errorf("store the attempt of delivery %s: %w", delivery.Id, err)
	}
	return !down, nil
}

// record stores the result of an attempt, for the delivery and its webhook. Both may have changed meanwhile. It
// reports whether the receiver has failed more than once.
func record(app core.App, id string, result answer) (down bool, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		found, err := tx.FindRecordById("webhook_deliveries", id)
		if errors.Is(err, sql.ErrNoRows) { // expired
			return nil
		}
		if err != nil {
			return err
		}
		delivery, now := Delivery{found}, kit.Now(tx)
		webhook, err := tx.FindRecordById("webhooks", delivery.webhook())
		if err != nil {
			return err
		}
		switch {
		case result.problem == "":
			delivery.succeed(now, result)
		case delivery.status() != Pending: // the webhook was switched off
			return nil
		case !(Webhook{webhook}).active(): // a test
			delivery.giveUp(result)
			return tx.Save(found)
		default:
			delivery.fail(now, result)
		}
		if err := tx.Save(found); err != nil {
			return err
		}
		if result.problem == "" {
			return recovered(tx, Webhook{webhook})
		}
		down = !(Webhook{webhook}).failingSince().IsZero()
		return failed(tx, Webhook{webhook}, delivery, result)
	})
	return down, err
}

// recovered makes due what was tried while a webhook failed. What failed by itself keeps its time: otherwise each
// success of another would try it again. What is being sent has no error.
func recovered(tx core.App, w Webhook) error {
	since := w.failingSince()
	if since.IsZero() {
		return nil
	}
	w.clearFailure()
	if err := tx.Save(w.Record); err != nil {
		return err
	}
	return changeWaiting(tx, w.Id, "next_try_at = {:now}",
		"error != '' AND tried_at > '"+kit.FormatInstant(since)+"'")
}

// failed notes why a webhook fails, and switches it off if it has failed for long or its receiver is gone.
func failed(tx core.App, w Webhook, d Delivery, result answer) error {
	since, now := w.failingSince(), kit.Now(tx)
	if since.IsZero() {
		since = now
	}
	off := result.gone() || now.Sub(since) >= offAfter && d.attempts() > firstTries
	if !off && !w.failingSince().IsZero() && w.lastError() == result.problem {
		return nil
	}
	w.setFailing(since, result.problem)
	if !off {
		return tx.Save(w.Record)
	}
	w.switchOff()
	if err := tx.Save(w.Record); err != nil {
		return err
	}
	return accounts.NotifyAdminsDaily(tx, accounts.WebhookOff)
}

// changeWaiting changes deliveries that wait for a webhook, in one statement: there may be many.
func changeWaiting(tx core.App, webhook, set, which string) error {
	defer kit.ForgetReads(tx)
	_, err := tx.NonconcurrentDB().NewQuery("UPDATE webhook_deliveries SET " + set + ", updated = {:now} " +
		"WHERE webhook = {:webhook} AND status = 'pending' AND " + which).
		Bind(dbx.Params{"webhook": webhook, "now": kit.FormatInstant(kit.Now(tx))}).Execute()
	return err
}
