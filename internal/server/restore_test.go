package server_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	_ "hospital/migrations"
	"hospital/modules/audit"
)

// copyAuditKey puts the key of the audit log back, as an operator does after a restore.
func copyAuditKey(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(audit.KeyFile(from))
	if err == nil {
		err = os.WriteFile(audit.KeyFile(to), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// rewriteZip writes a backup again, with other files.
func rewriteZip(t *testing.T, file string, change func(name string, content []byte) (string, []byte)) (changed string) {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	changed = filepath.Join(t.TempDir(), "changed.zip")
	out, err := os.Create(changed)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(out)
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		name, content := change(f.Name, content)
		if name == "" {
			continue
		}
		into, err := w.Create(name)
		if err == nil {
			_, err = into.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	return changed
}

func TestRestoreRefusesDamagedBackupsAndFullDirectories(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	made := run(t, "", nil, "backup", "--dir", dir)
	made.succeeded(t)
	file, _, _ := strings.Cut(made.stdout, "\n")
	as := func(was, is string) func(string, []byte) (string, []byte) { // also renames it in the manifest
		return func(name string, content []byte) (string, []byte) {
			if name == was {
				name = is
			}
			return name, bytes.ReplaceAll(content, []byte(`"`+was+`"`), []byte(`"`+is+`"`))
		}
	}
	for why, change := range map[string]func(string, []byte) (string, []byte){
		"the backup is damaged": func(name string, content []byte) (string, []byte) {
			if name == "data.db" {
				content[len(content)/2] ^= 1
			}
			return name, content
		},
		"does not match the manifest": func(name string, content []byte) (string, []byte) { // longer than listed
			if name == "auxiliary.db" {
				content = append(content, 0)
			}
			return name, content
		},
		"does not contain what its manifest lists": func(name string, content []byte) (string, []byte) {
			if name == "auxiliary.db" {
				return "", nil
			}
			return name, content
		},
		"this is not a backup of a hospital": func(name string, content []byte) (string, []byte) {
			if name == "manifest.json" {
				return "", nil
			}
			return name, content
		},
		"of a newer program":                           as("format", "formats"),
		`"../auxiliary.db" does not belong`:            as("auxiliary.db", "../auxiliary.db"),
		`"storage/../../auxiliary.db" does not belong`: as("auxiliary.db", "storage/../../auxiliary.db"),
		`"/tmp/auxiliary.db" does not belong`:          as("auxiliary.db", "/tmp/auxiliary.db"),
	} {
		to := filepath.Join(t.TempDir(), "to")
		run(t, "", nil, "restore", rewriteZip(t, file, change), "--to", to).refused(t, why)
		if left, _ := os.ReadDir(to); len(left) > 0 {
			t.Errorf("%s: files are left: %v", why, left)
		}
	}
	run(t, "", nil, "restore", file, "--to", dir).refused(t, "is not empty")
	run(t, "", nil, "restore", file).refused(t, "--to")
	run(t, "", nil, "restore", audit.KeyFile(dir), "--to", t.TempDir()).refused(t, "zip")

	empty := t.TempDir()
	run(t, "", nil, "restore", file, "--to", empty).succeeded(t)
	copyAuditKey(t, dir, empty)
	openApp(t, empty, func(app core.App) {
		if _, err := app.FindAuthRecordByEmail("users", "nurse@hospital.example"); err != nil {
			t.Error("the restored hospital has no accounts:", err)
		}
	})
	run(t, "", nil, "verify", "--dir", empty).succeeded(t)
}
