package operations_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/operations"
)

func TestWhoAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operations.SetRate(h.App, 1)
	now := time.Now()
	h.At(now)
	ask := func(c hospitaltest.Client) hospitaltest.Response {
		return c.Unbound().Do(http.MethodPost, "/api/batch", hospitaltest.Body{"requests": []any{}})
	}
	for i := range 121 {
		for _, c := range []string{"nurse1", "nurse2"} { // each for themselves, from one address
			if answer := ask(h.As(c)); (answer.Status == http.StatusTooManyRequests) != (i == 120) {
				t.Fatalf("try %d of %s answered %d", i, c, answer.Status)
			}
		}
	}
	late := ask(h.As("nurse1").With("X-Forwarded-For", "10.9.8.7"))
	if late.Code("request") != "too_many_requests" || late.Header.Get("Retry-After") != "1" {
		t.Errorf("answered %s, to wait %s", late.Raw, late.Header.Get("Retry-After"))
	}
	h.As("nurse1").List("appointments", "").OK(t) // something else
	h.At(now.Add(time.Second))
	if answer := ask(h.As("nurse1")); answer.Status == http.StatusTooManyRequests {
		t.Error("who waited is not let in")
	}
	for i := range 31 {
		answer := h.As("guest").Unbound().With("X-Forwarded-For", fmt.Sprint("10.9.8.", i)).Do(http.MethodPost, "/api/collections/users/request-password-reset", nil)
		if (answer.Status == http.StatusTooManyRequests) != (i == 30) {
			t.Fatalf("try %d of a guest who says to be everywhere answered %d", i, answer.Status)
		}
	}
	operator := h.Operator()
	for range 125 {
		if answer := ask(operator); answer.Status == http.StatusTooManyRequests {
			t.Fatal("the operator has to wait")
		}
	}
}

func TestBodiesAreAsLargeAsTheyNeedToBe(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sized := func(bytes int) []byte { return []byte(`{"name":"` + strings.Repeat("x", bytes-11) + `"}`) }
	for _, c := range []struct {
		method, path string
		bytes        int
		large        bool
	}{
		{"POST", "/api/collections/users/auth-with-password", 16 << 10, false},
		{"POST", "/api/collections/users/auth-with-password", 16<<10 + 1, true},
		{"POST", "/api/collections/_pb_users_auth_/auth-with-password", 16<<10 + 1, true}, // by its other name
		{"PATCH", "/api/collections/patients/records/pat100000000000", 1 << 20, false},
		{"PATCH", "/api/collections/patients/records/pat100000000000", 1<<20 + 1, true},
		{"POST", "/api/collections/documents/records", 21 << 20, false},
		{"POST", "/api/collections/documents/records", 21<<20 + 1, true},
		{"POST", "/api/batch", 21<<20 + 1, true},
		{"POST", "/api/hospital/invitations/accept", 16<<10 + 1, true},
		{"POST", "/api/realtime", 1<<20 + 1, true},
		{"PATCH", "/api/collections/users/records/" + hospitaltest.ID("nurse1"), 1 << 20, false},
	} {
		answer := h.As("nurse1").Unbound().Do(c.method, c.path, sized(c.bytes))
		if (answer.Status == http.StatusRequestEntityTooLarge) != c.large {
			t.Errorf("%s %s with %d bytes answered %d", c.method, c.path, c.bytes, answer.Status)
		}
		if strings.Contains(string(answer.Raw), "could not be read") { // by all who read it
			t.Errorf("%s %s with %d bytes answered %s", c.method, c.path, c.bytes, answer.Raw)
		}
	}
}

// A proxy that keeps connections open would give the answer of a hidden request to
// somebody else.
func TestWhatIsLeftOfABodyIsNoRequest(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	hidden := "GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, path := range []string{"/api/collections/users/auth-with-password", "/api/nothing", "/api/collections/patients/records", "/"} {
		for _, size := range []int{20 << 10, 300 << 10, 2 << 20} {
			connection, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			_ = connection.SetDeadline(time.Now().Add(2 * time.Second))
			body := strings.Repeat(hidden, size/len(hidden))
			go func() { // it may be cut off
				_, _ = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
				_, _ = fmt.Fprint(connection, "GET /api/hospital/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") // a real one, so that nobody waits
			}()
			said, _ := io.ReadAll(connection)
			if strings.Contains(string(said), "healthy") {
				t.Errorf("%d bytes to %s: a request in them is answered", size, path)
			}
			if !strings.HasPrefix(string(said), "HTTP/1.1 ") && size < 300<<10 {
				t.Errorf("%d bytes to %s are not answered: %q", size, path, said)
			}
		}
	}
}

// Many clients read no answer before they have sent their body to its end.
func TestWhoSendsTooMuchIsToldSo(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	token, err := h.Record("users", hospitaltest.ID("nurse1")).NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
	const size = 24 << 20
	body := strings.NewReader(strings.Repeat("a", size))
	if _, err := fmt.Fprintf(connection, "POST /api/collections/documents/records HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", token, size); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(connection, body); err != nil {
		t.Fatal("the connection broke:", err)
	}
	if said, err := io.ReadAll(connection); !strings.HasPrefix(string(said), "HTTP/1.1 413 ") {
		t.Errorf("answered %.80q (%v)", said, err)
	}
}

// TestTheTableOfLimitsIsTheDocumentedOne, row by row and in the same order.
func TestTheTableOfLimitsIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("OPERATING.md")
	if err != nil {
		t.Fatal(err)
	}
	table := "| to | guests, by address | people | body |\n|---|---|---|---|\n"
	for _, l := range operations.Limits {
		table += fmt.Sprintf("| %s | %d | %d | %d KiB |\n", l.Says, l.Guest, l.Person, l.Body>>10)
	}
	if !strings.Contains(string(text), table) {
		t.Errorf("OPERATING.md does not have the table\n%s", table)
	}
}
