package export_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hospital/internal/export"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

func TestAnExportHasEverythingButKeys(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	dir := filepath.Join(t.TempDir(), "export")
	if err := export.All(h.App, kit.CatalogOf(modules.All), dir, io.Discard); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m export.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	admin := h.Record("users", hospitaltest.ID("admin1"))
	documents := 0
	for _, f := range m.Files {
		content, err := os.ReadFile(filepath.Join(dir, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if hash := sha256.Sum256(content); hex.EncodeToString(hash[:]) != f.SHA256 || int64(len(content)) != f.Bytes {
			t.Errorf("%s is not what the manifest says", f.Path)
		}
		if strings.HasPrefix(f.Path, "files/") {
			documents++
			continue
		}
		rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
		if err != nil || int64(len(rows)-1) != h.Count(strings.TrimSuffix(f.Path, ".csv")) || f.Rows != len(rows)-1 {
			t.Errorf("%s has %d rows (%v)", f.Path, len(rows)-1, err)
		}
		if bytes.Contains(content, []byte(admin.GetString("password:hash"))) || bytes.Contains(content, []byte(admin.TokenKey())) {
			t.Errorf("%s has a password or a key", f.Path)
		}
	}
	if documents == 0 || len(m.Files) < 50 {
		t.Errorf("%d files, %d of documents", len(m.Files), documents)
	}
	if err := export.All(h.App, kit.CatalogOf(modules.All), dir, io.Discard); err == nil {
		t.Error("it writes into a folder that exists")
	}
}
