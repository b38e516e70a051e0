package rival

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
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
	PrevHash   string
	Hash       string
	Created    string
	Updated    string
}

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
			e.Action, e.Collection, e.Record, e.Patient, e.Outcome, e.Changes, e.IP, e.Request})
		mac := hmac.New(sha256.New, auditKey)
		mac.Write(text)
		e.Hash = hex.EncodeToString(mac.Sum(nil))
		hash = e.Hash
	}
}

// EntriesOfList are the entries of a list that staff read: one for each patient, as the
// hospital writes them. The benchmark fails when the numbers differ.
func EntriesOfList(r *http.Request, by Account, visits []*Visit) (entries []Entry) {
	if by.Role == "patient" { // patients read their own records
		return nil
	}
	logged := map[string]bool{}
	for _, v := range visits {
		if !logged[v.Patient] {
			logged[v.Patient] = true
			entries = append(entries, NewEntry(r, by, "list", "appointments", "", v.Patient, nil))
		}
	}
	return entries
}

// Buffer collects the entries of reads, and writes them once a second.
type Buffer struct {
	write   func([]Entry) error
	lock    sync.Mutex
	waiting []Entry
}

// NewBuffer starts a buffer.
func NewBuffer(write func([]Entry) error) *Buffer {
	b := &Buffer{write: write}
	go func() {
		for range time.Tick(time.Second) {
			b.flush()
		}
	}()
	return b
}

// Push adds entries.
func (b *Buffer) Push(entries []Entry) {
	if len(entries) == 0 {
		return
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	b.waiting = append(b.waiting, entries...)
}

func (b *Buffer) flush() {
	b.lock.Lock()
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
