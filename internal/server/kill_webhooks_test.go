package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// receivedEvent is a request to a receiver of webhooks.
type receivedEvent struct{ id, subject, body string }

// slowReceiver takes its time to answer, so that the server can be killed meanwhile.
type slowReceiver struct {
	*httptest.Server
	begun    chan struct{} // a request has arrived and is not answered yet
	lock     sync.Mutex
	received []receivedEvent
}

func newSlowReceiver(t *testing.T) *slowReceiver {
	t.Helper()
	r := &slowReceiver{begun: make(chan struct{}, 1)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil { // the server was killed while it wrote
			return
		}
		var event struct{ ID, Subject string }
		if err := json.Unmarshal(body, &event); err != nil || event.ID != request.Header.Get("Webhook-Id") {
			t.Errorf("the event is %s, its header %v: %v", body, request.Header, err)
		}
		r.lock.Lock()
		r.received = append(r.received, receivedEvent{event.ID, event.Subject, string(body)})
		r.lock.Unlock()
		select {
		case r.begun <- struct{}{}:
		default:
		}
		time.Sleep(60 * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(r.Close)
	return r
}

// The server is killed while it sends events, again and again: each event that was acknowledged arrives at least once,
// with one id and one body, and after the earlier ones of its subject.
func TestNoEventIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	r := newSlowReceiver(t)
	s := serve(t, dir)
	s.signIn(t, "admin@hospital.example")
	status, webhook, err := s.send(http.MethodPost, "/api/collections/webhooks/records",
		map[string]any{"name": "Gateway", "url": r.URL, "events": []string{"hospital.appointment.cancelled"}, "active": true})
	if err != nil || status != http.StatusOK {
		t.Fatalf("create a webhook: %d %v %v", status, webhook, err)
	}
	visits := s.list(t, "appointments", "status = 'approved' && starts > @now")
	events, acknowledged := 0, 0
	cause := func(method, path string, body map[string]any) {
		events++
		if status, _ := s.do(method, path, body); status >= 200 && status < 300 {
			acknowledged++
		}
	}
	const kills = 4
	for round := range kills {
		select { // what was received before
		case <-r.begun:
		default:
		}
		if round < len(visits) {
			cause(http.MethodPatch, fmt.Sprintf("/api/collections/appointments/records/%s", visits[round]["id"]),
				map[string]any{"status": "cancelled", "cancel_code": "hospital", "cancel_note": "The doctor is ill."})
		}
		for range 4 {
			cause(http.MethodPost, fmt.Sprintf("/api/hospital/webhooks/%s/test", webhook["id"]), nil)
		}
		select {
		case <-r.begun:
		case <-time.After(20 * time.Second):
			t.Fatal("nothing is sent: ", s.stderr.String())
		}
		s.kill()
		s = serve(t, dir)
		s.signIn(t, "admin@hospital.example")
	}
	waiting := fmt.Sprintf("webhook = '%s' && status = 'pending'", webhook["id"])
	for deadline := time.Now().Add(50 * time.Second); len(s.list(t, "webhook_deliveries", waiting)) > 0; {
		if time.Now().After(deadline) {
			t.Fatal("deliveries wait: ", s.list(t, "webhook_deliveries", waiting))
		}
		time.Sleep(100 * time.Millisecond)
	}
	deliveries := s.list(t, "webhook_deliveries", fmt.Sprintf("webhook = '%s'", webhook["id"]))
	if len(deliveries) < acknowledged || len(deliveries) > events || acknowledged < 3*kills {
		t.Errorf("of %d events %d were acknowledged, and there are %d deliveries", events, acknowledged, len(deliveries))
	}
	r.check(t, deliveries)
	<-s.stop(t)
	run(t, "", nil, "verify", "--dir", dir).succeeded(t)
}

// check compares what was received with the deliveries, which are in their order.
func (r *slowReceiver) check(t *testing.T, deliveries []map[string]any) {
	t.Helper()
	r.lock.Lock()
	defer r.lock.Unlock()
	first, bodies, last := map[string]int{}, map[string]string{}, map[string]int{}
	for i, e := range r.received {
		if body, known := bodies[e.id]; known && body != e.body {
			t.Errorf("another try of %s has another body", e.id)
		} else if !known {
			first[e.id], bodies[e.id] = i, e.body
		}
	}
	if len(r.received) == len(first) {
		t.Error("no event was sent again: the server was not killed during a delivery")
	}
	if len(first) != len(deliveries) {
		t.Errorf("%d events were received, want %d", len(first), len(deliveries))
	}
	for _, d := range deliveries {
		id, subject := d["event"].(string), d["subject"].(string)
		at, received := first[id]
		if !received || d["status"] != "sent" {
			t.Errorf("the event %s is %s, received: %v", id, d["status"], received)
		}
		if before, known := last[subject]; known && at < before {
			t.Errorf("an event of %s was received before an earlier one", subject)
		}
		last[subject] = at
	}
}

// list reads records, in the order of their number or time.
func (s *process) list(t *testing.T, collection, filter string) (items []map[string]any) {
	t.Helper()
	sort := map[string]string{"webhook_deliveries": "number", "appointments": "starts"}[collection]
	status, answer, err := s.send(http.MethodGet, fmt.Sprintf("/api/collections/%s/records?perPage=500&sort=%s&filter=%s",
		collection, sort, url.QueryEscape(filter)), nil)
	if err != nil || status != http.StatusOK {
		t.Fatalf("list %s: %d %v %v", collection, status, answer, err)
	}
	for _, item := range answer["items"].([]any) {
		items = append(items, item.(map[string]any))
	}
	return items
}
