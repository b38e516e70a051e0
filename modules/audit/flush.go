package audit

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

const (
	workPerFlush  = 400    // of one transaction, which takes about 5 ms; a longer list has its own
	readsPerQuery = 2_000  // records whose patients are looked up at once
	maxLists      = 10_000 // whose patients are known to be stored
)

// flush writes the pending entries to the log, in short transactions. What cannot be written stays pending.
// Repeats and refusals of the running minute are added up at its end; all adds them up now.
func (b *buffer) flush(all bool) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	batch := b.take(all)
	for len(batch) > 0 {
		n := amount(batch, readsPerQuery, (*pending).size)
		if err := b.findPatients(batch[:n]); err != nil {
			b.putBack(batch)
			return err
		}
		for some := batch[:n]; len(some) > 0; {
			chunk := some[:amount(some, workPerFlush, b.work)]
			began := time.Now()
			if err := b.write(chunk); err != nil {
				b.putBack(append(slices.Clone(some), batch[n:]...))
				return err
			}
			if some = some[len(chunk):]; !all && len(some)+len(batch[n:]) > 0 {
				time.Sleep(time.Since(began)) // other writers have the database at least half of the time
			}
		}
		batch = batch[n:]
	}
	return nil
}

// take empties the buffer.
func (b *buffer) take(all bool) []*pending {
	now := kit.Now(b.app)
	sums := b.attempts.take(now, all)
	b.lock.Lock()
	defer b.lock.Unlock()
	batch := b.release(now, all)
	for _, p := range b.waiting {
		if h := b.held[p.key]; p.adds && h != nil { // it was written meanwhile
			h.times, h.last = h.times+p.times, p.entry
			continue
		}
		batch = append(batch, p)
	}
	for _, sum := range sums {
		batch = append(batch, &pending{entry: sum, times: 1})
	}
	b.waiting, b.size = nil, 0
	clear(b.first)
	return batch
}

func (b *buffer) putBack(batch []*pending) {
	b.lock.Lock()
	defer b.lock.Unlock()
	added := b.waiting
	b.waiting, b.size = nil, 0
	for _, p := range append(batch, added...) {
		if first := b.first[p.key]; !p.adds || first == nil || first == p {
			b.add(p)
			continue
		}
		b.repeats(*p)
	}
}

// amount is the number of pending entries, at least one, whose sizes add up to at most a limit.
func amount(batch []*pending, limit int, size func(*pending) int) (n int) {
	for sum := 0; n < len(batch); n++ {
		if sum += size(batch[n]); sum > limit && n > 0 {
			break
		}
	}
	return n
}

// findPatients looks up the patients of what was read, outside of the transaction that writes.
func (b *buffer) findPatients(batch []*pending) error {
	var rows []kit.Row
	for _, p := range batch {
		if rows = append(rows, p.rows...); p.found != nil {
			rows = append(rows, p.found.rows...)
		}
	}
	of, err := ownersOf(b.app, rows)
	if err != nil {
		return err
	}
	for _, p := range batch {
		switch {
		case p.entries != nil: // known
		case p.found != nil:
			p.entries = []Entry{p.searchEntry(of)}
		case p.rows != nil:
			p.entries = p.readEntries(of)
		default:
			e, err := p.refusedEntry(b.app)
			if err != nil {
				return err
			}
			p.entries = []Entry{e}
		}
		for i := range p.entries {
			e := &p.entries[i]
			e.at, e.Actor, e.Times = p.entry.at, p.entry.Actor, p.times
		}
	}
	return nil
}

// readEntries returns an entry for each collection of which the actor read records of other people.
func (p *pending) readEntries(of owners) []Entry {
	entries, logged := []Entry{}, map[string]bool{}
	for _, r := range p.rows {
		patient := of.patient(r)
		user := of.accounts[patient]
		if patient == "" || user != "" && user == p.entry.Actor.ID || logged[patient] {
			continue
		}
		logged[patient] = true
		i := slices.IndexFunc(entries, func(e Entry) bool { return e.Collection == r.Collection })
		if i < 0 {
			e := p.entry
			e.Collection = r.Collection
			if len(p.rows) == 1 {
				e.Record = r.ID
			}
			i, entries = len(entries), append(entries, e)
		}
		entries[i].Patients = append(entries[i].Patients, patient)
	}
	for i := range entries {
		e := &entries[i]
		if slices.Sort(e.Patients); len(e.Patients) == 1 {
			e.Patient, e.Patients = e.Patients[0], nil
		}
	}
	return entries
}

// refusedEntry adds the patient whose record staff tried to access. Attempts of patients and guests are not
// linked to a patient: the patient reads the access log and would see who it was.
func (p *pending) refusedEntry(app core.App) (Entry, error) {
	e := p.entry
	if e.Outcome != Refused || e.Record == "" || e.Actor.Role == kit.Guest || e.Actor.Role == role.Patient {
		return e, nil
	}
	r, err := app.FindRecordById(e.Collection, e.Record)
	if err != nil {
		return e, nil //nolint:nilerr // no such record or collection
	}
	e.Patient, err = patientOf(app, r)
	return e, err
}

// work is 2 for each entry of a read, and 1 for each patient that it has to store.
func (b *buffer) work(p *pending) int {
	n := 2 * len(p.entries)
	for _, e := range p.entries {
		if e.list == "" && b.lists[e.patientsDigest()] == "" {
			n += len(e.Patients)
		}
	}
	return n
}

// write writes entries in one transaction. Lists with the patients of an earlier list point to that.
func (b *buffer) write(chunk []*pending) error {
	var entries []Entry
	lists := map[[sha256.Size]byte]string{}
	for _, p := range chunk {
		for _, e := range p.entries {
			if len(e.Patients) > 0 && e.list == "" {
				digest := e.patientsDigest()
				if e.list = cmp.Or(b.lists[digest], lists[digest]); e.list == "" {
					e.id = newID()
					e.list, lists[digest] = e.id, e.id
				}
			}
			entries = append(entries, e)
		}
	}
	err := b.app.RunInTransaction(func(tx core.App) error { return Write(tx, entries...) })
	if err != nil {
		return err
	}
	if len(b.lists)+len(lists) > maxLists {
		clear(b.lists)
	}
	maps.Copy(b.lists, lists)
	written := entries
	for _, p := range chunk { // repeats have the same list
		for i := range p.entries {
			p.entries[i].list = written[i].list
		}
		written = written[len(p.entries):]
	}
	b.hold(chunk, kit.Now(b.app))
	if err := b.review(entries); err != nil { // the log has them
		b.app.Logger().Error("audit: cannot look for unusual reads", "error", err)
	}
	return nil
}

func (e Entry) patientsDigest() [sha256.Size]byte {
	return sha256.Sum256([]byte(strings.Join(e.Patients, ",")))
}
