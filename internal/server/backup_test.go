package server_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/kit"
	_ "hospital/migrations"
	"hospital/modules/audit"
)

func TestBackupHasAManifestAndNoKey(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	key, err := os.ReadFile(audit.KeyFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	made := run(t, "", nil, "backup", "--dir", dir)
	made.succeeded(t)
	file, rest, _ := strings.Cut(made.stdout, "\n")
	if !strings.Contains(rest, audit.KeyFile(dir)) {
		t.Errorf("it does not name what is not included: %s", rest)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v %v", info, err)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var manifest []byte
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil || bytes.Contains(content, bytes.TrimSpace(key)) {
			t.Errorf("%s contains the key of the audit log (%v)", f.Name, err)
		}
		if f.Name == "manifest.json" {
			manifest = content
		}
	}
	var m struct {
		Version string
		Made    time.Time
		Files   []struct {
			Name, SHA256 string
			Size         int64
		}
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	if m.Version != kit.Version || time.Since(m.Made) > time.Minute || len(m.Files) < 3 ||
		m.Files[0].Name != "data.db" ||
		len(m.Files[0].SHA256) != 64 ||
		m.Files[0].Size == 0 {
		t.Errorf("the manifest is %+v", m)
	}
	if i := slices.IndexFunc(m.Files, func(f struct {
		Name, SHA256 string
		Size         int64
	}) bool {
		return strings.HasPrefix(f.Name, "storage/")
	}); i < 0 {
		t.Error("the stored files are not in it")
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("files beside the backup: %v (%v)", left, err)
	}
}

func TestScheduledBackupKeepsTheNewest(t *testing.T) {
	t.Parallel()
	dir, to := demoData(t), filepath.Join(t.TempDir(), "elsewhere")
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"hospital_before_the_move.zip", "notes.txt"} { // not backups
		if err := os.WriteFile(filepath.Join(to, other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	leftover, daysAgo := filepath.Join(to, ".unfinished-1"), time.Now().AddDate(0, 0, -2) // of an interrupted backup
	if err := os.Mkdir(leftover, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(leftover, daysAgo, daysAgo); err != nil {
		t.Fatal(err)
	}
	env := []string{"HOSPITAL_BACKUP_DIR=" + to, "HOSPITAL_BACKUP_KEEP=2"}
	var made []string
	for range 2 {
		r := run(t, "", env, "backup", "--dir", dir)
		r.succeeded(t)
		file, _, _ := strings.Cut(r.stdout, "\n")
		made = append(made, file)
	}
	s := serve(t, dir, env...)
	s.signInOperator(t)
	if status, _, _ := s.send(http.MethodPost, "/api/crons/hospitalBackup", nil); status != http.StatusNoContent {
		t.Fatalf("starting the backup answered %d", status)
	}
	s.waitFor(t, `"msg":"backup"`)
	kept, _ := filepath.Glob(filepath.Join(to, "*"))
	if len(kept) != 4 {
		t.Errorf("kept: %v", kept)
	}
	if _, err := os.Stat(made[0]); err == nil {
		t.Error("the oldest is still there")
	}
	if _, err := os.Stat(made[1]); err != nil {
		t.Error("the newer one is gone")
	}
}

func TestBackupIsRefusedWithoutHospitalOrDiskSpace(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	run(t, "", nil, "backup", "--dir", t.TempDir()).refused(t, "no hospital")
	run(t, "", []string{"HOSPITAL_DISK_FREE_MB=999999999"}, "backup", "--dir", dir).refused(t, "no room")
	if left, _ := filepath.Glob(filepath.Join(dir, "backups", "*")); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}
