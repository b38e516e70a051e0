// Package datadir checks a data directory before the hospital in it is opened. What is
// wrong there is refused with the file, what it means, and what to do: a server that
// starts on the wrong data does more harm than one that does not start.
package datadir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"hospital/internal/journal"
	"hospital/internal/sqlite"
	"hospital/modules/audit"
)

// storage is PocketBase's directory for uploaded files.
const storage = "storage"

// Check refuses a directory whose database is missing or empty although it had one, and
// files of another user. It closes the directory and its files to other users.
func Check(dir string) error {
	data, key := filepath.Join(dir, sqlite.DataFile), audit.KeyFile(dir)
	info, err := os.Stat(data)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0:
		if left := evidence(dir, key); left != "" {
			return fmt.Errorf("%s is missing or empty, but %s exists: the hospital's database is not where it was. "+
				"Check the mount and --dir, or restore a backup (hospital restore FILE --to DIR). "+
				"For a new hospital choose an empty directory, or remove %s", data, left, left)
		}
	case err != nil:
		return fmt.Errorf("%s cannot be examined: %w. Run the hospital as the user who owns it", data, err)
	}
	paths := []string{dir, key}
	for _, pattern := range []string{sqlite.DataFile + "*", sqlite.LogsFile + "*"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		paths = append(paths, found...)
	}
	for _, path := range paths {
		if err := protect(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// evidence is a path that shows that there was a hospital in a directory; empty if there is none.
func evidence(dir, key string) string {
	if _, err := os.Stat(key); err == nil {
		return key
	}
	files := filepath.Join(dir, storage)
	if stored, _ := os.ReadDir(files); len(stored) > 0 {
		return files
	}
	return ""
}

// protect closes a file or directory to other users, and refuses one that this user cannot own.
func protect(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if owner, ok := foreignOwner(info); ok {
		return fmt.Errorf("%s belongs to user %d, but the hospital runs as user %d, whose files that user could not open. "+
			"Run it as its owner, or change the owner of the directory (chown -R)", path, owner, os.Geteuid())
	}
	want := fs.FileMode(0o600)
	if info.IsDir() {
		want = 0o700
	}
	if info.Mode().Perm()&0o077 == 0 && info.Mode().Perm()&want == want {
		return nil
	}
	if err := os.Chmod(path, want); err != nil {
		return fmt.Errorf("%s has the mode %04o and cannot be changed to %04o: %w", path, info.Mode().Perm(), want, err)
	}
	return nil
}

// alwaysChecked is up to which size a database is checked at every start. A larger one is
// checked after a start that was not followed by a stop: it takes about a second a gigabyte.
const alwaysChecked = 64 << 20

// CheckFiles refuses a damaged database. A damaged request log is set aside, and PocketBase
// makes a new one: a hospital opens without it.
func CheckFiles(dir string, stopped bool) error {
	data, logs := filepath.Join(dir, sqlite.DataFile), filepath.Join(dir, sqlite.LogsFile)
	if info, err := os.Stat(data); err == nil && (info.Size() <= alwaysChecked || !stopped) {
		if err := sqlite.QuickCheck(data); err != nil {
			return fmt.Errorf("%s is damaged: %w. Restore the newest backup into another directory "+
				"(hospital restore FILE --to DIR) and keep this one: what was written since may be saved from it", data, err)
		}
	}
	if _, err := os.Stat(logs); err != nil {
		return nil //nolint:nilerr // PocketBase makes it
	}
	damage := sqlite.QuickCheck(logs)
	if damage == nil {
		return nil
	}
	aside := logs + ".damaged-" + time.Now().UTC().Format("20060102-150405")
	journal.Log.Warn("the request log is damaged and was set aside; a new one begins", "file", aside, "error", damage.Error())
	for _, suffix := range []string{"-wal", "-shm"} { // they belong to the old file
		if err := os.Remove(logs + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Rename(logs, aside)
}
