package audit

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"
)

const (
	addedUp = time.Minute // repeats of a read within this time are one entry
	maxHeld = 100_000     // patients of reads whose repeats are added up; others have an entry each
)

// key is a digest of who read what, and how.
type key [sha256.Size]byte

// held is a read that is in the log, with its repeats since. The first read is written within a second, its
// repeats when the minute is over: a crash loses no first read of that minute.
type held struct {
	entries []Entry
	since   time.Time
	last    Entry
	times   int
}

func (h *held) size() (n int) {
	for _, e := range h.entries {
		n += 1 + len(e.Patients)
	}
	return n
}

// digest is the same for reads that are added up: by one account from one address, of the same records.
func (p pending) digest() (k key) {
	h := sha256.New()
	write := func(texts ...string) {
		for _, text := range texts {
			h.Write([]byte(text))
			h.Write([]byte{0})
		}
	}
	e := p.entry
	write(e.Actor.ID, e.Actor.Name, string(e.Actor.Role), e.Actor.IP, e.Action, e.Collection, e.Record)
	for _, name := range slices.Sorted(maps.Keys(e.Changes)) {
		write(name, e.Changes[name][0], e.Changes[name][1])
	}
	rows := p.rows
	if p.found != nil {
		write("found")
		write(p.found.patients...)
		rows = p.found.rows
	}
	for _, r := range rows {
		write(r.Collection, r.ID, r.Link)
	}
	h.Sum(k[:0])
	return k
}

// repeats adds a read to one that waits, or that was written within the last minute. The lock is held.
func (b *buffer) repeats(p pending) bool {
	if h := b.held[p.key]; h != nil {
		h.times += p.times
		h.last = p.entry
		return true
	}
	if first := b.first[p.key]; first != nil {
		first.times += p.times
		first.entry.at, first.entry.Actor = p.entry.at, p.entry.Actor
		return true
	}
	return false
}

// release returns the reads whose minute is over and that were repeated. all ends the running minute. The lock
// is held.
func (b *buffer) release(now time.Time, all bool) (repeated []*pending) {
	for k, h := range b.held {
		if age := now.Sub(h.since); !all && age >= 0 && age < addedUp { // a clock that was set back ends it
			continue
		}
		delete(b.held, k)
		b.holding -= h.size()
		if h.times == 0 {
			continue
		}
		p := &pending{entry: h.last, adds: true, key: k, times: h.times, entries: slices.Clone(h.entries)}
		repeated = append(repeated, p)
	}
	slices.SortFunc(repeated, func(a, b *pending) int { return a.entry.at.Compare(b.entry.at) })
	return repeated
}

// hold waits for repeats of reads that were written.
func (b *buffer) hold(written []*pending, now time.Time) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, p := range written {
		if h := (&held{entries: p.entries, since: now}); p.adds && len(p.entries) > 0 && b.holding < maxHeld {
			b.held[p.key] = h
			b.holding += h.size()
		}
	}
}
