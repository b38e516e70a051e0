package rival

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Entry is a row of the audit log. Each row has a keyed hash of itself and of the row before.
type Entry struct {
	ID         string
	Seq        int64
	At         string
	Actor      string
	ActorName  string
	Role       string
	Action     string
	Collection string
	Record     string
	Patient    string
	Outcome    string
	Changes    string
	IP         string
	Request    string
	Patients   int    // of a list, if several
	Times      int    // repeats within a minute
	List       string // the entry whose patients these are
	PrevHash   string
	Hash       string
	Created    string
	Updated    string
	Listed     []string `gorm:"-"` // the patients of a list
}

// Listed is a patient of a list.
type Listed struct {
	ID      string
	List    string
	Patient string
}

// TableName is the table of the patients of lists.
func (Listed) TableName() string { return "audit_log_patients" }

// TableName is the table of the audit log.
func (Entry) TableName() string { return "audit_log" }

var auditKey = []byte("the key of the audit log of the rivals, 32 bytes or more")

// NewEntry is the entry of a request of an account.
func NewEntry(
	r *http.Request, by Account, action, collection, record, patient string, changes map[string][2]string,
) Entry {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	now := FormatInstant(time.Now())
	e := Entry{ID: NewID(), At: now, Actor: by.ID, ActorName: by.Name, Role: by.Role, Action: action,
		Collection: collection, Record: record, Patient: patient, Outcome: "done", IP: ip,
		Request: r.Header.Get("X-Request-Id"), Created: now, Updated: now}
	if len(changes) > 0 {
		text, _ := json.Marshal(changes) // strings always encode
		e.Changes = string(text)
	}
	return e
}

// Chain numbers entries and computes their hashes, after the last row that is stored.
func Chain(seq int64, hash string, entries []Entry) {
	for i := range entries {
		e := &entries[i]
		seq++
		e.Seq, e.PrevHash = seq, hash
		text, _ := json.Marshal([]string{e.PrevHash, strconv.FormatInt(e.Seq, 10), e.At, e.Actor, e.ActorName, e.Role,
			e.Action, e.Collection, e.Record, e.Patient, e.Outcome, e.Changes, e.IP, e.Request, strconv.Itoa(e.Times), e.List,
			strings.Join(e.Listed, ",")})
		mac := hmac.New(sha256.New, auditKey)
		mac.Write(text)
		e.Hash = hex.EncodeToString(mac.Sum(nil))
		hash = e.Hash
	}
}

// NewListed are the rows of the patients of lists that no earlier entry has.
func NewListed(entries []Entry) (rows []Listed) {
	for _, e := range entries {
		if e.List == e.ID {
			for _, patient := range e.Listed {
				rows = append(rows, Listed{NewID(), e.ID, patient})
			}
		}
	}
	return rows
}

// Buffer collects the entries of reads, and writes them once a second. As in the hospital, repeats of a read
// within a minute are one more entry, and have no patients of their own.
type Buffer struct {
	write   func([]Entry) error
	lock    sync.Mutex
	waiting []Entry
	reads   map[string]*read
}

// read is a read of the last minute.
type read struct {
	ends  time.Time
	last  Entry
	times int
}

// NewBuffer starts a buffer.
func NewBuffer(write func([]Entry) error) *Buffer {
	b := &Buffer{write: write, reads: map[string]*read{}}
	go func() {
		for range time.Tick(time.Second) {
			b.flush()
		}
	}()
	return b
}

// Push adds an entry.
func (b *Buffer) Push(e Entry) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.waiting = append(b.waiting, e)
}

// PushList adds a list that staff read. Patients read their own records.
func (b *Buffer) PushList(r *http.Request, by Account, visits []*Visit) {
	if by.Role == "patient" || len(visits) == 0 {
		return
	}
	e := NewEntry(r, by, "list", "appointments", "", "", nil)
	for _, v := range visits {
		e.Listed = append(e.Listed, v.Patient)
	}
	slices.Sort(e.Listed)
	e.Listed = slices.Compact(e.Listed)
	e.Patients, e.List = len(e.Listed), e.ID
	key := by.ID + strings.Join(e.Listed, ",")
	b.lock.Lock()
	defer b.lock.Unlock()
	if known := b.reads[key]; known != nil {
		e.List = known.last.List
		known.last, known.times = e, known.times+1
		return
	}
	b.reads[key] = &read{ends: time.Now().Add(time.Minute), last: e}
	b.waiting = append(b.waiting, e)
}

func (b *Buffer) flush() {
	b.lock.Lock()
	for key, r := range b.reads {
		if time.Now().Before(r.ends) {
			continue
		}
		delete(b.reads, key)
		if r.times > 0 {
			r.last.Times = r.times
			b.waiting = append(b.waiting, r.last)
		}
	}
	batch := b.waiting
	b.waiting = nil
	b.lock.Unlock()
	if len(batch) == 0 {
		return
	}
	if err := b.write(batch); err != nil {
		panic(err) // a benchmark must not lose rows in silence
	}
}

// NewID is a random id.
func NewID() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	id := make([]byte, 15)
	for i := range id {
		id[i] = letters[rand.IntN(len(letters))]
	}
	return string(id)
}
