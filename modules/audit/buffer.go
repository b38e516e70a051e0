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
	flushInterval = time.Second // how much of what was read is lost at the most when the power fails
	maxBuffered   = 2_000       // entries that wait, before who comes next writes them down
)

// buffer collects what was read and refused, and writes it down once a second: so
// that reading does not wait for a write. What was written stands in the log from
// its own transaction; of what was read, a crash loses the last second, and a
// stop nothing.
type buffer struct {
	app     core.App
	lock    sync.Mutex // of waiting
	waiting []pending
	writing sync.Mutex // one at a time, in order

	subscribers sync.Map // account -> from where and by which request it last subscribed
}

// pending is an entry, or the reading of records from which entries follow.
type pending struct {
	entry   Entry
	records []*core.Record
}

// enqueue puts an entry down for later.
func (b *buffer) enqueue(e Entry) { b.push(pending{entry: e}) }

// logAccess puts down that somebody saw records. Who sees only their own, as patients
// do, leaves no trace.
func (b *buffer) logAccess(actor kit.Actor, action string, records ...*core.Record) {
	if actor.Role == role.Patient || actor.Role == kit.Guest {
		return
	}
	records = slices.DeleteFunc(slices.Clone(records), func(r *core.Record) bool { // which are nobody's
		name := r.Collection().Name
		return name != "patients" && len(pathToPatient(b.app, name)) == 0
	})
	if len(records) > 0 {
		b.push(pending{Entry{Actor: actor, Action: action, Outcome: Done}, records})
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

// run writes down what waits, as long as the app serves.
func (b *buffer) run() {
	stop := make(chan struct{})
	b.app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		close(stop)
		return e.Next()
	})
	routine.FireAndForget(func() {
		for ticker := time.NewTicker(flushInterval); ; {
			select {
			case <-stop:
				ticker.Stop()
				return
			case <-ticker.C:
				b.tryFlush()
			}
		}
	})
}

func (b *buffer) tryFlush() {
	if err := b.flush(); err != nil {
		b.app.Logger().Error("audit: reads could not be written and are kept for later", "error", err)
	}
}

// flush writes down what waits. When that fails it waits on.
func (b *buffer) flush() error {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.lock.Lock()
	batch := b.waiting
	b.waiting = nil
	b.lock.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := b.app.RunInTransaction(func(tx core.App) error {
		var entries []Entry
		delivered := map[[3]string]bool{}
		for _, p := range batch {
			of, err := p.entries(tx)
			if err != nil {
				return err
			}
			for _, e := range of {
				key := [3]string{e.Actor.ID, e.Collection, e.Patient}
				if e.Action == realtime && delivered[key] { // as each open window of somebody does
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
	}
	return err
}

// entries is one for each patient whose records were seen by somebody else.
func (p pending) entries(tx core.App) (entries []Entry, err error) {
	if p.records == nil {
		return p.refusedEntry(tx)
	}
	named := map[string]bool{}
	for _, r := range p.records {
		patient, user, err := patientOf(tx, r)
		if err != nil {
			return nil, err
		}
		if patient == "" || user != "" && user == p.entry.Actor.ID || named[patient] {
			continue
		}
		named[patient] = true
		e := p.entry
		e.Patient, e.Collection = patient, r.Collection().Name
		if len(p.records) == 1 {
			e.Record = r.Id
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// refusedEntry is an entry with whose record a member of the staff was after. What
// others try is not said of a patient: it would tell them who it was.
func (p pending) refusedEntry(tx core.App) ([]Entry, error) {
	e := p.entry
	if e.Outcome != Refused || e.Record == "" || e.Actor.Role == kit.Guest || e.Actor.Role == role.Patient {
		return []Entry{e}, nil
	}
	r, err := tx.FindRecordById(e.Collection, e.Record)
	if err != nil {
		return []Entry{e}, nil //nolint:nilerr // there is no such record, or no such collection
	}
	e.Patient, _, err = patientOf(tx, r)
	return []Entry{e}, err
}

// Flush writes down what was read so far.
func Flush(app core.App) error {
	if b, ok := app.Store().Get(bufferName).(*buffer); ok {
		return b.flush()
	}
	return nil
}

// LogAccess logs that somebody saw records of patients by other means than the record API.
func LogAccess(app core.App, actor kit.Actor, action string, records ...*core.Record) {
	if b, ok := app.Store().Get(bufferName).(*buffer); ok && len(records) > 0 {
		b.logAccess(actor, action, records...)
	}
}

// Waiting is how much was read and refused that is not written down yet.
func Waiting(app core.App) int {
	b, ok := app.Store().Get(bufferName).(*buffer)
	if !ok {
		return 0
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	return len(b.waiting)
}
