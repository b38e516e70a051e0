package sqlite

import (
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/pocketbase/pocketbase/core" // registers the driver
)

func TestConnectionsRefuseWhatWouldDestroyData(t *testing.T) {
	t.Parallel()
	db, err := Open(filepath.Join(t.TempDir(), DataFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, sql := range []string{
		"CREATE TABLE facts (id INTEGER PRIMARY KEY, text TEXT UNIQUE)",
		"CREATE TRIGGER facts_stay BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'never_deleted'); END",
		"INSERT INTO facts VALUES (1, 'a')",
	} {
		if _, err := db.NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	for sql, why := range map[string]string{
		"DELETE FROM facts":                                    "never_deleted",
		"REPLACE INTO facts VALUES (1, 'b')":                   "never_deleted",
		"INSERT OR REPLACE INTO facts VALUES (2, 'a')":         "never_deleted",
		"UPDATE sqlite_schema SET sql = '' WHERE 1 = 1":        "may not be modified",
		"PRAGMA writable_schema=ON; DELETE FROM sqlite_schema": "may not be modified",
	} {
		if _, err := db.NewQuery(sql).Execute(); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, should be refused with %s", sql, err, why)
		}
	}
	if level := Synchronous(db); level != "full" {
		t.Errorf("synchronous is %s", level)
	}
}

// A file that is mapped into memory ends the process when the disk fails.
func TestConnectionsTakeLittleMemoryAndMapNoFile(t *testing.T) {
	t.Parallel()
	db, err := Open(filepath.Join(t.TempDir(), DataFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var cache, mapped int
	if err := db.NewQuery("PRAGMA cache_size").Row(&cache); err != nil || cache >= 0 || cache < -4000 {
		t.Errorf("the page cache of a connection is %d (negative: in kB), %v", cache, err)
	}
	if err := db.NewQuery("PRAGMA mmap_size").Row(&mapped); err != nil || mapped != 0 {
		t.Errorf("%d bytes of the file are mapped, %v", mapped, err)
	}
}
