package audit

import (
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

	"github.com/pocketbase/dbx"
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
	Patient    string // whose record it concerns; may be empty
	Outcome    Outcome
	Changes    map[string][2]string // by field: before and after, without secrets
	at         time.Time
}

// row is an entry as it is stored. Its hash covers all other fields, including the hash of
// the previous row.
type row struct {
	Seq                                 int64
	At, Actor, ActorName, Role          string
	Action, Collection, Record, Patient string
	Outcome, Changes, IP, Request       string
	PrevHash, Hash                      string
}

// computeHash returns the keyed hash of a row. JSON encodes all invalid UTF-8 alike, so a
// row with such bytes, which only tampering creates, is hashed with the bytes quoted.
func (r row) computeHash(key []byte) string {
	mac := hmac.New(sha256.New, key)
	fields := []string{
		r.PrevHash, strconv.FormatInt(r.Seq, 10), r.At, r.Actor, r.ActorName, r.Role,
		r.Action, r.Collection, r.Record, r.Patient, r.Outcome, r.Changes, r.IP, r.Request,
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

const (
	rowsPerChunk  = 500 // that take their numbers at once
	rowsPerInsert = 25  // the driver searches all parameters of a statement for each of them
)

func writeRows(tx core.App, entries []Entry) error {
	key, err := keyOf(tx)
	if err != nil {
		return err
	}
	previous, _, err := lastRow(tx)
	if err != nil {
		return err
	}
	seq, err := hospital.NextNumbers(tx, "audit", len(entries))
	if err != nil {
		return err
	}
	rows := make([]row, len(entries))
	for i, e := range entries {
		r := &rows[i]
		*r = row{
			PrevHash: previous.Hash, Seq: seq + int64(i),
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
		if r.Changes, err = marshalChanges(e.Changes); err != nil {
			return err
		}
		r.Hash = r.computeHash(key)
		previous = *r
	}
	for some := range slices.Chunk(rows, rowsPerInsert) {
		if err := insert(tx, some); err != nil {
			return err
		}
	}
	return nil
}

func marshalChanges(changes map[string][2]string) (string, error) {
	if len(changes) == 0 {
		return "", nil
	}
	text, err := json.Marshal(changes)
	return string(text), err
}

// insert writes rows without record hooks: entries are neither validated nor audited.
func insert(tx core.App, rows []row) error {
	columns := []string{
		"id", "seq", "at", "actor", "actor_name", "role", "action", "collection", "record", "patient",
		"outcome", "changes", "ip", "request", "prev_hash", "hash", "created", "updated",
	}
	now := kit.FormatInstant(time.Now())
	params, tuples := dbx.Params{}, make([]string, len(rows))
	for i, r := range rows {
		id := security.PseudorandomStringWithAlphabet(core.DefaultIdLength, core.DefaultIdAlphabet)
		values := []any{
			id, r.Seq, r.At, r.Actor, r.ActorName, r.Role, r.Action, r.Collection, r.Record, r.Patient,
			r.Outcome, r.Changes, r.IP, r.Request, r.PrevHash, r.Hash, now, now,
		}
		names := make([]string, len(values))
		for j, value := range values {
			name := fmt.Sprintf("p%d_%d", i, j)
			params[name], names[j] = value, "{:"+name+"}"
		}
		tuples[i] = "(" + strings.Join(names, ", ") + ")"
	}
	sql := "INSERT INTO audit_log ([[" + strings.Join(columns, "]], [[") + "]]) VALUES " + strings.Join(tuples, ", ")
	_, err := tx.NonconcurrentDB().NewQuery(sql).Bind(params).Execute()
	return err
}
