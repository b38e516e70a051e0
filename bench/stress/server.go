package main

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
	"strings"
	"time"
)

// server is a hospital process that serves a data directory.
type server struct {
	binary, dir, address string
	process              *exec.Cmd
	log                  *os.File
}

func startServer(ctx context.Context, binary, dir string) (*server, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{binary: binary, dir: dir, address: free.Addr().String()}
	_ = free.Close()
	if s.log, err = os.Create(filepath.Join(dir, "serve.log")); err != nil {
		return nil, err
	}
	return s, s.start(ctx)
}

// start returns when the hospital answers. The process ends with the context.
func (s *server) start(ctx context.Context) error {
	s.process = exec.CommandContext(ctx, s.binary, "serve", "--dir", s.dir, "--http="+s.address)
	s.process.Env = append(os.Environ(), "HOSPITAL_RATE_LIMIT=0") // the clients send more than people do
	s.process.Stdout, s.process.Stderr = s.log, s.log
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("serve: %w; is it built?", err)
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if response, err := http.Get("http://" + s.address + "/api/health"); err == nil {
			return response.Body.Close()
		}
	}
	s.kill()
	return errors.New("the hospital does not answer")
}

// kill ends the process without a shutdown, like a power failure.
func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// stop interrupts the hospital and waits for its shutdown. It is an error when the process had
// already ended.
func (s *server) stop() error {
	defer s.log.Close()
	ended := s.process.Process.Signal(os.Interrupt)
	late := time.AfterFunc(10*time.Second, func() { _ = s.process.Process.Kill() })
	defer late.Stop()
	if err := errors.Join(ended, s.process.Wait()); err != nil {
		return fmt.Errorf("the hospital did not shut down cleanly: %w", err)
	}
	return nil
}

// verify runs the verify command and returns the violated invariants.
func (s *server) verify(ctx context.Context) (violations []string, err error) {
	output, err := exec.CommandContext(ctx, s.binary, "verify", "--dir", s.dir).CombinedOutput()
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
