package server_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	_ "hospital/migrations"
)

// TestWritersGoOnBesideAnImportOfAHospital imports patients and their past visits while a server writes. With
// IMPORT_LOAD=40000 it is a whole hospital: that many patients and five times as many visits; `make import-load`.
func TestWritersGoOnBesideAnImportOfAHospital(t *testing.T) {
	patients := 1_000
	if all := os.Getenv("IMPORT_LOAD"); all != "" {
		patients, _ = strconv.Atoi(all)
	}
	dir := demoData(t)
	synthea := hospitaltest.NewSynthea(1, patients, 5*patients, false)
	s := serve(t, dir)
	s.signIn(t, "reception@hospital.example")
	alone := writeSteadily(t, s, dir)
	time.Sleep(time.Duration(patients/2_000) * time.Second)
	t.Log("without an import: ", summary(alone()))
	for _, f := range []struct{ kind, csv string }{
		{"doctors", synthea.Providers}, {"patients", synthea.Patients}, {"appointments", synthea.Encounters},
		{"patients", synthea.Patients},
	} {
		file := filepath.Join(t.TempDir(), f.kind+".csv")
		if err := os.WriteFile(file, []byte(f.csv), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"import", f.kind, file, "--dir", dir, "--source", "synthea"}
		for _, pair := range hospitaltest.Mappings[f.kind] {
			args = append(args, "--map", pair)
		}
		stop := writeSteadily(t, s, dir)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
		command := exec.CommandContext(ctx, binary(), args...) // #nosec G204 -- of this test
		began := time.Now()
		var output bytes.Buffer
		command.Stdout, command.Stderr = &output, &output
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		memory := peakMemory(command.Process.Pid)
		err := command.Wait()
		took := time.Since(began)
		cancel()
		waits := stop()
		if err != nil {
			t.Fatalf("import %s: %v: %s", f.kind, err, output.String())
		}
		t.Logf("%s in %s with %s: %s%s", f.kind, took.Round(time.Millisecond), <-memory, output.String(), summary(waits))
	}
	run(t, "", nil, "verify", "--dir", dir).succeeded(t)
}

// writeSteadily changes a patient through the server about 50 times a second, until stop is called. It returns how long
// each change took.
func writeSteadily(t *testing.T, s *process, dir string) (stop func() []time.Duration) {
	t.Helper()
	patient := queryOne[string](t, openDB(t, dir), "SELECT id FROM patients WHERE name = 'Tarek Aziz'", nil)
	done, waits := make(chan struct{}), make(chan []time.Duration)
	go func() {
		var took []time.Duration
		for n := 0; ; n++ {
			select {
			case <-done:
				waits <- took
				return
			case <-time.After(20 * time.Millisecond):
			}
			began := time.Now()
			status, answer, err := s.send(http.MethodPatch, "/api/collections/patients/records/"+patient,
				map[string]any{"phone": fmt.Sprint("+49 30 ", n)})
			if err != nil || status != http.StatusOK {
				t.Errorf("change answered %d %v %v", status, answer, err)
			}
			took = append(took, time.Since(began))
		}
	}()
	return func() []time.Duration {
		close(done)
		return <-waits
	}
}

// summary says how long writes took.
func summary(waits []time.Duration) string {
	if len(waits) == 0 {
		return "no writes"
	}
	slices.Sort(waits)
	over := 0
	for _, w := range waits {
		if w > 100*time.Millisecond {
			over++
		}
	}
	return fmt.Sprintf("%d writes, median %s, 99th %s, slowest %s, %d over 100ms", len(waits), waits[len(waits)/2],
		waits[len(waits)*99/100], waits[len(waits)-1], over)
}

// peakMemory is the largest resident memory of a process, when it has ended. It is looked up on Linux only.
func peakMemory(pid int) <-chan string {
	found := make(chan string, 1)
	go func() {
		last := "unknown memory"
		for {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // #nosec G304 -- of this test
			_, after, ok := strings.Cut(string(status), "VmHWM:")
			if err != nil || !ok {
				found <- last
				return
			}
			peak, _, _ := strings.Cut(after, "\n")
			last = strings.TrimSpace(peak)
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return found
}
