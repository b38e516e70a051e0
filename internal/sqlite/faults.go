package sqlite

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	sqlite3 "modernc.org/sqlite"
	result "modernc.org/sqlite/lib"
)

// faultCodes are SQLite's primary result codes that no input of a client causes:
// https://sqlite.org/rescode.html
var faultCodes = map[int]bool{
	result.SQLITE_BUSY:     true, // another process writes for longer than busy_timeout
	result.SQLITE_LOCKED:   true,
	result.SQLITE_NOMEM:    true,
	result.SQLITE_READONLY: true,
	result.SQLITE_IOERR:    true,
	result.SQLITE_CORRUPT:  true,
	result.SQLITE_FULL:     true, // the disk, or the largest size of the file
	result.SQLITE_CANTOPEN: true, // also when the process has no descriptors left
	result.SQLITE_PROTOCOL: true,
	result.SQLITE_NOTADB:   true,
}

// faultErrnos are errors of the file system that no input of a client causes.
var faultErrnos = []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EROFS, syscall.EMFILE, syscall.ENFILE}

// IsFault says that the database or the disk failed: full, busy, damaged, read-only,
// out of descriptors, or too slow. The same request may succeed later.
func IsFault(err error) bool {
	if err == nil {
		return false
	}
	if failed, ok := errors.AsType[*sqlite3.Error](err); ok && faultCodes[failed.Code()&0xff] {
		return true
	}
	for _, errno := range faultErrnos {
		if errors.Is(err, errno) {
			return true
		}
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// Faults is how many faults an app's database has had since it was opened.
func Faults(app core.App) (total int64) {
	for _, builder := range []dbx.Builder{app.ConcurrentDB(), app.NonconcurrentDB()} {
		if d := statsOf(builder); d != nil {
			total += d.faults.Load()
		}
	}
	return total
}

// Transactions is how many write transactions there were since an app's database was opened,
// how long they kept others from writing, and the longest of them.
func Transactions(app core.App) (count int64, held, longest time.Duration) {
	d := statsOf(app.NonconcurrentDB())
	if d == nil {
		return 0, 0, 0
	}
	return d.transactions.Load(), time.Duration(d.held.Load()), time.Duration(d.longest.Load())
}

// ForgetLongest begins to look for the longest transaction anew.
func ForgetLongest(app core.App) {
	if d := statsOf(app.NonconcurrentDB()); d != nil {
		d.longest.Store(0)
	}
}

// statsOf is nil within a transaction, and for databases that this package did not open.
func statsOf(builder dbx.Builder) *driverStats {
	db, ok := builder.(*dbx.DB)
	if !ok {
		return nil
	}
	d, _ := db.DB().Driver().(*driverStats)
	return d
}
