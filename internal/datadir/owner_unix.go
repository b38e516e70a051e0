//go:build unix

package datadir

import (
	"io/fs"
	"os"
	"syscall"
)

// foreignOwner is the owner of a file that is not this process's user.
func foreignOwner(info fs.FileInfo) (owner uint32, foreign bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) == os.Geteuid() {
		return 0, false
	}
	return stat.Uid, true
}

// CloseToOthers makes all files that this process creates readable by its user only.
func CloseToOthers() { syscall.Umask(0o077) }
