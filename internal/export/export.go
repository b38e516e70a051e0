// Package export writes everything of a hospital into files that are readable without this program.
package export

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"hospital/internal/kit"
	"hospital/internal/sqlite"
	"hospital/modules/audit"
	"hospital/modules/hospital"
	"hospital/modules/reports"
)

// Command is the export command.
func Command(app core.App, declared kit.Catalog) *cobra.Command {
	to := ""
	c := &cobra.Command{
		Use:   "export --to DIR",
		Short: "Write everything into a new folder, readable without this program: CSV per collection, files, a manifest",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if to == "" {
				return errors.New("say where: hospital export --to DIR")
			}
			return All(app, declared, to, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&to, "to", "", "a folder that does not exist yet")
	file := ""
	patient := &cobra.Command{
		Use:   "patient MRN",
		Short: "Write the whole record of a patient as a ZIP archive: JSON, PDFs and files",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if file == "" {
				file = "record-" + args[0] + ".zip"
			}
			out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the operator's
			if err != nil {
				return err
			}
			if err := errors.Join(reports.ExportRecord(app, args[0], out), out.Close()); err != nil {
				_ = os.Remove(file)
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), "Written to", file)
			return nil
		},
	}
	patient.Flags().StringVar(&file, "to", "", "the file; record-MRN.zip if left out")
	c.AddCommand(patient)
	return c
}

// Manifest says what an export has.
type Manifest struct {
	Hospital string         `json:"hospital"`
	At       string         `json:"at"`
	Version  string         `json:"version"`
	Files    []ManifestFile `json:"files"`
}

// ManifestFile is a file of an export.
type ManifestFile struct {
	Path   string `json:"path"`
	Rows   int    `json:"rows,omitempty"` // of a CSV file, without the header
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// All writes all records and files into a new folder. Passwords, keys and tokens are left out. It reads one state
// of the database, whatever is written meanwhile. The manifest is written last: an export without one is not complete.
func All(app core.App, declared kit.Catalog, dir string, out io.Writer) error {
	settings, err := hospital.Of(app)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	m := Manifest{Hospital: settings.Name(), At: kit.FormatInstant(kit.Now(app)), Version: kit.Version}
	db := sqlite.Snapshot(filepath.Join(app.DataDir(), sqlite.DataFile))
	defer db.Close()
	err = db.Transactional(func(tx *dbx.Tx) error {
		for _, c := range declared.Sorted() {
			stored, err := app.FindCachedCollectionByNameOrId(c.Name)
			if err != nil {
				return err
			}
			file, err := exportTable(tx, stored, dir)
			if err != nil {
				return fmt.Errorf("export %s: %w", c.Name, err)
			}
			m.Files = append(m.Files, file)
		}
		return nil
	})
	if err != nil {
		return err
	}
	stored, err := exportFiles(app, dir)
	if err != nil {
		return err
	}
	m.Files = append(m.Files, stored...)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), append(text, '\n'), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d files in %s; manifest.json has their hashes.\n", len(m.Files), dir)
	return nil
}

// exportTable writes all rows of a collection as CSV, as they are stored.
func exportTable(tx *dbx.Tx, c *core.Collection, dir string) (file ManifestFile, err error) {
	columns := slices.DeleteFunc(c.Fields.FieldNames(), func(name string) bool {
		return slices.Contains(audit.Secrets, name)
	})
	selected := make([]string, len(columns))
	for i, name := range columns {
		selected[i] = "COALESCE(CAST([[" + name + "]] AS TEXT), '') AS [[" + name + "]]"
	}
	rows, err := tx.Select(selected...).From(c.Name).OrderBy("_rowid_").Rows()
	if err != nil {
		return file, err
	}
	defer rows.Close()
	file.Path = c.Name + ".csv"
	err = hashed(filepath.Join(dir, file.Path), &file, func(w io.Writer) error {
		table := csv.NewWriter(w)
		table.UseCRLF = true
		if err := table.Write(columns); err != nil {
			return err
		}
		cells := make([]string, len(columns))
		targets := make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		for ; rows.Next(); file.Rows++ {
			if err := rows.Scan(targets...); err != nil {
				return err
			}
			if err := table.Write(cells); err != nil {
				return err
			}
		}
		table.Flush()
		return errors.Join(rows.Err(), table.Error())
	})
	return file, err
}

// exportFiles copies the stored files, in their folders: files/COLLECTION/RECORD/NAME.
func exportFiles(app core.App, dir string) (all []ManifestFile, err error) {
	storage := filepath.Join(app.DataDir(), core.LocalStorageDirName)
	if _, err := os.Stat(storage); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	err = filepath.WalkDir(storage, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || filepath.Ext(path) == ".attrs" {
			return err
		}
		relative, err := filepath.Rel(storage, path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, "files", relative)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		from, err := os.Open(path) // #nosec G304 G122 -- of the data
		if err != nil {
			return err
		}
		defer from.Close()
		file := ManifestFile{Path: filepath.ToSlash(filepath.Join("files", relative))}
		if err := hashed(to, &file, func(w io.Writer) error { _, err := io.Copy(w, from); return err }); err != nil {
			return err
		}
		all = append(all, file)
		return nil
	})
	return all, err
}

// hashed writes a new file, and its size and hash into the manifest.
func hashed(path string, file *ManifestFile, write func(w io.Writer) error) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the operator's
	if err != nil {
		return err
	}
	hash := sha256.New()
	err = errors.Join(write(io.MultiWriter(out, hash)), out.Close())
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	file.Bytes, file.SHA256 = info.Size(), hex.EncodeToString(hash.Sum(nil))
	return nil
}
