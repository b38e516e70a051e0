package audit

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// Entry is an action of an actor, or a refused attempt.
type Entry struct {
	Actor      kit.Actor
	Action     string // "create", "view", "sign in" …
	Collection string
	Record     string
	Patient    string   // whose record it concerns; may be empty
	Patients   []string // of a list of several, sorted; then Patient is empty
	Times      int      // how often within a minute; 0 is once
	Outcome    Outcome
	Changes    map[string][2]string // by field: before and after, without secrets
	at         time.Time
	id, list   string // of a list: ids of its row, and of the row that has the same patients
}

// row is an entry as it is stored. Its hash covers all other fields, including the hash of
// the previous row.
type row struct {
	ID                                  string
	Seq                                 int64
	At, Actor, ActorName, Role          string
	Action, Collection, Record, Patient string
	Outcome, Changes, IP, Request       string
	PrevHash, Hash                      string

	// Of lists of several patients, and of reads that were added up. Other rows are hashed without them, as all
	// rows were before there were such.
	Patients, Times int64
	List            string
	Listed          string // JSON: ids of the patients, sorted, if this row has them in audit_log_patients
}

// isPlain reports whether a row is one of one patient, or none, and of one read.
func (r row) isPlain() bool { return r.Patients == 0 && r.Times == 0 && r.List == "" && r.Listed == "" }

// computeHash returns the keyed hash of a row. JSON encodes all invalid UTF-8 alike, so a
// row with such bytes, which only tampering creates, is hashed with the bytes quoted.
func (r row) computeHash(key []byte) string {
	mac := hmac.New(sha256.New, key)
	fields := []string{
		r.PrevHash, strconv.FormatInt(r.Seq, 10), r.At, r.Actor, r.ActorName, r.Role,
		r.Action, r.Collection, r.Record, r.Patient, r.Outcome, r.Changes, r.IP, r.Request,
	}
	if !r.isPlain() {
		fields = append(fields, "list", r.ID, strconv.FormatInt(r.Patients, 10), strconv.FormatInt(r.Times, 10),
			r.List, r.Listed)
	}
	text, err := json.Marshal(fields)
	if slices.ContainsFunc(fields, func(f string) bool { return !utf8.ValidString(f) }) {
		text = fmt.Appendf(nil, "bytes %q", fields)
	}
	if err != nil {
		panic(err) // strings always encode
	}
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// Write appends entries to the log, in the transaction of the change they describe.
func Write(tx core.App, entries ...Entry) error {
	for chunk := range slices.Chunk(entries, rowsPerChunk) {
		if err := writeRows(tx, chunk); err != nil {
			return fmt.Errorf("write %d audit entries from %s %s: %w",
				len(chunk), chunk[0].Collection, chunk[0].Record, err)
		}
	}
	return nil
}

const rowsPerChunk = 500 // that take their numbers at once

func writeRows(tx core.App, entries []Entry) error {
	key, err := keyOf(tx)
	if err != nil {
		return err
	}
	seq, previous, err := hospital.NextNumbers(tx, "audit", len(entries), lastHash)
	if err != nil {
		return err
	}
	rows, members := make([]row, len(entries)), [][]any(nil)
	for i, e := range entries {
		r := &rows[i]
		*r = row{
			ID: cmp.Or(e.id, newID()), PrevHash: previous, Seq: seq + int64(i),
			Actor: e.Actor.ID, ActorName: e.Actor.Name, Role: string(e.Actor.Role),
			Action: e.Action, Collection: e.Collection, Record: e.Record, Patient: e.Patient,
			Outcome: string(e.Outcome), IP: e.Actor.IP, Request: e.Actor.Request,
		}
		if e.Actor.Superuser {
			r.Role = "operator"
		}
		if r.At = kit.FormatInstant(e.at); e.at.IsZero() {
			r.At = kit.FormatInstant(kit.Now(tx))
		}
		if e.Times > 1 {
			r.Times = int64(e.Times)
		}
		if len(e.Patients) > 0 {
			r.Patients, r.List = int64(len(e.Patients)), cmp.Or(e.list, r.ID)
		}
		if r.List == r.ID {
			r.Listed = `["` + strings.Join(e.Patients, `","`) + `"]`
			members = append(members, listOf(*r, e.Patients)...)
		}
		if r.Changes, err = marshalChanges(e.Changes); err != nil {
			return err
		}
		r.Hash = r.computeHash(key)
		previous = r.Hash
	}
	if err := insertRows(tx, rows); err != nil {
		return err
	}
	return insertListed(tx, members)
}

func newID() string {
	return security.PseudorandomStringWithAlphabet(core.DefaultIdLength, core.DefaultIdAlphabet)
}

func marshalChanges(changes map[string][2]string) (string, error) {
	if len(changes) == 0 {
		return "", nil
	}
	text, err := json.Marshal(changes)
	return string(text), err
}
