package operations

import (
	"path/filepath"

	"github.com/pocketbase/dbx"
)

const dataFile, logsFile = "data.db", "auxiliary.db"

// connect opens a database file as PocketBase does, except that the data is on the
// disk before a write is acknowledged: so that a bill that somebody was told of is
// still there after a power cut. The request log may lose its last moments.
// Defensive mode refuses SQL that could corrupt the file, such as writes to sqlite_schema.
func connect(path string) (*dbx.DB, error) {
	synchronous := "NORMAL"
	if filepath.Base(path) == dataFile && valueOf(synchronousEnv) != "normal" {
		synchronous = "FULL"
	}
	return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)"+
		"&_pragma=synchronous("+synchronous+")&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)&_defensive=1")
}

// synchronous is what the connection that writes really does.
func synchronous(writer dbx.Builder) string {
	level := -1
	_ = writer.NewQuery("PRAGMA synchronous").Row(&level)
	return map[int]string{0: "off", 1: "normal", 2: "full", 3: "extra"}[level]
}
