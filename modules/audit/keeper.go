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
	keeperName = "hospital.audit.keeper"
	often      = time.Second // how much of what was read is lost at the most when the power fails
	most       = 2_000       // entries that wait, before who comes next writes them down
)

// keeper collects what was read and refused, and writes it down once a second: so
// that reading does not wait for a write. What was written stands in the log from
// its own transaction; of what was read, a crash loses the last second, and a
// stop nothing.
type keeper struct {
	app     core.App
	lock    sync.Mutex // of waiting
	waiting []pending
	writing sync.Mutex // one at a time, in order

	listening sync.Map // account -> from where and by which request it last subscribed
}

// pending is an entry, or the reading of records from which entries follow.
type pending struct {
	entry   Entry
	records []*core.Record
}

// note puts an entry down for later.
func (k *keeper) note(e Entry) { k.add(pending{entry: e}) }

// seen puts down that somebody saw records. Who sees only their own, as patients
// do, leaves no trace.
func (k *keeper) seen(actor kit.Actor, action string, records ...*core.Record) {
	if actor.Role == role.Patient || actor.Role == kit.Guest {
		return
	}
	records = slices.DeleteFunc(slices.Clone(records), func(r *core.Record) bool { // which are nobody's
		name := r.Collection().Name
		return name != "patients" && len(pathToPatient(k.app, name)) == 0
	})
	if len(records) > 0 {
		k.add(pending{Entry{Actor: actor, Action: action, Outcome: Done}, records})
	}
}

func (k *keeper) add(p pending) {
	p.entry.at = kit.Now(k.app)
	k.lock.Lock()
	k.waiting = append(k.waiting, p)
	full := len(k.waiting) > most
	k.lock.Unlock()
	if full {
		k.tryFlush()
	}
}

// run writes down what waits, as long as the app serves.
func (k *keeper) run() {
	stop := make(chan struct{})
	k.app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		close(stop)
		return e.Next()
	})
	routine.FireAndForget(func() {
		for ticker := time.NewTicker(often); ; {
			select {
			case <-stop:
				ticker.Stop()
				return
			case <-ticker.C:
				k.tryFlush()
			}
		}
	})
}

func (k *keeper) tryFlush() {
	if err := k.flush(); err != nil {
		k.app.Logger().Error("audit: reads could not be written and are kept for later", "error", err)
	}
}

// flush writes down what waits. When that fails it waits on.
func (k *keeper) flush() error {
	k.writing.Lock()
	defer k.writing.Unlock()
	k.lock.Lock()
	batch := k.waiting
	k.waiting = nil
	k.lock.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := k.app.RunInTransaction(func(tx core.App) error {
		var entries []Entry
		heard := map[[3]string]bool{}
		for _, p := range batch {
			of, err := p.entries(tx)
			if err != nil {
				return err
			}
			for _, e := range of {
				key := [3]string{e.Actor.ID, e.Collection, e.Patient}
				if e.Action == hear && heard[key] { // as each open window of somebody does
					continue
				}
				heard[key] = heard[key] || e.Action == hear
				entries = append(entries, e)
			}
		}
		return Write(tx, entries...)
	})
	if err != nil {
		k.lock.Lock()
		k.waiting = append(batch, k.waiting...)
		k.lock.Unlock()
	}
	return err
}

// entries is one for each patient whose records were seen by somebody else.
func (p pending) entries(tx core.App) (entries []Entry, err error) {
	if p.records == nil {
		return p.refusal(tx)
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

// refusal is an entry with whose record a member of the staff was after. What
// others try is not said of a patient: it would tell them who it was.
func (p pending) refusal(tx core.App) ([]Entry, error) {
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
	if k, ok := app.Store().Get(keeperName).(*keeper); ok {
		return k.flush()
	}
	return nil
}

// Seen puts down that somebody saw a patient's record by a route of its own.
func Seen(app core.App, actor kit.Actor, action string, records ...*core.Record) {
	if k, ok := app.Store().Get(keeperName).(*keeper); ok && len(records) > 0 {
		k.seen(actor, action, records...)
	}
}

// Waiting is how much was read and refused that is not written down yet.
func Waiting(app core.App) int {
	k, ok := app.Store().Get(keeperName).(*keeper)
	if !ok {
		return 0
	}
	k.lock.Lock()
	defer k.lock.Unlock()
	return len(k.waiting)
}
