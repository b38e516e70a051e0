// Package server_test runs the real binary as an operator does.
package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/hooks"
	"hospital/internal/kit"
	_ "hospital/migrations"
	"hospital/modules"
	"hospital/modules/audit"
)

var tempDir string

func TestMain(m *testing.M) {
	code := m.Run()
	if tempDir != "" {
		_ = os.RemoveAll(tempDir)
	}
	os.Exit(code)
}

// freeSpace is what the built hospital takes for the free space of every disk, in bytes (1 TiB).
const freeSpace = "1099511627776"

// binary is the hospital, built once; example is a data directory with the demo hospital.
var (
	binary = sync.OnceValue(func() string {
		var err error
		if tempDir, err = os.MkdirTemp("", "hospital"); err != nil {
			panic(err)
		}
		file := filepath.Join(tempDir, "hospital")
		build := exec.Command("go", "build", "-o", file, "-ldflags=-X hospital/internal/disk.assumed="+freeSpace, ".")
		build.Dir = "../.."
		if output, err := build.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("build the hospital: %v\n%s", err, output))
		}
		return file
	})
	example = sync.OnceValue(func() string {
		program := binary()
		dir := filepath.Join(tempDir, "demo")
		if output, err := exec.Command(program, "demo", "--small", "--dir", dir).CombinedOutput(); err != nil {
			panic(fmt.Sprintf("fill the demo hospital: %v\n%s", err, output))
		}
		return dir
	})
)

// demoData returns a data directory with a demo hospital of the test's own.
func demoData(t testing.TB) (dir string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs the binary")
	}
	dir = filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(example())); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(audit.KeyFile(example()))
	if err != nil {
		t.Fatal("read the key of the audit log:", err)
	}
	if err := os.WriteFile(audit.KeyFile(dir), key, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// result is how a command ended.
type result struct {
	code           int
	stdout, stderr string
}

func run(t testing.TB, stdin string, env []string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, binary(), args...)
	var stdout, stderr bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &stdout, &stderr
	c.Env = append(os.Environ(), env...)
	var failed *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &failed) {
		t.Fatalf("run %v: %v", args, err)
	}
	return result{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// refused fails the test unless a command exited with 1 and printed the reason.
func (r result) refused(t *testing.T, reason string) {
	t.Helper()
	message := strings.TrimSpace(r.stderr)
	if r.code != 1 || !strings.Contains(message, "hospital: ") || !strings.Contains(message, reason) ||
		strings.Contains(message, "panic") {
		t.Errorf("exited with %d and printed %q, want 1 and %q", r.code, message, reason)
	}
}

func (r result) succeeded(t testing.TB) {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exited with %d: %s%s", r.code, r.stderr, r.stdout)
	}
}

// openApp opens a data directory in this process while no server runs.
func openApp(t *testing.T, dir string, work func(app core.App)) {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		t.Fatal("open the data directory:", err)
	}
	kit.Register(app, modules.All)
	hooks.Register(app)
	work(app)
	if err := app.ClearBootstrap(); err != nil {
		t.Fatal("close the data directory:", err)
	}
}

// openDB connects to the database as another program would.
func openDB(t testing.TB, dir string) *dbx.DB {
	t.Helper()
	db, err := core.DefaultDBConnect(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal("connect:", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// queryOne returns the one value of a query.
func queryOne[T any](t testing.TB, db *dbx.DB, sql string, params dbx.Params) (value T) {
	t.Helper()
	if err := db.NewQuery(sql).Bind(params).Row(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}
