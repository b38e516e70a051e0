package datadir

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lockFile is locked by the server that serves a directory. The system unlocks it when the
// process ends, however it ends; the line in it is removed by a server that stops.
const lockFile = "server.lock"

// Lock is the right to serve a directory.
type Lock struct {
	file *flock.Flock
	// Stopped says that the server before this one stopped, and was not killed.
	Stopped bool
}

// Serve locks a directory for one server.
func Serve(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	l := &Lock{file: flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))}
	locked, err := l.file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", l.file.Path(), err)
	}
	before, _ := os.ReadFile(l.file.Path())
	if !locked {
		return nil, fmt.Errorf("another server serves %s (%s). Only one can: stop it, or give this one another --dir",
			dir, strings.TrimSpace(string(before)))
	}
	l.Stopped = len(before) == 0
	line := fmt.Sprintf("process %d since %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
	return l, os.WriteFile(l.file.Path(), []byte(line), 0o600)
}

// Release says that the server stopped, and unlocks the directory.
func (l *Lock) Release() error {
	if err := os.Truncate(l.file.Path(), 0); err != nil {
		return err
	}
	return l.file.Unlock()
}

// Served says that a server serves a directory now.
func Served(dir string) bool {
	probe := flock.New(filepath.Join(dir, lockFile))
	if _, err := os.Stat(probe.Path()); err != nil {
		return false
	}
	free, err := probe.TryLock()
	if free {
		_ = probe.Unlock()
	}
	return err == nil && !free
}
