package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"hospital/internal/backup"
	"hospital/internal/fixture"
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

// TestAServerWithoutDescriptorsAnswersFaults: a connection that was open before goes on. What
// needs another file is answered with 503, nothing with 4xx, and nothing that was acknowledged is
// lost.
func TestAServerWithoutDescriptorsAnswersFaults(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	s := serveWith(t, dir, func(c *exec.Cmd) {
		c.Path, c.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -n 60; exec "$0" "$@"`}, c.Args...)
	})
	s.signIn(t, "nurse@hospital.example")
	status, document := s.upload(t)
	if status != http.StatusOK {
		t.Fatalf("an upload is answered with %d %v", status, document)
	}
	_, answer, err := s.send(http.MethodPost, "/api/files/token", nil)
	if err != nil {
		t.Fatal(err)
	}
	file := fmt.Sprintf("/api/files/documents/%s/%s?token=%s", document["id"], document["file"], answer["token"])
	var idle []net.Conn
	for range 80 {
		if c, err := net.DialTimeout("tcp", s.address, time.Second); err == nil {
			idle = append(idle, c)
		}
	}
	time.Sleep(200 * time.Millisecond) // until the server has accepted as many as it can
	if status, answer := s.upload(t); status != http.StatusServiceUnavailable {
		t.Errorf("an upload without descriptors is answered with %d %v", status, answer)
	}
	if status, answer, _ := s.send(http.MethodGet, file, nil); status != http.StatusServiceUnavailable {
		t.Errorf("a download without descriptors is answered with %d %v", status, answer)
	}
	create := func(name string) int {
		status, err := s.do(http.MethodPost, "/api/collections/patients/records",
			map[string]any{"name": name, "birth_date": "1990-01-01"})
		if err != nil {
			t.Errorf("create %s: %v", name, err)
		}
		return status
	}
	if status := create("During"); status != http.StatusOK && status != http.StatusServiceUnavailable {
		t.Errorf("without descriptors a request is answered with %d", status)
	}
	for _, c := range idle {
		_ = c.Close()
	}
	time.Sleep(100 * time.Millisecond)
	if status := create("After"); status != http.StatusOK {
		t.Errorf("afterwards a request is answered with %d", status)
	}
	if status, answer := s.upload(t); status != http.StatusOK {
		t.Errorf("afterwards an upload is answered with %d %v", status, answer)
	}
	<-s.stop(t)
	run(t, "", nil, "verify", "--dir", dir).succeeded(t)
}

// upload sends a document of the patient pat1.
func (s *process) upload(t *testing.T) (status int, answer map[string]any) {
	t.Helper()
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	for name, value := range map[string]string{"patient": fixture.ID("pat1"), "kind": "other", "title": "Blood count"} {
		_ = parts.WriteField(name, value) // into memory
	}
	file, _ := parts.CreateFormFile("file", "count.txt")
	_, _ = file.Write([]byte("Haemoglobin 14 g/dl\n"))
	_ = parts.Close()
	request, err := http.NewRequest(http.MethodPost, "http://"+s.address+"/api/collections/documents/records", &form)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", parts.FormDataContentType())
	request.Header.Set("Authorization", s.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}
