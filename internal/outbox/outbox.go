// Package outbox sends mails about records (transactional outbox). A record is stored with a
// pending mail in the transaction of its cause, and the mail is sent afterwards. Delivery is
// at least once: a mail is sent twice if the process stops after sending it and before
// storing that.
package outbox

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
	"hospital/internal/smtp"
)

// Queue is a collection whose records are sent by mail.
type Queue struct {
	Collection string
	Columns    Columns

	// Compose composes the mail of a record, outside of any transaction. If it returns a Skip
	// no mail is sent. Any other error is a failed attempt.
	Compose func(app core.App, record *core.Record) (*mailer.Message, error)

	// Claim is called in the transaction that claims a due record. It returns a Skip, a Delay, ErrDelivered, or nil to
	// send the mail; any other error undoes the claim. A queue without it sends every mail.
	Claim func(tx core.App, record *core.Record) error

	// WithoutMail is a filter for the records that Claim delivers itself. While there is no mail server all others
	// wait.
	WithoutMail string

	// AtOnce queues are sent as soon as a record is stored, others within a minute.
	AtOnce bool
}

// Skip is the reason why a mail is not sent.
type Skip string

func (s Skip) Error() string { return string(s) }

// Delay is that a mail is sent later.
type Delay struct{ Until time.Time }

func (d Delay) Error() string { return "not before " + d.Until.String() }

// ErrDelivered is that a record needs no mail: who is told sees it in the portal.
var ErrDelivered = errors.New("delivered without a mail")

// maxWait is how long a mail waits for the hospital to have a mail server. An older one is no longer sent.
const maxWait = 7 * 24 * time.Hour

const (
	perTurn = 50 // mails of one queue, before it is the turn of the next queue

	// senders is how many mails are sent at once. It is less than the connections to the mail
	// server, so that a code to sign in does not wait for ten thousand notices.
	senders = smtp.MaxConnections - 1

	maxErrors = 20 // of a round that are reported
)

// outbox contains the queues of an app and its only worker.
type outbox struct {
	queues   []Queue
	working  sync.Mutex  // one worker at a time
	woken    atomic.Bool // a worker is about to start
	asked    atomic.Bool // mails may be due that the worker has not seen
	stopping atomic.Bool // the app stops: no more mails are begun
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
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "hospitalOutbox",
		Func: func(e *core.TerminateEvent) error {
			box.stopping.Store(true)
			return e.Next()
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

// Deliver sends mails until none is due, or the mail server does not answer. If another call
// is at it, that one sends them.
func Deliver(app core.App) error {
	box := of(app)
	box.asked.Store(true)
	var failed []error
	for box.asked.Load() && box.working.TryLock() {
		for box.asked.Swap(false) {
			failed = append(failed, box.round(app)...)
		}
		box.working.Unlock()
	}
	return errors.Join(failed[:min(len(failed), maxErrors)]...)
}

// round takes turns among the queues until nothing is due. While there is no mail server or it does not answer, the
// mails stay due and lose no attempts.
func (o *outbox) round(app core.App) (failed []error) {
	r := &round{app: app, stopping: &o.stopping}
	for _, q := range o.queues {
		r.withoutMail(q)
	}
	for more := app.Settings().SMTP.Enabled; more && !r.ends(); {
		more = false
		for _, q := range o.queues {
			more = r.turn(q, "") || more
		}
	}
	return r.failed
}
