package server_test

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
	"hospital/internal/server"
	_ "hospital/migrations"
)

func TestTooManyRequestsAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server.SetRate(h.App, 1)
	now := time.Now()
	h.At(now)
	ask := func(c hospitaltest.Client) hospitaltest.Response {
		return c.SkipContract().Do(http.MethodPost, "/api/batch", hospitaltest.Body{"requests": []any{}})
	}
	for i := range 121 {
		for _, c := range []string{"nurse1", "nurse2"} { // counted separately, from one address
			if answer := ask(h.As(c)); (answer.Status == http.StatusTooManyRequests) != (i == 120) {
				t.Fatalf("try %d of %s answered %d", i, c, answer.Status)
			}
		}
	}
	late := ask(h.As("nurse1").With("X-Forwarded-For", "10.9.8.7"))
	if late.Code("request") != "too_many_requests" || late.Header.Get("Retry-After") != "1" {
		t.Errorf("answered %s, Retry-After %s", late.Raw, late.Header.Get("Retry-After"))
	}
	h.As("nurse1").List("appointments", "").OK(t) // another limit
	h.At(now.Add(time.Second))
	if answer := ask(h.As("nurse1")); answer.Status == http.StatusTooManyRequests {
		t.Error("still refused after the wait")
	}
	for i := range 31 {
		answer := h.As(
			"guest",
		).SkipContract().With(
			"X-Forwarded-For",
			fmt.Sprint("10.9.8.", i),
		).Do(
			http.MethodPost,
			"/api/collections/users/request-password-reset",
			nil,
		)
		if (answer.Status == http.StatusTooManyRequests) != (i == 30) {
			t.Fatalf("try %d of a guest with forged addresses answered %d", i, answer.Status)
		}
	}
	operator := h.Operator()
	for range 125 {
		if answer := ask(operator); answer.Status == http.StatusTooManyRequests {
			t.Fatal("a superuser is limited")
		}
	}
}

func TestAddressesOfOneNetworkAreLimitedTogether(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server.SetRate(h.App, 1)
	h.At(time.Now())
	h.App.Settings().TrustedProxy.Headers = []string{"X-Real-IP"}
	from := func(address string) int {
		guest := h.As("guest").SkipContract().With("X-Real-IP", address)
		return guest.Do(http.MethodPost, "/api/collections/users/request-password-reset", nil).Status
	}
	for i := range 30 {
		if from(fmt.Sprintf("2001:db8::%x", i)) == http.StatusTooManyRequests ||
			from([]string{"192.0.2.1", "::ffff:192.0.2.1"}[i%2]) == http.StatusTooManyRequests {
			t.Fatalf("request %d is refused", i)
		}
	}
	for address, refused := range map[string]bool{
		"2001:db8::ffff:ffff:ffff:ffff": true, "2001:db8:0:1::1": false,
		"192.0.2.1": true, "::ffff:192.0.2.1": true, "192.0.2.2": false,
	} {
		if got := from(address) == http.StatusTooManyRequests; got != refused {
			t.Errorf("%s: refused %v", address, got)
		}
	}
}

func TestLargeBodiesAreRefused(t *testing.T) {
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
		{"POST", "/api/collections/_pb_users_auth_/auth-with-password", 16<<10 + 1, true}, // by its id
		{"PATCH", "/api/collections/patients/records/pat100000000000", 1 << 20, false},
		{"PATCH", "/api/collections/patients/records/pat100000000000", 1<<20 + 1, true},
		{"POST", "/api/collections/documents/records", 4 << 20, false},
		{"POST", "/api/collections/documents/records", 4<<20 + 1, true},
		{"POST", "/api/batch", 4 << 20, false},
		{"POST", "/api/batch", 4<<20 + 1, true},
		{"POST", "/api/hospital/invitations/accept", 16<<10 + 1, true},
		{"POST", "/api/realtime", 1<<20 + 1, true},
		{"PATCH", "/api/collections/users/records/" + hospitaltest.ID("nurse1"), 1 << 20, false},
	} {
		answer := h.As("nurse1").SkipContract().Do(c.method, c.path, sized(c.bytes))
		if (answer.Status == http.StatusRequestEntityTooLarge) != c.large {
			t.Errorf("%s %s with %d bytes answered %d", c.method, c.path, c.bytes, answer.Status)
		}
		if strings.Contains(string(answer.Raw), "could not be read") { // several handlers read it
			t.Errorf("%s %s with %d bytes answered %s", c.method, c.path, c.bytes, answer.Raw)
		}
	}
	for bytes, large := range map[int]bool{21 << 20: false, 21<<20 + 1: true} {
		form := h.As("nurse1").SkipContract().With("Content-Type", "multipart/form-data; boundary=b")
		answer := form.Do(http.MethodPost, "/api/collections/documents/records", make([]byte, bytes))
		if (answer.Status == http.StatusRequestEntityTooLarge) != large {
			t.Errorf("a form of %d bytes answered %d", bytes, answer.Status)
		}
	}
}

// Otherwise a proxy that reuses connections would give the answer of the hidden
// request to another client.
func TestRestOfABodyIsNotTakenForARequest(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	hidden := "GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, path := range []string{
		"/api/collections/users/auth-with-password", "/api/nothing", "/api/collections/patients/records", "/",
	} {
		for _, size := range []int{20 << 10, 300 << 10, 2 << 20} {
			connection, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			_ = connection.SetDeadline(time.Now().Add(2 * time.Second))
			body := strings.Repeat(hidden, size/len(hidden))
			go func() { // may fail: the server may close the connection
				_, _ = fmt.Fprintf(
					connection,
					"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
					path,
					len(body),
					body,
				)
				_, _ = fmt.Fprint(
					connection,
					"GET /api/hospital/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
				) // a real one, so that the server answers and closes
			}()
			answer, _ := io.ReadAll(connection)
			if strings.Contains(string(answer), "healthy") {
				t.Errorf("%d bytes to %s: a request inside them was answered", size, path)
			}
			if !strings.HasPrefix(string(answer), "HTTP/1.1 ") && size < 300<<10 {
				t.Errorf("%d bytes to %s are not answered: %q", size, path, answer)
			}
		}
	}
}

// Many clients read the answer only after they have sent the whole body.
func TestLargeBodyIsReadToTheEndAndAnswered(t *testing.T) {
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
	_, err = fmt.Fprintf(connection, "POST /api/collections/documents/records HTTP/1.1\r\nHost: x\r\n"+
		"Authorization: %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n", token, size)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(connection, body); err != nil {
		t.Fatal("the connection broke:", err)
	}
	if answer, err := io.ReadAll(connection); !strings.HasPrefix(string(answer), "HTTP/1.1 413 ") {
		t.Errorf("answered %.80q (%v)", answer, err)
	}
}

func TestLimitsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	table := "| to | guests, by address | users | body |\n|---|---|---|---|\n"
	for _, l := range server.Limits {
		table += fmt.Sprintf("| %s | %d | %d | %d KiB |\n", l.Description, l.Guest, l.User, l.Body>>10)
	}
	if !strings.Contains(string(text), table) {
		t.Errorf("docs/operating.md does not have the table\n%s", table)
	}
}
