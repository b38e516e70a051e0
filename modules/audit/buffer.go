package audit

import (
	"slices"
	"sync"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"hospital/internal/kit"
)

const (
	bufferName    = "hospital.audit.buffer"
	flushInterval = time.Second // a power failure loses reads of at most this time
	maxBuffered   = 2_000       // with more entries the next caller flushes
)

// buffer collects reads and refusals and writes them to the log once a second, so that
// reading does not wait for a write. A crash loses the reads of the last second, a shutdown
// none. Changes are not buffered: they are logged in their own transaction.
type buffer struct {
	app     core.App
	lock    sync.Mutex // guards waiting
	waiting []pending
	writing sync.Mutex // serialises flushes

	attempts    attempts
	readers     readers
	subscribers sync.Map // account id -> kit.Actor of its last subscription
}

// pending is an entry, a read that becomes one entry per patient, or a search.
type pending struct {
	entry Entry
	rows  []kit.Row
	found *found
}

func (b *buffer) enqueue(e Entry) { b.push(pending{entry: e}) }

// logAccess logs that an actor read records.
func (b *buffer) logAccess(actor kit.Actor, action string, records ...*core.Record) {
	b.logRows(actor, action, kit.RowsOf(b.app, records...))
}

// logRows logs that an actor read rows. Reads of patients are not logged, because they can only
// read their own records.
func (b *buffer) logRows(actor kit.Actor, action string, rows []kit.Row) {
	if actor.Role == role.Patient || actor.Role == kit.Guest {
		return
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r kit.Row) bool { // rows without a patient
		return !leadsToPatient(b.app, r.Collection)
	})
	if len(rows) > 0 {
		b.push(pending{Entry{Actor: actor, Action: action, Outcome: Done}, rows, nil})
	}
}

func (b *buffer) push(p pending) {
	p.entry.at = kit.Now(b.app)
	b.lock.Lock()
	b.waiting = append(b.waiting, p)
	full := len(b.waiting) > maxBuffered
	b.lock.Unlock()
	if full {
		b.tryFlush()
	}
}

// run flushes every second until the app stops.
func (b *buffer) run() {
	stop := make(chan struct{})
	b.app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		close(stop)
		return e.Next()
	})
	routine.FireAndForget(func() {
		ticker, heads := time.NewTicker(flushInterval), time.NewTicker(headInterval)
		defer ticker.Stop()
		defer heads.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				b.tryFlush()
			case <-heads.C:
				if err := writeHead(b.app); err != nil {
					b.app.Logger().Error("audit: cannot write the head of the log", "error", err)
				}
			}
		}
	})
}

func (b *buffer) tryFlush() {
	if err := b.flush(false); err != nil {
		b.app.Logger().Error("audit: cannot write the pending entries; trying again later", "error", err)
	}
}

// flush writes the pending entries to the log. If that fails they stay pending. The refusals of
// the running minute are added up at its end; all adds them up now.
func (b *buffer) flush(all bool) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	sums := b.attempts.take(kit.Now(b.app), all)
	b.lock.Lock()
	for _, sum := range sums {
		b.waiting = append(b.waiting, pending{entry: sum})
	}
	batch := b.waiting
	b.waiting = nil
	b.lock.Unlock()
	if len(batch) == 0 {
		return nil
	}
	var entries []Entry
	err := b.app.RunInTransaction(func(tx core.App) error {
		entries = nil
		delivered := map[[3]string]bool{}
		for _, p := range batch {
			entriesOf, err := p.entries(tx)
			if err != nil {
				return err
			}
			for _, e := range entriesOf {
				key := [3]string{e.Actor.ID, e.Collection, e.Patient}
				if e.Action == realtime && delivered[key] { // the person has several windows open
					continue
				}
				delivered[key] = delivered[key] || e.Action == realtime
				entries = append(entries, e)
			}
		}
		return Write(tx, entries...)
	})
	if err != nil {
		b.lock.Lock()
		b.waiting = append(batch, b.waiting...)
		b.lock.Unlock()
		return err
	}
	if err := b.review(entries); err != nil { // the log has them
		b.app.Logger().Error("audit: cannot look for unusual reads", "error", err)
	}
	return nil
}

// entries returns one entry for each patient whose records another person read.
func (p pending) entries(tx core.App) (entries []Entry, err error) {
	switch {
	case p.found != nil:
		return p.searchEntries(tx)
	case p.rows == nil:
		return p.refusedEntry(tx)
	}
	logged := map[string]bool{}
	for _, r := range p.rows {
		patient, user, err := patientOfRow(tx, r)
		if err != nil {
			return nil, err
		}
		if patient == "" || user != "" && user == p.entry.Actor.ID || logged[patient] {
			continue
		}
		logged[patient] = true
		e := p.entry
		e.Patient, e.Collection = patient, r.Collection
		if len(p.rows) == 1 {
			e.Record = r.ID
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// refusedEntry adds the patient whose record staff tried to access. Attempts of patients and
// guests are not linked to a patient: the patient reads the access log and would see who
// it was.
func (p pending) refusedEntry(tx core.App) ([]Entry, error) {
	e := p.entry
	if e.Outcome != Refused || e.Record == "" || e.Actor.Role == kit.Guest || e.Actor.Role == role.Patient {
		return []Entry{e}, nil
	}
	r, err := tx.FindRecordById(e.Collection, e.Record)
	if err != nil {
		return []Entry{e}, nil //nolint:nilerr // no such record or collection
	}
	e.Patient, _, err = patientOf(tx, r)
	return []Entry{e}, err
}

// Flush writes all pending entries to the log now.
func Flush(app core.App) error {
	if b, ok := app.Store().Get(bufferName).(*buffer); ok {
		return b.flush(true)
	}
	return nil
}

// LogAccess logs that an actor read records of patients outside of the record API.
func LogAccess(app core.App, actor kit.Actor, action string, records ...*core.Record) {
	if b, ok := app.Store().Get(bufferName).(*buffer); ok && len(records) > 0 {
		b.logAccess(actor, action, records...)
	}
}

// Waiting returns the number of entries that are not written yet.
func Waiting(app core.App) int {
	b, ok := app.Store().Get(bufferName).(*buffer)
	if !ok {
		return 0
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	return len(b.waiting)
}
