package backup

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"hospital/internal/sqlite"
)

// A file that is not a backup is refused. Whatever it contains, nothing is written
// outside the directory, and a failed restore leaves no database.
func FuzzRestore(f *testing.F) {
	pack := func(names ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := 0; i+1 < len(names); i += 2 {
			w, err := z.Create(names[i])
			if err != nil {
				f.Fatal(err)
			}
			_, _ = w.Write([]byte(names[i+1]))
		}
		if err := z.Close(); err != nil {
			f.Fatal(err)
		}
		return b.Bytes()
	}
	const empty = `"size":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}`
	manifest := func(files string) string { return `{"format":1,"files":[` + files + `]}` }
	f.Add([]byte("PK"))
	f.Add(pack(manifestFile, manifest("")))
	f.Add(pack(manifestFile, manifest(`{"name":"data.db",`+empty), "data.db", ""))
	f.Add(pack(manifestFile, manifest(`{"name":"data.db",`+empty+`,{"name":"storage/../../evil",`+empty),
		"data.db", "", "storage/../../evil", ""))
	f.Add(pack(manifestFile,
		manifest(`{"name":"data.db","size":-1,"sha256":""},{"name":"storage/a","size":9223372036854775807}`),
		"data.db", "x", "storage/a", "y"))
	f.Add(pack(manifestFile, manifest(`{"name":"storage/a","size":0},{"name":"storage/a/b","size":0}`),
		"storage/a", "", "storage/a/b", ""))
	f.Fuzz(func(t *testing.T, content []byte) {
		outside := t.TempDir()
		file, dir := filepath.Join(outside, "backup.zip"), filepath.Join(outside, "to")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Restore(file, dir, "")
		beside, readErr := os.ReadDir(outside)
		if readErr != nil || len(beside) > 2 {
			t.Errorf("beside the directory there are %v, %v", beside, readErr)
		}
		_, missing := os.Stat(filepath.Join(dir, sqlite.DataFile))
		if err != nil && missing == nil || err == nil && (missing != nil || len(m.Files) == 0) {
			t.Errorf("restored with %v: %v", err, m)
		}
	})
}
