package server_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"hospital/internal/backup"
	_ "hospital/migrations"
)

// killAfter runs a command and kills it after a time; done says that it ended before.
func killAfter(t *testing.T, wait time.Duration, args ...string) (done bool) {
	t.Helper()
	c := exec.Command(binary(), args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(wait, func() { _ = c.Process.Kill() })
	err := c.Wait()
	timer.Stop()
	return err == nil
}

// atEveryMoment kills a command later each time, until it ends by itself, and then calls check.
func atEveryMoment(t *testing.T, step time.Duration, run func(wait time.Duration) (done bool), check func()) {
	t.Helper()
	kills := 0
	for wait := step; ; wait += step {
		done := run(wait)
		check()
		if done {
			break
		}
		kills++
	}
	t.Logf("killed %d times", kills)
	if kills == 0 {
		t.Error("it was never killed")
	}
}

// Whatever a killed backup leaves, a file with the name of a backup can be restored.
func TestABackupThatIsKilledLeavesNoBrokenBackup(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	checked := map[string]bool{}
	atEveryMoment(t, 40*time.Millisecond,
		func(wait time.Duration) bool { return killAfter(t, wait, "backup", "--dir", dir) },
		func() {
			made, _ := filepath.Glob(filepath.Join(dir, "backups", "hospital_*.zip"))
			for _, file := range made {
				if checked[file] {
					continue
				}
				checked[file] = true
				if _, err := backup.Restore(file, filepath.Join(t.TempDir(), "restored"), ""); err != nil {
					t.Errorf("%s cannot be restored: %v", file, err)
				}
			}
		})
	if len(checked) == 0 {
		t.Error("no backup was made")
	}
	run(t, "", nil, "verify", "--dir", dir).succeeded(t)
}

// A killed restore leaves a directory that cannot be taken for a hospital, or a whole one.
func TestARestoreThatIsKilledLeavesNoHalfHospital(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	made := run(t, "", nil, "backup", "--dir", dir)
	made.succeeded(t)
	files, _ := filepath.Glob(filepath.Join(dir, "backups", "hospital_*.zip"))
	to := filepath.Join(t.TempDir(), "restored")
	atEveryMoment(t, 15*time.Millisecond,
		func(wait time.Duration) bool {
			if err := os.RemoveAll(to); err != nil {
				t.Fatal(err)
			}
			return killAfter(t, wait, "restore", files[0], "--to", to)
		},
		func() {
			if _, err := os.Stat(filepath.Join(to, "data.db")); err != nil {
				run(t, "", nil, "verify", "--dir", to).refused(t, "no hospital")
				return
			}
			copyAuditKey(t, dir, to)
			run(t, "", nil, "verify", "--dir", to).succeeded(t)
			_ = os.Remove(to + ".audit.key")
		})
}

// A server that is killed while it makes its tables starts again.
func TestAFirstStartThatIsKilledCanBeRepeated(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and runs the binary")
	}
	dir := filepath.Join(t.TempDir(), "data")
	atEveryMoment(t, 120*time.Millisecond,
		func(wait time.Duration) bool { return killAfter(t, wait, "migrate", "up", "--dir", dir) },
		func() {})
	s := serve(t, dir)
	if status, err := s.do(http.MethodGet, "/api/hospital/ready", nil); err != nil || status != http.StatusOK {
		t.Errorf("ready answered %d, %v", status, err)
	}
}

// A server without descriptors answers nobody, loses nothing, and goes on when it has some.
func TestAServerWithoutDescriptorsGoesOnLater(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	s := serveWith(t, dir, func(c *exec.Cmd) {
		c.Path, c.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -n 60; exec "$0" "$@"`}, c.Args...)
	})
	s.signIn(t, "reception@hospital.example")
	var idle []net.Conn
	for range 80 {
		if c, err := net.DialTimeout("tcp", s.address, time.Second); err == nil {
			idle = append(idle, c)
		}
	}
	book := func(name string) (int, error) {
		return s.do(http.MethodPost, "/api/collections/patients/records", map[string]any{"name": name, "birth_date": "1990-01-01"})
	}
	http.DefaultClient.CloseIdleConnections()
	answered := make(chan int, 1)
	go func() {
		status, _ := book("During")
		answered <- status
	}()
	time.Sleep(500 * time.Millisecond)
	for _, c := range idle {
		_ = c.Close()
	}
	if status := <-answered; status >= 400 && status < 500 {
		t.Errorf("without descriptors a request is answered with %d", status)
	}
	if status, err := book("After"); err != nil || status != http.StatusOK {
		t.Errorf("afterwards a request is answered with %d, %v", status, err)
	}
	<-s.stop(t)
	run(t, "", nil, "verify", "--dir", dir).succeeded(t)
}
