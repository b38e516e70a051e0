// Package backup makes and restores backups. It adds to PocketBase's own what an
// operator relies on: a manifest with hashes, a check of the copied databases, fsync,
// retention in any directory, and a restore into a new directory.
package backup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/config"
	"hospital/internal/disk"
	"hospital/internal/journal"
	"hospital/internal/sqlite"
)

// running is held while a backup is made: one at a time.
var running sync.Mutex

// Create writes the databases and the stored files into a new file and returns its
// name. It is encrypted if the settings name recipients. With check it is restored and
// verified first. Each database is copied as of one moment; writers are not blocked. When it
// fails nothing is left behind; when it returns, the backup is on the disk.
func Create(ctx context.Context, app core.App, check bool) (file string, err error) {
	if !running.TryLock() {
		return "", errors.New("another backup is being made")
	}
	defer running.Unlock()
	started := time.Now()
	dir := Dir(app.DataDir())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := checkSpace(app, dir, check); err != nil {
		return "", err
	}
	removeLeftovers(dir, started)
	file = filepath.Join(dir, fileName(started))
	if len(config.BackupRecipients.List()) > 0 {
		file += encrypted
	}
	if err := write(ctx, app.DataDir(), file, check); err != nil {
		return "", err
	}
	var size int64
	if info, err := os.Stat(file); err == nil {
		size = info.Size()
	}
	if err := prune(dir, int(config.BackupKeep.Int())); err != nil {
		return file, fmt.Errorf("remove old backups: %w", err)
	}
	journal.Log.Info("backup", "file", file, "bytes", size, "audit", journal.Anchor(app),
		"took", time.Since(started).String())
	return file, nil
}

// write builds the file in a temporary directory beside it, and renames it when it is complete.
func write(ctx context.Context, dataDir, file string, check bool) error {
	work, err := os.MkdirTemp(filepath.Dir(file), unfinished)
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for _, name := range databases {
		if err := copyDatabase(ctx, filepath.Join(dataDir, name), filepath.Join(work, name)); err != nil {
			return fmt.Errorf("back up %s: %w", name, err)
		}
	}
	archive := filepath.Join(work, "archive.zip")
	if err := pack(ctx, archive, work, dataDir); err != nil {
		return fmt.Errorf("pack the backup: %w", err)
	}
	if check {
		if err := checkRestore(ctx, archive, work, dataDir); err != nil {
			return fmt.Errorf("check the backup: %w", err)
		}
	}
	if strings.HasSuffix(file, encrypted) {
		if archive, err = encrypt(archive); err != nil {
			return fmt.Errorf("encrypt the backup: %w", err)
		}
	}
	if err := os.Rename(archive, file); err != nil {
		return err
	}
	return syncDir(filepath.Dir(file))
}

// copyDatabase copies a database as of one moment, over a connection of its own. In
// SQLite's WAL mode a reader does not block writers.
func copyDatabase(ctx context.Context, from, to string) error {
	db, err := sqlite.Open(from)
	if err != nil {
		return err
	}
	defer db.Close()
	vacuum := db.NewQuery("VACUUM INTO {:to}").Bind(map[string]any{"to": to})
	if _, err := vacuum.WithContext(ctx).Execute(); err != nil {
		return err
	}
	if err := sqlite.QuickCheck(to); err != nil {
		return fmt.Errorf("the copy is damaged: %w", err)
	}
	return nil
}

// checkSpace refuses a backup that would fill the disk. It needs room for a copy of
// the databases and for the archive.
func checkSpace(app core.App, dir string, check bool) error {
	var size int64
	dataDir := app.DataDir()
	for _, name := range []string{sqlite.DataFile, sqlite.DataFile + "-wal", sqlite.LogsFile} {
		if info, err := os.Stat(filepath.Join(dataDir, name)); err == nil {
			size += 2 * info.Size()
		}
	}
	err := filepath.WalkDir(filepath.Join(dataDir, storageDir), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreMissing(err)
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return ignoreMissing(err)
	})
	if err != nil {
		return err
	}
	if check || len(config.BackupRecipients.List()) > 0 { // a restored or an encrypted copy
		size *= 2
	}
	free, err := disk.Free(app, dir)
	if err != nil {
		return err
	}
	if free <= size+config.DiskFreeMB.Int()<<20 {
		return errors.New("the disk of " + dir + " has no room for a backup")
	}
	return nil
}

// Dir is where the backups of a data directory are.
func Dir(dataDir string) string {
	return cmp.Or(config.BackupDir.Value(), filepath.Join(dataDir, core.LocalBackupsDirName))
}
