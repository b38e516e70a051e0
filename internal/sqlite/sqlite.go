// Package sqlite opens the database files.
package sqlite

import (
	"database/sql"
	"errors"
	"path/filepath"

	"github.com/pocketbase/dbx"

	"hospital/internal/config"
)

// The database files in the data directory.
const (
	DataFile = "data.db"
	LogsFile = "auxiliary.db"
)

// Open opens a database file with PocketBase's settings, except for five:
//
//   - synchronous=FULL: data is on the disk before a write is acknowledged, so that it
//     survives a power cut. The request log uses NORMAL and may lose its last entries.
//   - recursive_triggers: REPLACE INTO fires the triggers that refuse to delete.
//   - defensive: SQLite refuses SQL that could corrupt the file, such as writes to
//     sqlite_schema.
//   - immediate transactions: a transaction waits for the writer when it begins. One that
//     reads before it writes is refused at once if another process, such as an import,
//     wrote in between.
//   - a page cache of 2 MB a connection instead of 32. The system caches the file once for
//     all of them. Filling and freeing large caches takes more memory, and more time: a
//     counted list of 200,000 rows is twice as fast without.
//
// There is no mmap_size, although it makes scans a third faster: a disk that fails, or a
// file that becomes shorter, then is a SIGBUS that ends the process. Read errors are
// answered with 503.
func Open(path string) (*dbx.DB, error) {
	synchronous := "NORMAL"
	if filepath.Base(path) == DataFile && config.Synchronous.Value() != "normal" {
		synchronous = "FULL"
	}
	dsn := path + "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=journal_size_limit(200000000)&_pragma=synchronous(" + synchronous + ")&_pragma=foreign_keys(ON)" +
		"&_pragma=temp_store(MEMORY)&_pragma=cache_size(-2000)&_pragma=recursive_triggers(ON)&_defensive=1"
	return dbx.NewFromDB(sql.OpenDB(connector{dsn, &driverStats{}}), "sqlite"), nil
}

// Snapshot opens a database file for reading. A transaction reads one state of it, that of its first query, and keeps
// nobody from writing.
func Snapshot(path string) *dbx.DB {
	dsn := "file:" + path + "?_txlock=deferred&_pragma=busy_timeout(10000)&_pragma=query_only(ON)&_pragma=temp_store(MEMORY)"
	return dbx.NewFromDB(sql.OpenDB(connector{dsn, &driverStats{}}), "sqlite")
}

// Synchronous returns the level of a connection: off, normal, full or extra.
func Synchronous(db dbx.Builder) string {
	level := -1
	_ = db.NewQuery("PRAGMA synchronous").Row(&level)
	return map[int]string{0: "off", 1: "normal", 2: "full", 3: "extra"}[level]
}

// QuickCheck reads a whole database file and says what is damaged.
func QuickCheck(path string) error {
	db, err := Open(path)
	if err != nil {
		return err
	}
	defer db.Close()
	var result string
	if err := db.NewQuery("PRAGMA quick_check(1)").Row(&result); err != nil {
		return err
	}
	if result != "ok" {
		return errors.New(result)
	}
	return nil
}
