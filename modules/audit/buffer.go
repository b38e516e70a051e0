package audit

import (
	"net/http"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"hospital/internal/kit"
	"hospital/internal/role"
)

const (
	bufferName    = "hospital.audit.buffer"
	flushInterval = time.Second     // a power failure loses reads of at most this time
	maxBuffered   = 20_000          // records that wait; with more, reads wait before they begin
	maxWait       = 5 * time.Second // of a read, if the log cannot be written
)

// buffer collects reads and refusals and writes them to the log once a second, so that reading does not wait
// for a write. A crash loses the reads of the last second, a shutdown none. Changes are not buffered: they are
// logged in their own transaction.
type buffer struct {
	app     core.App
	lock    sync.Mutex // guards what waits
	waiting []*pending
	size    int              // records of waiting
	first   map[key]*pending // of waiting, those that repeats are added to
	held    map[key]*held    // reads of the last minute
	holding int              // patients of held
	wake    chan struct{}
	writing sync.Mutex          // serialises flushes, and guards lists
	lists   map[[32]byte]string // entries with their patients in audit_log_patients, by a digest of the patients

	attempts    attempts
	readers     readers
	subscribers sync.Map // account id -> kit.Actor of its last subscription
}

func newBuffer(app core.App) *buffer {
	return &buffer{
		app: app, first: map[key]*pending{}, held: map[key]*held{}, lists: map[[32]byte]string{},
		wake: make(chan struct{}, 1),
	}
}

// pending is an entry, a read of records, or a search. Its patients are looked up when it is written.
type pending struct {
	entry   Entry
	rows    []kit.Row
	found   *found
	adds    bool    // repeats within a minute are added up
	key     key     // of those
	times   int     // how often
	entries []Entry // of a read that was written before, to be written again with its repeats
}

func (p *pending) size() int {
	if p.found != nil {
		return 1 + len(p.found.rows)
	}
	return 1 + len(p.rows)
}

func (b *buffer) enqueue(e Entry) { b.push(pending{entry: e}) }

// logRows logs that an actor read rows. Reads of patients are not logged, because they can only
// read their own records.
func (b *buffer) logRows(actor kit.Actor, action string, rows []kit.Row) {
	if actor.Role == role.Patient || actor.Role == kit.Guest {
		return
	}
	if rows = ofPatients(rows); len(rows) > 0 {
		b.push(pending{entry: Entry{Actor: actor, Action: action, Outcome: Done}, rows: rows, adds: true})
	}
}

func (b *buffer) push(p pending) {
	p.entry.at, p.times = kit.Now(b.app), 1
	if p.adds {
		p.key = p.digest()
	}
	b.lock.Lock()
	if !p.adds || !b.repeats(p) {
		b.add(&p)
	}
	full := b.size > maxBuffered/2
	b.lock.Unlock()
	if full {
		select {
		case b.wake <- struct{}{}:
		default: // it is awake
		}
	}
}

// add appends what is to be written. The lock is held.
func (b *buffer) add(p *pending) {
	b.waiting = append(b.waiting, p)
	b.size += p.size()
	if p.adds {
		b.first[p.key] = p
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
			case <-b.wake:
				b.tryFlush()
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

// waitForRoom lets reads wait before they begin, while the buffer is full. If the log cannot be written they go
// on after a while: a hospital reads also when its disk is full.
func (b *buffer) waitForRoom(e *core.RequestEvent) error {
	if e.Auth != nil && e.Request.Method == http.MethodGet {
		for began := time.Now(); b.isFull() && time.Since(began) < maxWait && e.Request.Context().Err() == nil; {
			time.Sleep(10 * time.Millisecond)
		}
	}
	return e.Next()
}

func (b *buffer) isFull() bool {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.size > maxBuffered
}

// Flush writes all pending entries to the log now, also the repeats of the running minute.
func Flush(app core.App) error {
	if b, ok := app.Store().Get(bufferName).(*buffer); ok {
		return b.flush(true)
	}
	return nil
}

// LogAccess logs that an actor read records of patients outside of the record API.
func LogAccess(app core.App, actor kit.Actor, action string, rows ...kit.Row) {
	if b, ok := app.Store().Get(bufferName).(*buffer); ok {
		b.logRows(actor, action, rows)
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
