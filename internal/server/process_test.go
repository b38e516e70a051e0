package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hospital/internal/demo"
	_ "hospital/migrations"
)

// process is a running server.
type process struct {
	address string
	cmd     *exec.Cmd
	token   string // of the signed-in user
	stderr  syncBuffer
}

// syncBuffer can be read while a program writes to it.
type syncBuffer struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.text.String()
}

func serve(t testing.TB, dir string, env ...string) *process {
	t.Helper()
	return serveWith(t, dir, func(*exec.Cmd) {}, env...)
}

// serveWith serves after a change of the command.
func serveWith(t testing.TB, dir string, change func(*exec.Cmd), env ...string) *process {
	t.Helper()
	s := &process{address: freeAddress(t)}
	s.cmd = exec.Command(binary(), "serve", "--dir", dir, "--http="+s.address)
	s.cmd.Env, s.cmd.Stderr = append(
		append(os.Environ(), "HOSPITAL_RATE_LIMIT=0"),
		env...), &s.stderr // tests send more requests than people
	change(s.cmd)
	if err := s.cmd.Start(); err != nil {
		t.Fatal("serve:", err)
	}
	t.Cleanup(s.kill)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err := s.do(http.MethodGet, "/api/health", nil); err == nil {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not answer: ", s.stderr.String())
		}
	}
}

// freeAddress is an address that nothing listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	return listener.Addr().String()
}

// kill ends the server without warning.
func (s *process) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// stop sends SIGTERM; the channel receives how long the server took to stop.
func (s *process) stop(t *testing.T) <-chan time.Duration {
	t.Helper()
	started := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	done := make(chan time.Duration, 1)
	go func() {
		_ = s.cmd.Wait()
		done <- time.Since(started)
	}()
	return done
}

func (s *process) do(method, path string, body map[string]any) (status int, err error) {
	status, _, err = s.send(method, path, body)
	return status, err
}

func (s *process) send(method, path string, body map[string]any) (status int, answer map[string]any, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequest(method, "http://"+s.address+path, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", s.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	if raw, err = io.ReadAll(response.Body); err != nil {
		return 0, nil, err
	}
	return response.StatusCode, answer, json.Unmarshal(raw, &answer)
}

// header sends a request as a browser on another website would.
func (s *process) header(t *testing.T, method, path, origin string) (status int, header http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", s.token)
	request.Header.Set("Origin", origin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode, response.Header
}

// waitFor waits until the server has written a text to standard error.
func (s *process) waitFor(t testing.TB, text string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for ; !strings.Contains(s.stderr.String(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the server does not write %s: %s", text, s.stderr.String())
		}
	}
}

// signInOperator signs in the superuser of the demo hospital.
func (s *process) signInOperator(t testing.TB) {
	t.Helper()
	status, answer, err := s.send(
		http.MethodPost,
		"/api/collections/_superusers/auth-with-password",
		map[string]any{"identity": "operator@hospital.example", "password": "demo-hospital"},
	)
	if err != nil || status != http.StatusOK {
		t.Fatalf("sign in the operator: %d %v %v", status, answer, err)
	}
	s.token = answer["token"].(string)
}

func (s *process) signIn(t testing.TB, email string) {
	t.Helper()
	status, answer, err := s.send(
		http.MethodPost,
		"/api/collections/users/auth-with-password",
		map[string]any{"identity": email, "password": demo.Password},
	)
	if err != nil || status != http.StatusOK {
		t.Fatalf("sign in %s: %d %v %v", email, status, answer, err)
	}
	s.token = answer["token"].(string)
}
