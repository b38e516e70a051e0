package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/pocketbase/pocketbase/core"
)

// Digest is a SHA-256 hash of the contents of records, in hex. A record that stores the
// digest of its own content reveals a change made behind the application's back.
func Digest(contents ...[]string) string {
	b, err := json.Marshal(contents)
	if err != nil { // impossible for text
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Content is the id and some fields of a record as text, for Digest.
func Content(r *core.Record, fields ...string) []string {
	content := []string{r.Collection().Name, r.Id}
	for _, f := range fields {
		content = append(content, f, r.GetString(f))
	}
	return content
}

// FindViolations tests every record of a collection that matches a PocketBase filter, a
// page at a time, and returns the ids of those that fail.
func FindViolations(
	app core.App, collection, filter string, test func(*core.Record) (bool, error),
) (ids []string, err error) {
	const page = 500
	for last := ""; ; {
		records, err := app.FindRecordsByFilter(collection, "id > {:last} && ("+filter+")", "id", page, 0,
			map[string]any{"last": last})
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
