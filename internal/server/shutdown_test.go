package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	_ "hospital/migrations"
)

// startRequest sends a request without the end of its body.
func startRequest(t *testing.T, s *process, method, path, body string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	fmt.Fprintf(
		c,
		"%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method,
		path,
		s.address,
		s.token,
		len(body),
		body[:len(body)/2],
	)
	return c
}

func TestShutdownFinishesRequestsInFlight(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	s := serve(t, dir)
	stream, err := http.Get("http://" + s.address + "/api/realtime") // never ends by itself
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	lines := bufio.NewReader(stream.Body)
	hello, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(hello, err)
	}
	s.signIn(t, "reception@hospital.example")
	client := strings.TrimSpace(strings.TrimPrefix(hello, "id:"))
	listening := `{"clientId":"` + client + `","subscriptions":["patients/*"]}`
	subscribe, err := http.NewRequest(http.MethodPost, "http://"+s.address+"/api/realtime", strings.NewReader(listening))
	if err != nil {
		t.Fatal(err)
	}
	subscribe.Header.Set("Authorization", s.token)
	subscribe.Header.Set("Content-Type", "application/json")
	subscribed, err := http.DefaultClient.Do(subscribe)
	if err != nil || subscribed.StatusCode != http.StatusNoContent {
		t.Fatal(subscribed, err)
	}
	_ = subscribed.Body.Close()
	id := queryOne[string](t, openDB(t, dir), "SELECT id FROM patients LIMIT 1", nil)
	body := `{"phone":"555 0100"}`
	c := startRequest(t, s, http.MethodPatch, "/api/collections/patients/records/"+id, body)
	time.Sleep(200 * time.Millisecond) // until it arrives
	stopped := s.stop(t)
	time.Sleep(1500 * time.Millisecond) // longer than PocketBase alone would wait
	if c, err := net.DialTimeout("tcp", s.address, time.Second); err == nil {
		_ = c.Close()
		t.Error("a stopping server accepts new requests")
	}
	if _, err := io.WriteString(c, body[len(body)/2:]); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(line, " 200 ") {
		t.Errorf("the request was answered %q: %v", line, err)
	}
	if took := <-stopped; took > 5*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if _, err := io.Copy(io.Discard, lines); err != nil { // it has a proper end, after which a client connects again
		t.Errorf("the stream ended with %v", err)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it exited with %d", code)
	}
	got := queryOne[string](t, openDB(t, dir), "SELECT phone FROM patients WHERE id = {:id}", dbx.Params{"id": id})
	if got != "555 0100" {
		t.Errorf("the acknowledged value is %q", got)
	}
	if log := s.stderr.String(); !strings.Contains(log, `"msg":"stopped"`) {
		t.Errorf("it wrote %s", log)
	}
}

func TestShutdownCutsRequestsAfterTheTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, demoData(t), "HOSPITAL_STOP_TIMEOUT=1s")
	startRequest(t, s, http.MethodPost, "/api/collections/users/auth-with-password", `{"identity":"somebody"}`)
	time.Sleep(200 * time.Millisecond)
	if took := <-s.stop(t); took < time.Second || took > 5*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if log := s.stderr.String(); !strings.Contains(log, "cut off") {
		t.Errorf("it wrote %s", log)
	}
}
