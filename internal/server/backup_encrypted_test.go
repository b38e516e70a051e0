package server_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/pocketbase/dbx"

	_ "hospital/migrations"
)

func TestEncryptedBackupsNeedTheirKey(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	key, wrong := filepath.Join(t.TempDir(), "key"), filepath.Join(t.TempDir(), "wrong")
	replace(t, key, []byte(identity.String()+"\n"))
	replace(t, wrong, []byte(other.String()+"\n"))

	made := run(t, "", []string{"HOSPITAL_BACKUP_RECIPIENTS=" + identity.Recipient().String()}, "backup", "--dir", dir)
	made.succeeded(t)
	file, _, _ := strings.Cut(made.stdout, "\n")
	if !strings.HasSuffix(file, ".zip.age") {
		t.Errorf("the backup is called %s", file)
	}
	if content := read(t, file); bytes.Contains(content, []byte("SQLite format")) || bytes.Contains(content, []byte("manifest")) {
		t.Error("the backup can be read without its key")
	}
	to := filepath.Join(t.TempDir(), "restored")
	run(t, "", nil, "restore", file, "--to", to).refused(t, "--identity")
	run(t, "", nil, "restore", file, "--to", to, "--identity", wrong).refused(t, "did not match")
	run(t, "", nil, "restore", file, "--to", to, "--identity", key).succeeded(t)
	copyAuditKey(t, dir, to)
	run(t, "", nil, "verify", "--dir", to).succeeded(t)
	if left, _ := filepath.Glob(filepath.Join(to, ".unfinished*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	run(t, "", []string{"HOSPITAL_BACKUP_RECIPIENTS=age1nonsense"}, "backup", "--dir", dir).refused(t, "public key of age")
}

// A backup that cannot be restored, or whose hospital is not consistent, is found when it is made.
func TestABackupIsCheckedByARestore(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	run(t, "", nil, "backup", "--check", "--dir", dir).succeeded(t)
	if at, err := os.ReadFile(filepath.Join(dir, "backup-checked")); err != nil || len(at) == 0 {
		t.Errorf("checked at %q, %v", at, err)
	}
	s := serve(t, dir)
	if _, answer, err := s.send("GET", "/api/hospital/ready", nil); err != nil || answer["backup_checked"] == "" {
		t.Errorf("ready says %v, %v", answer, err)
	}
	s.kill()

	db := openDB(t, dir)
	victim := queryOne[string](t, db, "SELECT id FROM bills WHERE appointment != '' LIMIT 1", nil)
	for _, sql := range []string{"DROP TRIGGER bills_no_delete", "DELETE FROM bills WHERE id = {:id}"} {
		if _, err := db.NewQuery(sql).Bind(dbx.Params{"id": victim}).Execute(); err != nil && !strings.Contains(err.Error(), "bind") {
			t.Fatal(err)
		}
	}
	run(t, "", nil, "backup", "--check", "--dir", dir).refused(t, "BROKEN")
	if left, _ := filepath.Glob(filepath.Join(dir, "backups", ".unfinished*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
