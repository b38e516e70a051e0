package webhooks

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

const (
	maxActive  = 20 // webhooks
	perWebhook = 2  // requests at once
)

// sender has the workers of an app. Those of one webhook do not wait for those of another.
type sender struct {
	ctx   context.Context // ends when the server stops
	woken atomic.Bool     // workers are about to start

	lock    sync.Mutex
	running map[string]int  // workers of a webhook
	again   map[string]bool // the workers of a webhook have to look once more
}

func senderOf(app core.App) *sender {
	return app.Store().GetOrSet("webhooks.sender", func() any {
		ctx, stop := context.WithCancel(context.Background())
		app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
			Id: "hospitalWebhooks", Priority: kit.OrderWebhooks, Func: func(e *core.TerminateEvent) error {
				stop()
				return e.Next()
			}})
		return &sender{ctx: ctx, running: map[string]int{}, again: map[string]bool{}}
	}).(*sender)
}

// startSending sends while the app serves: at once what was stored, every minute what is due again.
func startSending(app core.App) {
	s := senderOf(app)
	app.Cron().MustAdd("hospitalWebhooks", "* * * * *", func() {
		if err := Deliver(app); err != nil {
			app.Logger().Error("send events to webhooks", "error", err)
		}
	})
	app.Cron().MustAdd("hospitalWebhooksExpire", "41 * * * *", func() {
		if err := DeleteExpired(app); err != nil {
			app.Logger().Error("delete old deliveries of webhooks", "error", err)
		}
	})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error { // no request reads them for the first time
		if _, err := kit.FindAllCached(app, "webhooks"); err != nil {
			return err
		}
		return se.Next()
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalWebhooks", Func: func(se *core.ServeEvent) error {
		wake := func(e *core.RecordEvent) error {
			if d := (Delivery{e.Record}); d.status() == Pending && d.attempts() == 0 {
				s.wake(app)
			}
			return e.Next()
		}
		app.OnRecordAfterCreateSuccess("webhook_deliveries").BindFunc(wake)
		app.OnRecordAfterUpdateSuccess("webhook_deliveries").BindFunc(wake) // a replay
		if err := resume(app); err != nil {
			return err
		}
		s.wake(app)
		return se.Next()
	}})
}

// resume makes due what was being sent when the server before was killed or stopped: its result is not known.
func resume(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(`UPDATE webhook_deliveries SET next_try_at = {:now}
		WHERE status = 'pending' AND attempts > 0 AND error = ''`).
		Bind(dbx.Params{"now": kit.FormatInstant(kit.Now(app))}).Execute()
	if err != nil {
		return fmt.Errorf("resume the deliveries of webhooks: %w", err)
	}
	return nil
}

// wake sends what is due after the response, unless that is about to happen.
func (s *sender) wake(app core.App) {
	if s.woken.CompareAndSwap(false, true) {
		kit.AfterResponse(app, "send events to webhooks", func() error {
			s.woken.Store(false) // what is stored from now on may need another round
			return Deliver(app)
		})
	}
}

// Deliver sends what is due, and returns when the workers that it has started find nothing more. That a receiver
// fails is no error.
func Deliver(app core.App) error {
	s := senderOf(app)
	stored, err := kit.FindAllCached(app, "webhooks")
	if err != nil {
		return err
	}
	var workers sync.WaitGroup
	var lock sync.Mutex
	var problems []error
	for _, r := range stored {
		wanted := perWebhook
		if !(Webhook{r}).active() {
			wanted = 1 // for a test
		}
		for range wanted {
			if !s.begin(r.Id) {
				break
			}
			workers.Go(func() {
				if err := s.work(app, r.Id); err != nil {
					lock.Lock()
					defer lock.Unlock()
					problems = append(problems, err)
				}
			})
		}
	}
	workers.Wait()
	return errors.Join(problems...)
}

// work sends deliveries of a webhook until none is due.
func (s *sender) work(app core.App, webhook string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
		if err != nil {
			s.leave(webhook)
		}
	}()
	for {
		more, err := attempt(s.ctx, app, webhook)
		if err != nil {
			return err
		}
		if !more && s.end(webhook) {
			return nil
		}
	}
}

// begin reports whether another worker of a webhook starts. If not, the others look once more.
func (s *sender) begin(webhook string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.running[webhook] >= perWebhook {
		s.again[webhook] = true
		return false
	}
	s.running[webhook]++
	return true
}

// end reports whether a worker that has found nothing stops.
func (s *sender) end(webhook string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.again[webhook] && s.ctx.Err() == nil {
		delete(s.again, webhook)
		return false
	}
	s.running[webhook]--
	return true
}

func (s *sender) leave(webhook string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.running[webhook]--
}

// DeleteExpired deletes old deliveries, and secrets that no longer sign. It is SQL because the log of changes needs no
// entry for each.
func DeleteExpired(app core.App) error {
	for _, table := range []string{"webhook_deliveries", "webhook_secrets"} {
		_, err := app.NonconcurrentDB().NewQuery("DELETE FROM " + table + " WHERE expires != '' AND expires <= {:now}").
			Bind(dbx.Params{"now": kit.FormatInstant(kit.Now(app))}).Execute()
		if err != nil {
			return fmt.Errorf("delete from %s: %w", table, err)
		}
	}
	return nil
}
