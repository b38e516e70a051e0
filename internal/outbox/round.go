package outbox

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/sync/errgroup"

	"hospital/internal/kit"
	"hospital/internal/smtp"
)

// round is one pass through everything that is due.
type round struct {
	app         core.App
	stopping    *atomic.Bool
	unreachable atomic.Int64 // attempts in a row to which the mail server did not answer

	lock   sync.Mutex
	failed []error
}

// ends reports whether no more mails are begun.
func (r *round) ends() bool { return r.stopping.Load() || r.unreachable.Load() >= senders }

// withoutMail delivers what needs no mail, also while the mail server does not answer.
func (r *round) withoutMail(q Queue) {
	for q.WithoutMail != "" && !r.stopping.Load() && r.turn(q, " && "+q.WithoutMail) {
	}
}

// turn delivers the records of a queue that are due, at most perTurn. It returns whether more
// may be due.
func (r *round) turn(q Queue, which string) (more bool) {
	filter := string(q.Columns) + " = {:pending} && " + nextTryAt + " <= {:now}" + which
	due, err := r.app.FindRecordsByFilter(q.Collection, filter, nextTryAt, perTurn, 0,
		dbx.Params{"pending": string(Pending), "now": kit.FormatInstant(kit.Now(r.app))})
	if err != nil {
		r.fail(err)
		return false
	}
	var stored atomic.Bool // a result could not be stored, so that its mail may still be due
	var sending errgroup.Group
	sending.SetLimit(senders)
	for _, record := range due {
		if r.ends() {
			break
		}
		sending.Go(func() error {
			err := q.try(r.app, record.Id)
			switch {
			case errors.Is(err, smtp.ErrUnreachable):
				r.unreachable.Add(1)
			case err == nil:
				r.unreachable.Store(0)
			}
			if errors.Is(err, errStore) {
				stored.Store(true)
			}
			if err != nil {
				r.fail(fmt.Errorf("%s %s: %w", q.Collection, record.Id, err))
			}
			return nil
		})
	}
	_ = sending.Wait() // the errors are collected
	return len(due) == perTurn && !stored.Load()
}

func (r *round) fail(err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.failed = append(r.failed, err)
}
