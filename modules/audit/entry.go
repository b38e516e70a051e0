package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// Entry is something that somebody did, or tried to do.
type Entry struct {
	Actor      kit.Actor
	Action     string // "create", "view", "sign in" …
	Collection string
	Record     string
	Patient    string // whose record it concerns, if anybody's
	Outcome    Outcome
	Changes    map[string][2]string // by field: before and after, as far as they may be written down
	at         time.Time
}

// row is an entry as it is stored. The hash is over all of its fields but itself,
// and over the hash of the row before.
type row struct {
	Seq                                                                                            int64
	At, Actor, ActorName, Role, Action, Collection, Record, Patient, Outcome, Changes, IP, Request string
	PrevHash, Hash                                                                                 string
}

// hashed is the keyed hash of a row. JSON writes every byte that is no text in the
// same way; a row with such bytes, which the hospital does not write, is hashed by its bytes.
func (r row) hashed(key []byte) string {
	mac := hmac.New(sha256.New, key)
	fields := []string{r.PrevHash, strconv.FormatInt(r.Seq, 10), r.At, r.Actor, r.ActorName, r.Role, r.Action, r.Collection, r.Record, r.Patient, r.Outcome, r.Changes, r.IP, r.Request}
	text, err := json.Marshal(fields)
	if slices.ContainsFunc(fields, func(f string) bool { return !utf8.ValidString(f) }) {
		text = fmt.Appendf(nil, "bytes %q", fields)
	}
	if err != nil {
		panic(err) // text always becomes JSON
	}
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// Write appends entries to the log, in the transaction of what they tell of.
func Write(tx core.App, entries ...Entry) error {
	key, err := keyOf(tx)
	if err != nil {
		return err
	}
	before, _, err := lastRow(tx)
	if err != nil {
		return err
	}
	last := before.Hash
	for _, e := range entries {
		r := row{PrevHash: last, Actor: e.Actor.ID, ActorName: e.Actor.Name, Role: string(e.Actor.Role), Action: e.Action, Collection: e.Collection, Record: e.Record,
			Patient: e.Patient, Outcome: string(e.Outcome), IP: e.Actor.IP, Request: e.Actor.Request}
		if e.Actor.Superuser {
			r.Role = "operator"
		}
		if r.At = kit.FormatInstant(e.at); e.at.IsZero() {
			r.At = kit.FormatInstant(kit.Now(tx))
		}
		if r.Changes, err = written(e.Changes); err != nil {
			return err
		}
		if r.Seq, err = hospital.NextNumber(tx, "audit"); err != nil {
			return err
		}
		r.Hash = r.hashed(key)
		if err := insert(tx, r); err != nil {
			return fmt.Errorf("audit %s of %s %s: %w", e.Action, e.Collection, e.Record, err)
		}
		last = r.Hash
	}
	return nil
}

// written is the changes as they are stored, without those of too much text.
func written(changes map[string][2]string) (string, error) {
	if len(changes) == 0 {
		return "", nil
	}
	text, err := json.Marshal(changes)
	return string(text), err
}

// insert goes past the laws of records: an entry is nobody's to validate, and is
// not itself audited.
func insert(tx core.App, r row) error {
	now := kit.FormatInstant(time.Now())
	_, err := tx.NonconcurrentDB().Insert("audit_log", dbx.Params{"id": security.PseudorandomStringWithAlphabet(core.DefaultIdLength, core.DefaultIdAlphabet),
		"seq": r.Seq, "at": r.At, "actor": r.Actor, "actor_name": r.ActorName, "role": r.Role, "action": r.Action, "collection": r.Collection, "record": r.Record, "patient": r.Patient,
		"outcome": r.Outcome, "changes": r.Changes, "ip": r.IP, "request": r.Request, "prev_hash": r.PrevHash, "hash": r.Hash, "created": now, "updated": now}).Execute()
	return err
}
