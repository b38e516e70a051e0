package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Immutable guards rows of which a condition on OLD holds: of them only the free
// columns still change, and they stay, whoever asks.
func Immutable(table, when string, fields Fields, free ...string) []Trigger {
	changed := []string{`OLD."id" IS NOT NEW."id"`, `OLD."created" IS NOT NEW."created"`}
	for _, f := range fields {
		if name := f.GetName(); !slices.Contains(free, name) {
			changed = append(changed, `OLD."`+name+`" IS NOT NEW."`+name+`"`)
		}
	}
	return []Trigger{
		{table + "_frozen", "BEFORE UPDATE ON " + table + " WHEN (" + when + ") AND (" + strings.Join(changed, " OR ") + ")", "SELECT RAISE(ABORT, 'frozen')"},
		{table + "_stay", "BEFORE DELETE ON " + table + " WHEN " + when, "SELECT RAISE(ABORT, 'frozen')"},
	}
}

// Digest is a fingerprint of what records say. A record that was written with the
// digest of its content shows when the content is another.
func Digest(said ...[]string) string {
	b, err := json.Marshal(said)
	if err != nil { // text always can be
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Content is the id and some fields of a record as text, for Digest.
func Content(r *core.Record, fields ...string) []string {
	said := []string{r.Collection().Name, r.Id}
	for _, f := range fields {
		said = append(said, f, r.GetString(f))
	}
	return said
}

// FindViolations goes through the records of a collection that fulfil a PocketBase filter,
// and answers the ids of those that a test fails.
func FindViolations(app core.App, collection, filter string, test func(*core.Record) (bool, error)) (ids []string, err error) {
	const page = 500
	for last := ""; ; {
		records, err := app.FindRecordsByFilter(collection, "id > {:last} && ("+filter+")", "id", page, 0, map[string]any{"last": last})
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			last = r.Id
			ok, err := test(r)
			if err != nil {
				return nil, err
			}
			if !ok {
				ids = append(ids, r.Id)
			}
		}
		if len(records) < page {
			return ids, nil
		}
	}
}
