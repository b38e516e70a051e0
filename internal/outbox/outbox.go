// Package outbox sends the mails that records of the database ask for. A record is
// stored with a pending mail in the transaction of its cause; the mail is sent after
// it. A mail is sent at least once: never lost, and twice only when the process
// stops between sending it and writing that down.
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

	// Compose writes the mail of a record, outside of any transaction. A Skip as its
	// error says that there is nothing to send; any other error counts as a failed attempt.
	Compose func(app core.App, record *core.Record) (*mailer.Message, error)

	// AtOnce queues are sent as soon as a record is stored, and not within the minute.
	AtOnce bool
}

// Skip is the reason for which a mail is not sent.
type Skip string

func (s Skip) Error() string { return string(s) }

// perRound is how many mails of a queue are sent before the next queue has its turn.
const perRound = 50

// outbox is the queues of one app, and the one worker that sends them.
type outbox struct {
	queues  []Queue
	working sync.Mutex  // one worker at a time
	woken   atomic.Bool // a worker is about to begin
}

func of(app core.App) *outbox {
	return app.Store().GetOrSet("outbox", func() any { return &outbox{} }).(*outbox)
}

// Register adds queues to the outbox of an app. Their mails are sent while the app
// serves: every minute, and AtOnce.
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

// wake lets the worker begin a moment later, unless it is about to anyway. The answer
// to whoever caused the mail does not wait for it.
func (o *outbox) wake(app core.App) {
	if o.woken.CompareAndSwap(false, true) {
		kit.AfterResponse(app, "deliver mails", func() error {
			o.woken.Store(false) // what is stored from now on may come too late for this round
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
	due, err := app.FindRecordsByFilter(q.Collection, string(q.Columns)+" = {:pending} && "+nextTryAt+" <= {:now}", nextTryAt, perRound, 0,
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
