package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

var (
	// Secrets are fields that leave the database nowhere: not to the log, and not with an export.
	Secrets = []string{core.FieldNamePassword, core.FieldNameTokenKey, "password_hash", "token_hash", "secret_hash",
		"issued_for", "secret"}
	// identifiers, and the subjects of messages, are logged as a keyed hash.
	identifiers = []string{"national_id", "license_no", "subject"}
)

// maxValueLength is the field size up to which values are logged in full. Fields for longer
// text contain notes about people. The log stores a keyed hash of them, with which a text
// can be proven but not read or guessed.
const maxValueLength = 300

// diff returns what a write changed, by field. Without a state before, every value that is
// not empty is new.
func diff(app core.App, before, after *core.Record) (map[string][2]string, error) {
	changes := map[string][2]string{}
	for _, f := range after.Collection().Fields {
		name := f.GetName()
		if f.Type() == core.FieldTypeAutodate || name == core.FieldNameId {
			continue
		}
		was, is := "", valueText(after, f)
		if before != nil {
			was = valueText(before, f)
		}
		if was == is {
			continue
		}
		pair := [2]string{was, is}
		switch {
		case slices.Contains(Secrets, name):
			pair = [2]string{"", "(changed)"}
		case isLongText(f) || slices.Contains(identifiers, name):
			key, err := keyOf(app)
			if err != nil {
				return nil, err
			}
			pair = [2]string{digest(key, was), digest(key, is)}
		}
		changes[name] = pair
	}
	return changes, nil
}

// valueText returns a value as text. Zero, false and null are empty.
func valueText(r *core.Record, f core.Field) string {
	switch f.Type() {
	case core.FieldTypeNumber:
		if r.GetFloat(f.GetName()) == 0 {
			return ""
		}
	case core.FieldTypeBool:
		if !r.GetBool(f.GetName()) {
			return ""
		}
	case core.FieldTypePassword:
		return r.GetString(f.GetName() + ":hash")
	case core.FieldTypeJSON:
		return fmt.Sprint(r.Get(f.GetName()))
	}
	if many, ok := f.(core.MultiValuer); ok && many.IsMultiple() {
		return strings.Join(r.GetStringSlice(f.GetName()), ", ")
	}
	return r.GetString(f.GetName())
}

func isLongText(f core.Field) bool {
	text, ok := f.(*core.TextField)
	return ok && (text.Max == 0 || text.Max > maxValueLength) ||
		f.Type() == core.FieldTypeJSON || f.Type() == core.FieldTypeEditor
}

func digest(key []byte, text string) string {
	if text == "" {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("value\x00" + text))
	return "hash:" + hex.EncodeToString(mac.Sum(nil)[:16])
}

// LogImported logs new records that were written without hooks, in their transaction.
func LogImported(tx core.App, actor kit.Actor, records ...*core.Record) error {
	entries := make([]Entry, len(records))
	for i, r := range records {
		changes, err := diff(tx, nil, r)
		if err != nil {
			return err
		}
		patient, err := importedFor(tx, r)
		if err != nil {
			return err
		}
		entries[i] = Entry{Actor: actor, Action: "import", Collection: r.Collection().Name, Record: r.Id,
			Patient: patient, Outcome: Done, Changes: changes}
	}
	return Write(tx, entries...)
}

// importedFor is patientOf without a query for records that name their patient.
func importedFor(tx core.App, r *core.Record) (string, error) {
	if link := linkOf(tx, r.Collection().Name); link != "" && len(pathToPatient(tx, r.Collection().Name)) < 2 {
		return r.GetString(link), nil
	}
	return patientOf(tx, r)
}
