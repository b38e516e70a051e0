package operations_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
)

// began sends a request of which the end is missing.
func began(t *testing.T, s *server, method, path, body string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", method, path, s.address, s.token, len(body), body[:len(body)/2])
	return c
}

// end asks a server to stop, and answers when it has, and how long it took.
func (s *server) end(t *testing.T) <-chan time.Duration {
	t.Helper()
	asked := time.Now()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	done := make(chan time.Duration, 1)
	go func() {
		_ = s.process.Wait()
		done <- time.Since(asked)
	}()
	return done
}

func TestAServerThatStopsFinishesWhatItBegan(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	s := serve(t, dir)
	stream, err := http.Get("http://" + s.address + "/api/realtime") // would last for ever
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	if hello, err := bufio.NewReader(stream.Body).ReadString('\n'); err != nil {
		t.Fatal(hello, err)
	}
	s.signIn(t, "reception@hospital.example")
	id := answered[string](t, outside(t, dir), "SELECT id FROM patients LIMIT 1", nil)
	body := `{"phone":"555 0100"}`
	c := began(t, s, http.MethodPatch, "/api/collections/patients/records/"+id, body)
	time.Sleep(200 * time.Millisecond) // it arrives
	stopped := s.end(t)
	time.Sleep(1500 * time.Millisecond) // more than PocketBase would wait
	if c, err := net.DialTimeout("tcp", s.address, time.Second); err == nil {
		_ = c.Close()
		t.Error("a server that stops takes new requests")
	}
	if _, err := io.WriteString(c, body[len(body)/2:]); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(line, " 200 ") {
		t.Errorf("the request was answered %q: %v", line, err)
	}
	if took := <-stopped; took > 5*time.Second {
		t.Errorf("to stop took %s", took)
	}
	if code := s.process.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it exited with %d", code)
	}
	if got := answered[string](t, outside(t, dir), "SELECT phone FROM patients WHERE id = {:id}", dbx.Params{"id": id}); got != "555 0100" {
		t.Errorf("what was acknowledged is %q", got)
	}
	if said := s.said.String(); !strings.Contains(said, `"msg":"stopped"`) {
		t.Errorf("it said %s", said)
	}
}

func TestARequestThatNeverEndsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	s := serve(t, furnished(t), "HOSPITAL_STOP_TIMEOUT=1s")
	began(t, s, http.MethodPost, "/api/collections/users/auth-with-password", `{"identity":"somebody"}`)
	time.Sleep(200 * time.Millisecond)
	if took := <-s.end(t); took < time.Second || took > 5*time.Second {
		t.Errorf("to stop took %s", took)
	}
	if said := s.said.String(); !strings.Contains(said, "cut off") {
		t.Errorf("it said %s", said)
	}
}
