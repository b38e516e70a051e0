package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"hospital/internal/kit"
	"hospital/modules/accounts"
)

const perTurn = 20

// workers are the webhooks that a worker sends to now. Each webhook has one worker at most, so that its events arrive in
// order and a receiver that does not answer holds nobody else up.
type workers struct {
	lock    sync.Mutex
	busy    map[string]bool
	again   map[string]bool // there may be more since its worker looked
	running sync.WaitGroup
	woken   atomic.Bool
}

func workersOf(app core.App) *workers {
	return app.Store().GetOrSet("hospital.webhookWorkers", func() any {
		return &workers{busy: map[string]bool{}, again: map[string]bool{}}
	}).(*workers)
}

// wake delivers after the response to the change.
func wake(app core.App) {
	w := workersOf(app)
	if w.woken.CompareAndSwap(false, true) {
		kit.AfterResponse(app, "deliver webhooks", func() error {
			w.woken.Store(false)
			return start(app)
		})
	}
}

// Deliver sends what is due and waits for the workers.
func Deliver(app core.App) error {
	err := start(app)
	workersOf(app).running.Wait()
	return err
}

// start begins a worker for each webhook with deliveries that are due.
func start(app core.App) error {
	var due []string
	err := app.DB().NewQuery(`SELECT DISTINCT webhook FROM webhook_deliveries
		WHERE status = 'pending' AND next_try_at <= {:now}`).Bind(dbx.Params{"now": kit.FormatInstant(kit.Now(app))}).
		Column(&due)
	for _, webhook := range due {
		workersOf(app).begin(app, webhook)
	}
	return err
}

func (w *workers) begin(app core.App, webhook string) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.busy[webhook] {
		w.again[webhook] = true
		return
	}
	w.busy[webhook] = true
	routine.FireAndForget(func() { w.work(app, webhook) }, &w.running)
}

// work sends everything of a webhook that is due.
func (w *workers) work(app core.App, webhook string) {
	for more := true; more; {
		sent, err := turn(app, webhook)
		if err != nil {
			app.Logger().Error("deliver webhooks", "webhook", webhook, "error", err)
		}
		w.lock.Lock()
		more = err == nil && (sent || w.again[webhook])
		delete(w.again, webhook)
		if !more {
			delete(w.busy, webhook)
		}
		w.lock.Unlock()
	}
}

// turn sends some deliveries that are due: of each subject the oldest one that waits. It reports whether any arrived.
func turn(app core.App, webhook string) (sent bool, err error) {
	var due []string
	err = app.DB().NewQuery(`SELECT d.id FROM webhook_deliveries d
		WHERE d.webhook = {:webhook} AND d.status = 'pending' AND d.next_try_at <= {:now} AND (d.subject = '' OR NOT EXISTS (
			SELECT 1 FROM webhook_deliveries e WHERE e.webhook = d.webhook AND e.subject = d.subject
				AND e.status = 'pending' AND e.rowid < d.rowid))
		ORDER BY d.rowid LIMIT {:limit}`).Bind(dbx.Params{
		"webhook": webhook, "now": kit.FormatInstant(kit.Now(app)), "limit": perTurn}).Column(&due)
	if err != nil {
		return false, err
	}
	for _, id := range due {
		arrived, err := try(app, id)
		if err != nil {
			return sent, err
		}
		if !arrived { // the others would wait as long for the same receiver
			return sent, nil
		}
		sent = true
	}
	return sent, nil
}

// try makes one attempt: it claims the delivery in a transaction, sends it outside of any, and stores the result. If
// the process stops in between, it is sent again with the same id.
func try(app core.App, id string) (arrived bool, err error) {
	delivery, webhook, err := claim(app, id)
	if err != nil || delivery.Record == nil {
		return err == nil, err // nothing to do: go on with the next
	}
	answer := send(app, webhook, delivery)
	return answer.failure == nil, app.RunInTransaction(func(tx core.App) error {
		return answer.store(tx, delivery.Id, webhook.Id)
	})
}

// claim counts an attempt and sets the time of the next one.
func claim(app core.App, id string) (d Delivery, w Webhook, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		record, err := tx.FindRecordById("webhook_deliveries", id)
		if err != nil {
			return err
		}
		now, delivery := kit.Now(tx), Delivery{record}
		if delivery.status() != Pending || delivery.nextTryAt().After(now) {
			return nil
		}
		found, err := tx.FindRecordById("webhooks", delivery.webhook())
		if err != nil {
			return err
		}
		if !(Webhook{found}).active() && delivery.event() != test {
			delivery.setStatus(Skipped)
			delivery.setError("The webhook is switched off.")
			return tx.Save(record)
		}
		delivery.setAttempts(delivery.attempts() + 1)
		delivery.setNext(now.Add(backOff(delivery.attempts())))
		if err := tx.Save(record); err != nil {
			return err
		}
		d, w = delivery, Webhook{found}
		return nil
	})
	return d, w, err
}

// backOff is the time after an attempt: 1, 2, 4 … minutes.
func backOff(attempts int) time.Duration {
	return min(time.Minute<<min(attempts-1, 10), maxBackOff)
}

// answer is what a receiver says.
type answer struct {
	status  int // 0: there was no answer
	wait    time.Duration
	failure error
}

func send(app core.App, w Webhook, d Delivery) answer {
	ctx, cancel := context.WithTimeout(context.Background(), requestTime)
	defer cancel()
	u, err := url.Parse(w.url())
	if err != nil {
		return answer{failure: err}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(d.body()))
	if err != nil {
		return answer{failure: err}
	}
	now := time.Now() // of the wall: receivers compare it with theirs
	for name, value := range map[string]string{
		"Content-Type": "application/cloudevents+json; charset=utf-8", "User-Agent": "hospital",
		"webhook-id": d.eventID(), "webhook-timestamp": strconv.FormatInt(now.Unix(), 10),
		"webhook-signature": signature(w.secrets(kit.Now(app)), d.eventID(), now, d.body()),
	} {
		request.Header.Set(name, value)
	}
	c := client(u.Hostname(), rulesOf(app))
	defer c.CloseIdleConnections()
	response, err := c.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) { // without the address, which may have a key in it
			err = failed.Err
		}
		return answer{failure: err}
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	a := answer{status: response.StatusCode}
	if a.status < 200 || a.status > 299 {
		a.failure = fmt.Errorf("the receiver answered %d", a.status)
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		a.wait = min(time.Duration(seconds)*time.Second, maxBackOff)
	}
	return a
}

// store writes the result of an attempt, to the delivery and to the webhook.
func (a answer) store(tx core.App, delivery, webhook string) error {
	record, err := tx.FindRecordById("webhook_deliveries", delivery)
	if err != nil {
		return err
	}
	found, err := tx.FindRecordById("webhooks", webhook)
	if err != nil {
		return err
	}
	d, w, now := Delivery{record}, Webhook{found}, kit.Now(tx)
	d.setAnswer(a.status)
	if a.failure == nil {
		d.setSent(now)
		if err := tx.Save(record); err != nil || w.failingSince().IsZero() {
			return err
		}
		w.setWorking()
		return tx.Save(found)
	}
	d.setError(a.failure.Error())
	if next := now.Add(a.wait); next.After(d.nextTryAt()) {
		d.setNext(next)
	}
	if now.Sub(d.created()) > tryPeriod {
		d.setStatus(Failed)
	}
	if err := tx.Save(record); err != nil {
		return err
	}
	w.setFailing(now, a.failure.Error())
	off := a.status == http.StatusGone || now.Sub(w.failingSince()) > failPeriod
	if off && w.active() {
		w.setActive(false)
		if err := accounts.NotifyAdminsDaily(tx, accounts.WebhookOff); err != nil {
			return err
		}
	}
	return tx.Save(found)
}
