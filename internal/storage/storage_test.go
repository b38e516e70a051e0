package storage_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/storage"
)

// An upload that was interrupted leaves a file and no record.
func TestFilesWithoutARecordAreCollected(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	root := filepath.Join(h.App.DataDir(), core.LocalStorageDirName)
	kept := h.Record("documents", hospitaltest.ID("shown1"))
	file := filepath.Join(root, kept.BaseFilesPath(), kept.GetString("file"))
	orphan := filepath.Join(filepath.Dir(filepath.Dir(file)), "interrupted0000", "scan.pdf")
	if err := os.MkdirAll(filepath.Dir(orphan), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(orphan, []byte("half a scan"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := storage.Collect(h.App, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(orphan); err != nil {
		t.Error("a file whose upload may be under way was collected:", err)
	}
	h.Verify()

	old := time.Now().Add(-100 * time.Hour)
	for _, path := range []string{orphan, file} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if found, err := storage.Check.Violations(h.App); err != nil || len(found) != 1 || filepath.Base(found[0]) != "scan.pdf" {
		t.Errorf("verify finds %v, %v", found, err)
	}
	if err := storage.Collect(h.App, time.Now()); err != nil {
		t.Fatal(err)
	}
	name, _ := filepath.Rel(root, orphan)
	if content, err := os.ReadFile(filepath.Join(h.App.DataDir(), "orphans", name)); err != nil || string(content) != "half a scan" {
		t.Errorf("the file is not in orphans/: %q %v", content, err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error("the file of a document was collected:", err)
	}
	h.Verify()
}
