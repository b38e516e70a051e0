// Package process runs the hospital's binary on 127.0.0.1 for the load tests.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Hospital is a server process with its data directory.
type Hospital struct {
	Address string // host and port

	binary, dir string
	env         []string
	process     *exec.Cmd
	log         *os.File
}

// Start serves a data directory on a free port. The log is serve.log in that directory. The
// process ends with the context.
func Start(ctx context.Context, binary, dir string, env ...string) (*Hospital, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &Hospital{Address: free.Addr().String(), binary: binary, dir: dir, env: env}
	_ = free.Close()
	if h.log, err = os.Create(filepath.Join(dir, "serve.log")); err != nil {
		return nil, err
	}
	return h, h.Restart(ctx)
}

// Restart starts the process again after Kill. It returns when the hospital answers.
func (h *Hospital) Restart(ctx context.Context) error {
	h.process = exec.CommandContext(ctx, h.binary, "serve", "--dir", h.dir, "--http="+h.Address)
	h.process.Env = append(os.Environ(), h.env...)
	h.process.Stdout, h.process.Stderr = h.log, h.log
	if err := h.process.Start(); err != nil {
		return fmt.Errorf("serve: %w; is it built?", err)
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if response, err := http.Get("http://" + h.Address + "/api/health"); err == nil {
			return response.Body.Close()
		}
	}
	h.Kill()
	return errors.New("the hospital does not answer")
}

// Kill ends the process without a shutdown, like a power failure.
func (h *Hospital) Kill() {
	_ = h.process.Process.Kill()
	_ = h.process.Wait()
}

// Stop interrupts the hospital and waits for its shutdown. It is an error when the process had
// already ended.
func (h *Hospital) Stop() error {
	defer h.log.Close()
	ended := h.process.Process.Signal(os.Interrupt)
	late := time.AfterFunc(10*time.Second, func() { _ = h.process.Process.Kill() })
	defer late.Stop()
	if err := errors.Join(ended, h.process.Wait()); err != nil {
		return fmt.Errorf("the hospital did not shut down cleanly: %w", err)
	}
	return nil
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

// Memory is the resident memory of the process, in bytes; 0 where /proc does not exist.
func (h *Hospital) Memory() int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.process.Process.Pid))
	for line := range strings.Lines(string(status)) {
		if kib, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(kib)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}
