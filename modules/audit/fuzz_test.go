package audit

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzHash two rows that differ have two hashes; there are no two ways to read one.
func FuzzHash(f *testing.F) {
	f.Add("actor", "name", "record", "patient", "changes", int64(1), byte(0), "x")
	f.Add(`","`, `"`, "\\", "\u2028", `{"a":["",""]}`, int64(-1), byte(3), "\xff")
	f.Add("\xff", "", "", "", "", int64(0), byte(1), "\xfe")
	key := []byte("a key of a test, which is long enough")
	f.Fuzz(func(t *testing.T, actor, name, record, patient, changes string, seq int64, which byte, other string) {
		r := row{Seq: seq, Actor: actor, ActorName: name, Record: record, Patient: patient, Changes: changes}
		changed := r
		fields := []*string{&changed.PrevHash, &changed.Actor, &changed.ActorName, &changed.Record, &changed.Patient, &changed.Changes, &changed.IP, &changed.Request}
		*fields[int(which)%len(fields)] = other
		if changed != r && changed.computeHash(key) == r.computeHash(key) && r.computeHash(key) != "" {
			t.Errorf("%+v has the hash of %+v", changed, r)
		}
		shifted := r // a part of one field moved to the next
		shifted.Actor, shifted.ActorName = actor+name, ""
		if shifted != r && shifted.computeHash(key) == r.computeHash(key) && r.computeHash(key) != "" {
			t.Errorf("%+v has the hash of %+v", shifted, r)
		}
	})
}

// FuzzBatchedAddress the address of a request in a batch names a collection and a
// record, or nothing, as far as the log takes it.
func FuzzBatchedAddress(f *testing.F) {
	for _, address := range []string{"/api/collections/users/records/abc?x=/y", "/api/batch", "http://x/api/collections/a/records", "/api/collections/" + strings.Repeat("é", 80), "", "//", "?", "\xff/\xff"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		collection, record := parseBatchURL(address)
		if len(collection) > 60 || len(record) > 60 || !utf8.ValidString(collection+record) || strings.Contains(collection, "/") {
			t.Errorf("%q is about %q %q", address, collection, record)
		}
	})
}

// FuzzAnchor an anchor is a number and a hash, or nothing.
func FuzzAnchor(f *testing.F) {
	for _, text := range []string{"1:abc", "0:abc", "-1:", ":", "1", "99999999999999999999:a", "1:a:b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		seq, hash, err := parseAnchor(text)
		if err == nil && (seq < 1 || !strings.HasSuffix(text, ":"+hash)) {
			t.Errorf("%q is the row %d with the hash %q", text, seq, hash)
		}
	})
}
