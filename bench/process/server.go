package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Server is a process that answers HTTP requests.
type Server struct {
	Address string        // host and port
	Ready   time.Duration // from its start to its first answer

	command []string
	env     []string
	process *exec.Cmd
	log     *os.File
}

// StartServer runs a command that serves on the given address, a free port, and answers
// /api/health. The process ends with the context.
func StartServer(
	ctx context.Context, log string, command func(address string) []string, env ...string,
) (*Server, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{Address: free.Addr().String(), env: env}
	s.command = command(s.Address)
	_ = free.Close()
	if s.log, err = os.Create(log); err != nil {
		return nil, err
	}
	return s, s.Restart(ctx)
}

// Restart starts the process again after Kill. It returns when the server answers.
func (s *Server) Restart(ctx context.Context) error {
	s.process = exec.CommandContext(ctx, s.command[0], s.command[1:]...)
	s.process.Env = append(os.Environ(), s.env...)
	s.process.Stdout, s.process.Stderr = s.log, s.log
	started := time.Now()
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start: %w; is it built?", err)
	}
	for time.Since(started) < 30*time.Second {
		if response, err := http.Get("http://" + s.Address + "/api/health"); err == nil {
			s.Ready = time.Since(started)
			return response.Body.Close()
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.Kill()
	return fmt.Errorf("%s does not answer", s.command[0])
}

// Kill ends the process without a shutdown, like a power failure.
func (s *Server) Kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// Stop interrupts the server and waits for its shutdown. It is an error when the process had
// already ended.
func (s *Server) Stop() error {
	defer s.log.Close()
	ended := s.process.Process.Signal(os.Interrupt)
	late := time.AfterFunc(10*time.Second, func() { _ = s.process.Process.Kill() })
	defer late.Stop()
	if err := errors.Join(ended, s.process.Wait()); err != nil {
		return fmt.Errorf("%s did not shut down cleanly: %w", s.command[0], err)
	}
	return nil
}

// Memory is the resident memory of the process, in bytes; 0 where /proc does not exist.
func (s *Server) Memory() int64 { return s.status("VmRSS:") }

// PeakMemory is the largest resident memory so far.
func (s *Server) PeakMemory() int64 { return s.status("VmHWM:") }

func (s *Server) status(name string) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	for line := range strings.Lines(string(status)) {
		if kib, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseInt(strings.Fields(kib)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}

// CPU is the processor time that the process has used; 0 where /proc does not exist.
func (s *Server) CPU() time.Duration { return CPUOf(strconv.Itoa(s.process.Process.Pid)) }

// CPUOf is the processor time that a process has used.
func CPUOf(pid string) time.Duration {
	stat, _ := os.ReadFile("/proc/" + pid + "/stat")
	_, after, _ := strings.Cut(string(stat), ") ") // the name before may contain spaces
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	const tick = 10 * time.Millisecond
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick
}
