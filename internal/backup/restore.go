package backup

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"hospital/internal/sqlite"
)

// maxManifest limits how much of a file is read as its manifest.
const maxManifest = 256 << 20

// Restore unpacks a backup into a new or empty directory, and only if every file is
// as the manifest says. The database is moved into place last: until then nothing
// there can be taken for a hospital. An encrypted backup needs the file with its private key.
func Restore(file, dir, identityFile string) (m Manifest, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return m, err
	}
	existing, err := os.ReadDir(dir)
	if err != nil {
		return m, err
	}
	if len(existing) > 0 {
		return m, fmt.Errorf("%s is not empty", dir)
	}
	work, err := os.MkdirTemp(dir, unfinished)
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(work)
	if strings.HasSuffix(file, encrypted) {
		plain := filepath.Join(work, "backup.zip")
		if err := decrypt(file, identityFile, plain); err != nil {
			return m, err
		}
		file = plain
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		return m, err
	}
	defer z.Close()
	if m, err = readManifest(&z.Reader); err != nil {
		return m, err
	}
	root, err := os.OpenRoot(work)
	if err != nil {
		return m, err
	}
	defer root.Close()
	for _, f := range m.Files {
		if err := unpack(&z.Reader, root, f); err != nil {
			return m, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	for _, name := range []string{storageDir, sqlite.LogsFile, sqlite.DataFile} {
		if err := ignoreMissing(os.Rename(filepath.Join(work, name), filepath.Join(dir, name))); err != nil {
			return m, err
		}
	}
	return m, syncDir(dir)
}

// readManifest reads the manifest and compares it with the names in the archive.
func readManifest(z *zip.Reader) (m Manifest, err error) {
	in, err := z.Open(manifestFile)
	if err != nil {
		return m, errors.New("this is not a backup of a hospital")
	}
	defer in.Close()
	if err := json.NewDecoder(io.LimitReader(in, maxManifest)).Decode(&m); err != nil || m.Format != 1 {
		return m, errors.New("this is not a backup of a hospital, or one of a newer program")
	}
	var listed, packed []string
	for _, f := range m.Files {
		if !allowed(f.Name) {
			return m, fmt.Errorf("%q does not belong in a backup", f.Name)
		}
		listed = append(listed, f.Name)
	}
	for _, f := range z.File {
		if f.Name != manifestFile {
			packed = append(packed, f.Name)
		}
	}
	slices.Sort(listed)
	slices.Sort(packed)
	if !slices.Equal(listed, packed) || !slices.Contains(listed, sqlite.DataFile) {
		return m, errors.New("the backup does not contain what its manifest lists")
	}
	return m, nil
}

// allowed accepts the names of the databases and of files below the storage directory.
func allowed(name string) bool {
	if slices.Contains(databases, name) {
		return true
	}
	below, ok := strings.CutPrefix(name, storageDir+"/")
	return ok && below != "" && path.Clean(name) == name && filepath.IsLocal(filepath.FromSlash(name))
}

// unpack writes one file, and refuses it if it is not the one in the manifest.
func unpack(z *zip.Reader, root *os.Root, f File) error {
	in, err := z.Open(f.Name)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := root.MkdirAll(path.Dir(f.Name), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	out, err := root.OpenFile(f.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(in, f.Size+1))
	if err != nil {
		return err
	}
	if size != f.Size || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return errors.New("it does not match the manifest: the backup is damaged")
	}
	return errors.Join(out.Sync(), out.Close())
}
