package backup

import (
	"archive/zip"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/sqlite"
)

const (
	manifestFile = "manifest.json"
	storageDir   = core.LocalStorageDirName
)

// databases are the files that are copied by SQLite, not byte by byte.
var databases = []string{sqlite.DataFile, sqlite.LogsFile}

// Manifest lists what a backup contains, so that a restore can tell whether it is complete.
type Manifest struct {
	Format  int       `json:"format"`
	Version string    `json:"version"` // of the program that made it
	Made    time.Time `json:"made"`
	Files   []File    `json:"files"`
}

// File is one file in a backup.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// pack writes the copied databases, the stored files and the manifest into one zip file.
func pack(ctx context.Context, archive, work, dataDir string) error {
	out, err := os.OpenFile(archive, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304 -- chosen by the operator
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	m := Manifest{Format: 1, Version: kit.Version, Made: time.Now().UTC()}
	add := func(name, path string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		file, err := packFile(z, name, path)
		if err == nil {
			m.Files = append(m.Files, file)
		}
		return err
	}
	for _, name := range databases {
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

func packFile(z *zip.Writer, name, path string) (File, error) {
	in, err := os.Open(path) // #nosec G304 -- in the data directory
	if err != nil {
		return File{}, err
	}
	defer in.Close()
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Now()})
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(w, sum), in)
	return File{name, size, hex.EncodeToString(sum.Sum(nil))}, err
}

// ignoreMissing accepts a file that was deleted while the backup was made, and a
// hospital without stored files.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// syncDir makes changes in a directory, such as a rename, survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir) // #nosec G304 G703 -- chosen by the operator
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
