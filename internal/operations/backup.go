package operations

import (
	"archive/zip"
	"cmp"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/spf13/cobra"

	"hospital/internal/kit"
	"hospital/modules/audit"
)

const (
	manifestFile = "manifest.json"
	stamp        = "20060102_150405.000"
	anyBackup    = "hospital_????????_??????_???.zip"
	unfinished   = ".unfinished-"
	storageDir   = core.LocalStorageDirName
)

// manifest is what a backup holds, so that a restore can tell whether it is whole.
type manifest struct {
	Format  int       `json:"format"`
	Version string    `json:"version"` // of the program that made it
	Made    time.Time `json:"made"`
	Files   []packed  `json:"files"`
}

// packed is a file in a backup.
type packed struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// backing is held by the one backup that a server makes at a time.
var backing sync.Mutex

// schedules has a server back itself up by the clock.
func schedules(app core.App) {
	when := valueOf(backupScheduleEnv)
	if when == "off" {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	app.Cron().MustAdd("hospitalBackup", when, func() {
		if _, err := Backup(ctx, app); err != nil {
			journal.Error("backup failed", "error", err.Error())
		}
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "hospitalBackup", Priority: -9_000, Func: func(e *core.TerminateEvent) error {
		stop()
		backing.Lock() // one that runs takes away what it has begun
		defer backing.Unlock()
		return e.Next()
	}})
}

func backupCommand(app core.App) *cobra.Command {
	return &cobra.Command{
		Use:   "backup",
		Short: "Backs up the hospital, also while it is served",
		Long: "Backs up the hospital into one file in " + backupDirEnv + ", also while it is served: nobody who writes waits for it.\n" +
			"The oldest backups there are removed, so that " + backupKeepEnv + " are left.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !app.HasTable("hospital") {
				return errors.New("there is no hospital in " + app.DataDir() + " yet")
			}
			file, err := Backup(c.Context(), app)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s\nNot in it: the key of the audit log (%s, or %s) and %s. Keep them elsewhere.\n", file, audit.KeyFile(app.DataDir()), audit.KeyEnv, encryptionEnv)
			return nil
		},
	}
}

// Backup writes the databases, as they are at one moment each, and the stored files
// into a new file, and answers its name. Writers go on meanwhile. When it fails
// nothing is left of it; when it answers, it is on the disk.
func Backup(ctx context.Context, app core.App) (file string, err error) {
	if !backing.TryLock() {
		return "", errors.New("another backup is being made")
	}
	defer backing.Unlock()
	began := time.Now()
	dir := backupDir(app.DataDir())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := fits(app.DataDir(), dir); err != nil {
		return "", err
	}
	sweep(dir, began)
	file = filepath.Join(dir, "hospital_"+strings.ReplaceAll(began.UTC().Format(stamp), ".", "_")+".zip")
	if err := write(ctx, app.DataDir(), file); err != nil {
		return "", err
	}
	var size int64
	if info, err := os.Stat(file); err == nil {
		size = info.Size()
	}
	if err := retain(dir, int(numberOf(backupKeepEnv))); err != nil {
		return file, fmt.Errorf("remove old backups: %w", err)
	}
	journal.Info("backup", "file", file, "bytes", size, "audit", endOfLog(app), "took", time.Since(began).String())
	return file, nil
}

// write makes the file, in a directory beside it that goes when it is done.
func write(ctx context.Context, dataDir, file string) error {
	work, err := os.MkdirTemp(filepath.Dir(file), unfinished)
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for _, name := range []string{dataFile, logsFile} {
		if err := snapshot(ctx, filepath.Join(dataDir, name), filepath.Join(work, name)); err != nil {
			return fmt.Errorf("back up %s: %w", name, err)
		}
	}
	bundle := filepath.Join(work, "bundle.zip")
	if err := pack(ctx, bundle, work, dataDir); err != nil {
		return fmt.Errorf("pack the backup: %w", err)
	}
	if err := os.Rename(bundle, file); err != nil {
		return err
	}
	return settle(filepath.Dir(file))
}

func backupDir(dataDir string) string {
	return cmp.Or(valueOf(backupDirEnv), filepath.Join(dataDir, core.LocalBackupsDirName))
}

// fits refuses a backup that would fill the disk: of a copy of the databases and
// the packed file with it.
func fits(dataDir, dir string) error {
	var size int64
	for _, name := range []string{dataFile, dataFile + "-wal", logsFile} {
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
	free, err := freeBytes(dir)
	if err != nil {
		return err
	}
	return unless(free > size+numberOf(diskEnv)<<20, "the disk of "+dir+" has no room for a backup")
}

// sweep takes away what a backup left that was cut off, as by a power cut.
func sweep(dir string, now time.Time) {
	left, _ := filepath.Glob(filepath.Join(dir, unfinished+"*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(path)
		}
	}
}

// snapshot copies a database as it is at one moment. It reads by a connection of
// its own, and in SQLite's WAL mode who reads keeps nobody from writing.
func snapshot(ctx context.Context, from, to string) error {
	db, err := connect(from)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.NewQuery("VACUUM INTO {:to}").Bind(map[string]any{"to": to}).WithContext(ctx).Execute(); err != nil {
		return err
	}
	copied, err := connect(to)
	if err != nil {
		return err
	}
	defer copied.Close()
	var said string
	if err := copied.NewQuery("PRAGMA quick_check(1)").WithContext(ctx).Row(&said); err != nil {
		return err
	}
	return unless(said == "ok", "the copy is damaged: "+said)
}

// pack puts copies of the databases, and the stored files, into one file, and the
// manifest behind them.
func pack(ctx context.Context, bundle, work, dataDir string) error {
	out, err := os.OpenFile(bundle, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304 -- where the operator wants it
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	m := manifest{Format: 1, Version: kit.Version, Made: time.Now().UTC()}
	add := func(name, path string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := packFile(z, name, path)
		if err == nil {
			m.Files = append(m.Files, p)
		}
		return err
	}
	for _, name := range []string{dataFile, logsFile} {
		if err := add(name, filepath.Join(work, name)); err != nil {
			return err
		}
	}
	err = filepath.WalkDir(filepath.Join(dataDir, storageDir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return ignoreMissing(err)
		}
		name, err := filepath.Rel(dataDir, path)
		if err != nil {
			return err
		}
		return ignoreMissing(add(filepath.ToSlash(name), path))
	})
	if err != nil {
		return err
	}
	w, err := z.CreateHeader(&zip.FileHeader{Name: manifestFile, Method: zip.Deflate, Modified: m.Made})
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return errors.Join(e.Encode(m), z.Close(), out.Sync(), out.Close())
}

func packFile(z *zip.Writer, name, path string) (packed, error) {
	in, err := os.Open(path) // #nosec G304 -- from the data directory
	if err != nil {
		return packed{}, err
	}
	defer in.Close()
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Now()})
	if err != nil {
		return packed{}, err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(w, sum), in)
	return packed{name, size, hex.EncodeToString(sum.Sum(nil))}, err
}

// ignoreMissing lets a file go that went while the backup was made, and a hospital
// without stored files.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// backups are the files in a directory that Backup made, oldest first.
func backups(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, anyBackup))
	slices.Sort(files) // their names are their time
	return files, err
}

// retain removes the oldest backups, so that so many are left.
func retain(dir string, keep int) error {
	files, err := backups(dir)
	if err != nil {
		return err
	}
	for _, old := range files[:max(0, len(files)-keep)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// settle sees to it that what was done in a directory is on the disk.
func settle(dir string) error {
	d, err := os.Open(dir) // #nosec G304 G703 -- where the operator wants it
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
