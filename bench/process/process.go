// Package process runs the hospital's binary, and other servers, on 127.0.0.1 for the load tests.
package process

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
)

// Hospital is a server process with its data directory.
type Hospital struct {
	*Server
	binary, dir string
}

// Start serves a data directory on a free port. The log is serve.log in that directory. The
// process ends with the context.
func Start(ctx context.Context, binary, dir string, env ...string) (*Hospital, error) {
	s, err := StartServer(ctx, filepath.Join(dir, "serve.log"), func(address string) []string {
		return []string{binary, "serve", "--dir", dir, "--http=" + address}
	}, env...)
	return &Hospital{s, binary, dir}, err
}

// Run runs another command of the hospital on the same data and returns what it printed.
func (h *Hospital) Run(ctx context.Context, command ...string) (output []byte, err error) {
	return exec.CommandContext(ctx, h.binary, append(command, "--dir", h.dir)...).CombinedOutput()
}

// Verify runs the verify command and returns the violated invariants.
func (h *Hospital) Verify(ctx context.Context) (violations []string, err error) {
	output, err := h.Run(ctx, "verify")
	var failed *exec.ExitError
	if err == nil || !errors.As(err, &failed) {
		return nil, err
	}
	for line := range strings.Lines(string(bytes.TrimSpace(output))) {
		if !strings.HasPrefix(line, "ok") {
			violations = append(violations, "verify: "+strings.TrimSpace(line))
		}
	}
	return violations, nil
}
