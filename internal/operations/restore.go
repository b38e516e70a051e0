package operations

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

	"github.com/spf13/cobra"

	"hospital/modules/audit"
)

// largestManifest is how much of a backup is believed to be its table of contents.
const largestManifest = 256 << 20

func restoreCommand() *cobra.Command {
	var to string
	command := &cobra.Command{
		Use:   "restore FILE --to DIR",
		Short: "Puts a backup into a new directory",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if to == "" {
				return errors.New("restore to where? --to DIR, which is new or empty")
			}
			m, err := Restore(args[0], to)
			if err != nil {
				return fmt.Errorf("restore %s: %w", args[0], err)
			}
			fmt.Fprintf(c.OutOrStdout(), "Restored what was there at %s, by version %s.\n"+
				"Now put back what is in no backup: the key of the audit log, into %s or %s, and %s if it was set.\n"+
				"Then prove it with: hospital verify --dir %s\n", m.Made.Format("2006-01-02 15:04:05 MST"), m.Version, audit.KeyFile(to), audit.KeyEnv, encryptionEnv, to)
			return nil
		},
	}
	command.Flags().StringVar(&to, "to", "", "the directory to restore into, new or empty")
	return command
}

// Restore puts a backup into a directory that is new or empty, and only when every
// file is as the manifest says. Until then nothing there can be taken for a
// hospital: the database comes last.
func Restore(file, dir string) (m manifest, err error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return m, err
	}
	defer z.Close()
	if m, err = contents(&z.Reader); err != nil {
		return m, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return m, err
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		return m, err
	}
	if len(there) > 0 {
		return m, fmt.Errorf("%s is not empty", dir)
	}
	work, err := os.MkdirTemp(dir, unfinished)
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(work)
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
	for _, name := range []string{storageDir, logsFile, dataFile} {
		if err := ignoreMissing(os.Rename(filepath.Join(work, name), filepath.Join(dir, name))); err != nil {
			return m, err
		}
	}
	return m, settle(dir)
}

// contents reads the manifest, and holds the names in the backup against it.
func contents(z *zip.Reader) (m manifest, err error) {
	in, err := z.Open(manifestFile)
	if err != nil {
		return m, errors.New("this is no backup of a hospital")
	}
	defer in.Close()
	if err := json.NewDecoder(io.LimitReader(in, largestManifest)).Decode(&m); err != nil || m.Format != 1 {
		return m, errors.New("this is no backup of a hospital, or one of a newer program")
	}
	var listed, there []string
	for _, f := range m.Files {
		inside := f.Name == dataFile || f.Name == logsFile || path.Clean(f.Name) == f.Name && len(f.Name) > len(storageDir) && f.Name[:len(storageDir)+1] == storageDir+"/"
		if !inside || !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			return m, fmt.Errorf("%q does not belong into a backup", f.Name)
		}
		listed = append(listed, f.Name)
	}
	for _, f := range z.File {
		if f.Name != manifestFile {
			there = append(there, f.Name)
		}
	}
	slices.Sort(listed)
	slices.Sort(there)
	if !slices.Equal(listed, there) || !slices.Contains(listed, dataFile) {
		return m, errors.New("the backup does not hold what its manifest says")
	}
	return m, nil
}

// unpack writes a file of a backup, and refuses it when it is not the one that the
// manifest speaks of.
func unpack(z *zip.Reader, root *os.Root, f packed) error {
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
		return errors.New("it is not as the manifest says: the backup is damaged")
	}
	return errors.Join(out.Sync(), out.Close())
}
