// Package outbox sends mails about records (transactional outbox). A record is stored with a
// pending mail in the transaction of its cause, and the mail is sent afterwards. Delivery is
// at least once: a mail is sent twice if the process stops after sending it and before
// storing that.
package outbox

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
)

// Queue is a collection whose records are sent by mail.
type Queue struct {
	Collection string
	Columns    Columns

	// Compose composes the mail of a record, outside of any transaction. If it returns a Skip
	// no mail is sent. Any other error is a failed attempt.
	Compose func(app core.App, record *core.Record) (*mailer.Message, error)

	// AtOnce queues are sent as soon as a record is stored, others within a minute.
	AtOnce bool
}

// Skip is the reason why a mail is not sent.
type Skip string

func (s Skip) Error() string { return string(s) }

// perRound is the largest number of mails of one queue that are sent before the next queue.
const perRound = 50

// outbox contains the queues of an app and its only worker.
type outbox struct {
	queues  []Queue
	working sync.Mutex  // one worker at a time
	woken   atomic.Bool // a worker is about to start
}

func of(app core.App) *outbox {
	return app.Store().GetOrSet("outbox", func() any { return &outbox{} }).(*outbox)
}

// Register adds queues to the outbox of an app. While the app serves, it sends their mails
// every minute, and those of AtOnce queues also when a record is created.
func Register(app core.App, queues ...Queue) {
	box := of(app)
	box.queues = append(box.queues, queues...)
	app.Cron().MustAdd("hospitalOutbox", "* * * * *", func() {
		if err := Deliver(app); err != nil {
			app.Logger().Error("deliver mails", "error", err)
		}
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalOutbox", Func: func(se *core.ServeEvent) error {
		for _, q := range box.queues {
			if q.AtOnce {
				app.OnRecordAfterCreateSuccess(q.Collection).BindFunc(func(e *core.RecordEvent) error {
					box.wake(app)
					return e.Next()
				})
			}
		}
		return se.Next()
	}})
}

// wake starts the worker after the response, unless it is about to start anyway.
func (o *outbox) wake(app core.App) {
	if o.woken.CompareAndSwap(false, true) {
		kit.AfterResponse(app, "deliver mails", func() error {
			o.woken.Store(false) // records that are stored from now on may need another round
			return Deliver(app)
		})
	}
}

// Deliver sends the mails that are due, at most 50 of each queue.
func Deliver(app core.App) error {
	box := of(app)
	box.working.Lock()
	defer box.working.Unlock()
	var failed []error
	for _, q := range box.queues {
		failed = append(failed, q.deliver(app))
	}
	return errors.Join(failed...)
}

func (q Queue) deliver(app core.App) error {
	due, err := app.FindRecordsByFilter(q.Collection, string(q.Columns)+" = {:pending} && "+nextTryAt+" <= {:now}",
		nextTryAt, perRound, 0,
		dbx.Params{"pending": string(Pending), "now": kit.FormatInstant(kit.Now(app))})
	if err != nil {
		return err
	}
	var failed []error
	for _, r := range due {
		if err := q.try(app, r.Id); err != nil {
			failed = append(failed, fmt.Errorf("%s %s: %w", q.Collection, r.Id, err))
		}
	}
	return errors.Join(failed...)
}
