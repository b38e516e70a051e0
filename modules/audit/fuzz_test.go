package audit

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzHash checks that rows that differ have different hashes.
func FuzzHash(f *testing.F) {
	f.Add("actor", "name", "record", "patient", "changes", int64(1), byte(0), "x")
	f.Add(`","`, `"`, "\\", "\u2028", `{"a":["",""]}`, int64(-1), byte(3), "\xff")
	f.Add("\xff", "", "", "", "", int64(0), byte(1), "\xfe")
	key := []byte("a key of a test, which is long enough")
	f.Fuzz(func(t *testing.T, actor, name, record, patient, changes string, seq int64, which byte, other string) {
		r := row{Seq: seq, Actor: actor, ActorName: name, Record: record, Patient: patient, Changes: changes}
		changed := r
		fields := []*string{
			&changed.PrevHash, &changed.Actor, &changed.ActorName, &changed.Record, &changed.Patient,
			&changed.Changes, &changed.IP, &changed.Request, &changed.List, &changed.Listed,
		}
		*fields[int(which)%len(fields)] = other
		if changed != r && changed.computeHash(key) == r.computeHash(key) && r.computeHash(key) != "" {
			t.Errorf("%+v has the hash of %+v", changed, r)
		}
		shifted := r // text moved from one field to the next
		shifted.Actor, shifted.ActorName = actor+name, ""
		if shifted != r && shifted.computeHash(key) == r.computeHash(key) && r.computeHash(key) != "" {
			t.Errorf("%+v has the hash of %+v", shifted, r)
		}
	})
}

// FuzzParseBatchURL checks that any URL in a batch gives names that fit into the log.
func FuzzParseBatchURL(f *testing.F) {
	for _, address := range []string{
		"/api/collections/users/records/abc?x=/y", "/api/batch", "http://x/api/collections/a/records",
		"/api/collections/" + strings.Repeat("é", 80), "", "//", "?", "\xff/\xff",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		collection, record := parseBatchURL(address)
		if len(collection) > 60 || len(record) > 60 || strings.Contains(collection, "/") ||
			!utf8.ValidString(collection+record) {
			t.Errorf("parseBatchURL(%q) = %q, %q", address, collection, record)
		}
	})
}

// FuzzParseAnchor checks that an accepted anchor is a positive number and a hash.
func FuzzParseAnchor(f *testing.F) {
	for _, text := range []string{"1:abc", "0:abc", "-1:", ":", "1", "99999999999999999999:a", "1:a:b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		seq, hash, err := parseAnchor(text)
		if err == nil && (seq < 1 || !strings.HasSuffix(text, ":"+hash)) {
			t.Errorf("parseAnchor(%q) = %d, %q", text, seq, hash)
		}
	})
}
