package conformance_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/server"
)

// stream is an open realtime stream that is not subscribed yet.
type stream struct {
	client string
	ended  chan struct{}
}

// openStream opens a stream, until the test or the server ends it. The address may be empty.
func openStream(t testing.TB, server *httptest.Server, address string) (stream, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/realtime", nil)
	if err != nil {
		return stream{}, err
	}
	if address != "" {
		request.Header.Set("X-Real-IP", address)
	}
	answer, err := server.Client().Do(request)
	if err != nil {
		return stream{}, err
	}
	lines := bufio.NewReader(answer.Body)
	hello, err := lines.ReadString('\n')
	s := stream{strings.TrimSpace(strings.TrimPrefix(hello, "id:")), make(chan struct{})}
	if err != nil || answer.StatusCode != http.StatusOK {
		_ = answer.Body.Close()
		return s, fmt.Errorf("the stream answered %d %q: %w", answer.StatusCode, hello, err)
	}
	go func() {
		defer close(s.ended)
		defer answer.Body.Close()
		for err == nil {
			_, err = lines.ReadString('\n')
		}
	}()
	return s, nil
}

func mustOpenStream(t testing.TB, server *httptest.Server, address string) stream {
	t.Helper()
	s, err := openStream(t, server, address)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s stream) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

func (s stream) endsWithin(d time.Duration) bool {
	select {
	case <-s.ended:
		return true
	case <-time.After(d):
		return false
	}
}

func subscribe(c hospitaltest.Client, s stream, topics ...string) hospitaltest.Response {
	return c.Do(http.MethodPost, "/api/realtime", body{"clientId": s.client, "subscriptions": topics})
}

// streaming is a hospital whose streams are identified within a given time.
func streaming(t *testing.T, pending time.Duration) (*hospitaltest.Hospital, *httptest.Server) {
	t.Helper()
	h := hospitaltest.New(t)
	server.SetPendingTime(h.App, pending)
	h.App.Settings().TrustedProxy.Headers = []string{"X-Real-IP"}
	serving := httptest.NewServer(h.Handler)
	t.Cleanup(serving.Close)
	t.Cleanup(serving.CloseClientConnections)
	return h, serving
}

func TestStreamsThatNobodyUsesAreClosed(t *testing.T) {
	t.Parallel()
	h, serving := streaming(t, 500*time.Millisecond)
	silent, guest, public, account := mustOpenStream(t, serving, ""), mustOpenStream(t, serving, ""),
		mustOpenStream(t, serving, ""), mustOpenStream(t, serving, "")
	subscribe(h.As("guest"), guest, "patients/*", "nothing/*").OK(t)
	subscribe(h.As("guest"), public, "doctors/*").OK(t)
	subscribe(h.As("patient1"), account, "appointments/*").OK(t)
	for what, s := range map[string]stream{"silent": silent, "of a guest without public topics": guest} {
		if !s.endsWithin(5 * time.Second) {
			t.Errorf("the stream %s stays open", what)
		}
	}
	time.Sleep(silence)
	if public.hasEnded() || account.hasEnded() {
		t.Errorf("closed: the public stream %v, the account's stream %v", public.hasEnded(), account.hasEnded())
	}
	if n := h.App.SubscriptionsBroker().TotalClients(); n != 2 {
		t.Errorf("%d streams are registered", n)
	}
}

func TestAnAddressHasFourGuestStreams(t *testing.T) {
	t.Parallel()
	h, serving := streaming(t, time.Minute)
	const address = "2001:db8::1"
	from := func(account, address string) hospitaltest.Client { return h.As(account).With("X-Real-IP", address) }
	var guests []stream
	for range 4 {
		guests = append(guests, mustOpenStream(t, serving, address))
		subscribe(from("guest", address), guests[len(guests)-1], "doctors/*").OK(t)
	}
	subscribe(from("guest", address), guests[0], "departments/*").OK(t) // one of the four
	fifth := mustOpenStream(t, serving, "2001:db8::2")                  // the same network
	answer := subscribe(from("guest", "2001:db8::2"), fifth, "doctors/*")
	if answer.Status != http.StatusTooManyRequests || answer.Code("clientId") != "too_many_streams" ||
		answer.Header.Get("Retry-After") != "1" {
		t.Errorf("the fifth answered %d %s, Retry-After %s", answer.Status, answer.Raw, answer.Header.Get("Retry-After"))
	}
	subscribe(from("patient1", "2001:db8::2"), fifth, "appointments/*").OK(t) // an account is not a guest
	other := mustOpenStream(t, serving, "2001:db8:0:1::1")
	subscribe(from("guest", "2001:db8:0:1::1"), other, "doctors/*").OK(t)
	subscribe(from("patient1", address), guests[1], "appointments/*").OK(t) // signing in makes room
	another := mustOpenStream(t, serving, address)
	subscribe(from("guest", address), another, "doctors/*").OK(t)
}

func TestAnAccountHasEightStreams(t *testing.T) {
	t.Parallel()
	h, serving := streaming(t, time.Minute)
	patient := h.As("patient1")
	for range 8 {
		subscribe(patient, mustOpenStream(t, serving, ""), "appointments/*").OK(t)
	}
	ninth := mustOpenStream(t, serving, "")
	answer := subscribe(patient, ninth, "appointments/*")
	if answer.Status != http.StatusTooManyRequests || answer.Code("clientId") != "too_many_streams" {
		t.Errorf("the ninth answered %d %s", answer.Status, answer.Raw)
	}
	subscribe(h.As("patient2"), ninth, "appointments/*").OK(t)
	operator := h.Operator()
	for range 9 {
		subscribe(operator, mustOpenStream(t, serving, ""), "appointments/*").OK(t)
	}
}

func TestTopicsOfAStreamAreBounded(t *testing.T) {
	t.Parallel()
	h, serving := streaming(t, time.Minute)
	s := mustOpenStream(t, serving, "")
	many := func(n int) (topics []string) {
		for i := range n {
			options := `{"query":{"filter":"number != 'A-` + fmt.Sprint(i) + `'","expand":"patient,doctor"}}`
			topics = append(topics, "appointments/*?options="+url.QueryEscape(options)) // as the JavaScript SDK writes it
		}
		return topics
	}
	long := func(n int) string { return "appointments/" + strings.Repeat("ü", n-len("appointments/")) }
	for what, c := range map[string]struct {
		topics []string
		status int
	}{
		"30 topics of the SDK": {many(30), http.StatusNoContent},
		"50 topics":            {many(50), http.StatusNoContent},
		"51 topics":            {many(51), http.StatusBadRequest},
		"500 characters":       {[]string{long(500)}, http.StatusNoContent},
		"501 characters":       {[]string{long(501)}, http.StatusBadRequest},
	} {
		answer := subscribe(h.As("patient1").SkipContract(), s, c.topics...)
		if answer.Status != c.status || answer.Status >= 400 && answer.Code("subscriptions") != "validation_length_too_long" {
			t.Errorf("%s answered %d %s", what, answer.Status, answer.Raw)
		}
	}
}

func TestStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	h, serving := streaming(t, time.Minute)
	token := func(d time.Duration) hospitaltest.Client {
		token, err := h.Record("users", hospitaltest.ID("patient1")).NewStaticAuthToken(d)
		if err != nil {
			t.Fatal(err)
		}
		return h.WithToken("Bearer " + token)
	}
	short, renewed, long := mustOpenStream(t, serving, ""), mustOpenStream(t, serving, ""), mustOpenStream(t, serving, "")
	subscribe(token(2*time.Second), short, "appointments/*").OK(t)
	subscribe(token(2*time.Second), renewed, "appointments/*").OK(t)
	subscribe(token(time.Hour), renewed, "appointments/*").OK(t)
	subscribe(token(time.Hour), long, "appointments/*").OK(t)
	if !short.endsWithin(10 * time.Second) {
		t.Error("a stream outlives its token")
	}
	time.Sleep(silence)
	if renewed.hasEnded() || long.hasEnded() {
		t.Errorf("closed too early: the renewed one %v, the long one %v", renewed.hasEnded(), long.hasEnded())
	}
	h.As("admin1").Update("users", hospitaltest.ID("patient1"), body{"status": "suspended"}).OK(t)
	if !long.endsWithin(5*time.Second) || !renewed.endsWithin(5*time.Second) {
		t.Error("a stream outlives the account's sessions")
	}
}
