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

// server is a running hospital.
type server struct {
	binary, dir, address string
	process              *exec.Cmd
	log                  *os.File
}

func serve(ctx context.Context, binary, dir string) (*server, error) {
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

// start returns when the server answers. The process ends with the context.
func (s *server) start(ctx context.Context) error {
	s.process = exec.CommandContext(ctx, s.binary, "serve", "--dir", s.dir, "--http="+s.address)
	s.process.Env = append(os.Environ(), "HOSPITAL_RATE_LIMIT=0") // 64 clients send more requests than people
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

// kill ends the server without warning.
func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// stop shuts the server down. It fails if the server had already exited.
func (s *server) stop() error {
	defer s.log.Close()
	ended := s.process.Process.Signal(os.Interrupt)
	late := time.AfterFunc(10*time.Second, func() { _ = s.process.Process.Kill() })
	defer late.Stop()
	if err := errors.Join(ended, s.process.Wait()); err != nil {
		return fmt.Errorf("the hospital did not end as it was told: %w", err)
	}
	return nil
}

// verify runs `hospital verify`.
func (s *server) verify(ctx context.Context) (broken []string, err error) {
	said, err := exec.CommandContext(ctx, s.binary, "verify", "--dir", s.dir).CombinedOutput()
	var failed *exec.ExitError
	if err == nil || !errors.As(err, &failed) {
		return nil, err
	}
	for line := range strings.Lines(string(bytes.TrimSpace(said))) {
		if !strings.HasPrefix(line, "ok") {
			broken = append(broken, "verify: "+strings.TrimSpace(line))
		}
	}
	return broken, nil
}
