// Package storage keeps uploaded files as durable as the rows that name them, and finds
// files that no row names.
package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/journal"
	"hospital/internal/kit"
)

// Register checks every uploaded picture, syncs every uploaded file before its row is stored, and
// collects orphans every night.
func Register(app core.App) {
	check := &hook.Handler[*core.RecordEvent]{Id: "hospitalPictures", Priority: kit.OrderUploads, Func: checkPictures}
	app.OnRecordCreate().Bind(check)
	app.OnRecordUpdate().Bind(check)
	app.OnRecordCreateExecute().BindFunc(syncUploads)
	app.OnRecordUpdateExecute().BindFunc(syncUploads)
	app.Cron().MustAdd("hospitalOrphans", "40 3 * * *", func() {
		if err := Collect(app, time.Now()); err != nil {
			journal.Log.Error("files without a record", "error", err.Error())
		}
	})
}

// syncUploads syncs the files that PocketBase wrote for a record, before the transaction of its row is committed.
func syncUploads(e *core.RecordEvent) error {
	dir := filepath.Join(root(e.App), filepath.FromSlash(e.Record.BaseFilesPath()))
	var paths []string
	for _, field := range e.Record.Collection().Fields {
		if field.Type() != core.FieldTypeFile || e.App.Settings().S3.Enabled {
			continue
		}
		for _, upload := range e.Record.GetUnsavedFiles(field.GetName()) {
			file := filepath.Join(dir, upload.Name)
			paths = append(paths, file, file+attributes)
		}
	}
	if err := e.Next(); err != nil || len(paths) == 0 {
		return err
	}
	for _, path := range append(paths, dir, filepath.Dir(dir), root(e.App)) {
		if err := sync(path); err != nil {
			return fmt.Errorf("sync the files of %s: %w", e.Record.BaseFilesPath(), err)
		}
	}
	return nil
}

// sync waits until a file or the names in a directory are on the disk.
func sync(path string) error {
	f, err := os.Open(path) // #nosec G304 -- below the data directory
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// attributes is the end of the name of PocketBase's file with the type and hash of another file.
const attributes = ".attrs"

func root(app core.App) string { return filepath.Join(app.DataDir(), core.LocalStorageDirName) }

const (
	// collectAfter is how old a file without a record has to be: before, its upload may be under way.
	collectAfter = 24 * time.Hour
	// reportAfter is when verify reports one that was not collected.
	reportAfter = 72 * time.Hour
)

// Check finds files that belong to no record although an upload ended long ago.
var Check = kit.Check{
	Description: "Every stored file belongs to a record.",
	Violations:  func(app core.App) ([]string, error) { return orphans(app, time.Now().Add(-reportAfter)) },
}

// Collect moves files that belong to no record, as an interrupted upload leaves them, from storage/
// to orphans/ in the data directory. Nothing is deleted: after a restore they may be all that is left.
func Collect(app core.App, now time.Time) error {
	found, err := orphans(app, now.Add(-collectAfter))
	if err != nil {
		return err
	}
	for _, name := range found {
		to := filepath.Join(app.DataDir(), "orphans", name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(root(app), name), to); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(root(app), name+attributes)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if len(found) > 0 {
		journal.Log.Warn("files without a record were moved", "files", len(found), "to", filepath.Join(app.DataDir(), "orphans"))
	}
	return nil
}

// orphans are the stored files that no row names and that were last written before a time, by
// their path below storage/.
func orphans(app core.App, before time.Time) (found []string, err error) {
	if app.Settings().S3.Enabled {
		return nil, nil
	}
	collections, err := app.FindAllCollections()
	if err != nil {
		return nil, err
	}
	for _, c := range collections {
		dir := filepath.Join(root(app), c.BaseFilesPath())
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		named, err := namedFiles(app, c)
		if err != nil {
			return nil, err
		}
		err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, attributes) {
				return err
			}
			name, _ := filepath.Rel(root(app), path)
			parts := strings.Split(filepath.ToSlash(name), "/") // collection, record, file, or thumbs_<file> and a thumb
			if len(parts) >= 3 && named[parts[1]+"/"+strings.TrimPrefix(parts[2], "thumbs_")] {
				return nil
			}
			info, err := d.Info()
			if err == nil && info.ModTime().Before(before) {
				found = append(found, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(found)
	return found, nil
}

// namedFiles are the files that the rows of a collection name, as record/file.
func namedFiles(app core.App, c *core.Collection) (map[string]bool, error) {
	named := map[string]bool{}
	for _, field := range c.Fields {
		if field.Type() != core.FieldTypeFile {
			continue
		}
		rows, err := app.DB().Select("id", field.GetName()).From(c.Name).Rows()
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id, files string
			if err := rows.Scan(&id, &files); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			for name := range strings.FieldsFuncSeq(files, func(r rune) bool { return strings.ContainsRune(`[]",`, r) }) {
				named[id+"/"+name] = true
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return named, nil
}
