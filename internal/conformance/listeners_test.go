package conformance_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/broadcast"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

// hearing is a hospital with a server for streams.
func hearing(t *testing.T) (*hospitaltest.Hospital, *httptest.Server) {
	t.Helper()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	return h, server
}

// all waits for n events and returns them.
func (l *listener) all(t testing.TB, n int) (events []event) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); len(events) < n; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d events were received, want %d", len(events), n)
		}
		l.mu.Lock()
		events = slices.Clone(l.events)
		l.mu.Unlock()
	}
	return events
}

// How many statements a change costs does not depend on how many people listen to it.
func TestAChangeReadsOnceWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	h, server := hearing(t)
	for name, c := range map[string]struct {
		collection, record, field, writer string

		max int // statements of all deliveries
	}{
		"own":  {"appointments", "booked1", "staff_note", "receptionist1", 2}, // the patient's and the doctor's account
		"care": {"allergies", "allergy1", "reaction", "nurse1", 2},            // the patient's, and those of the care team
		"all":  {"doctors", "dr1", "bio", "admin1", 0},
	} {
		id := hospitaltest.ID(c.record)
		write := func() int {
			return len(h.Statements(func() {
				h.As(c.writer).Update(c.collection, id, body{c.field: fmt.Sprint("text ", serial())}).OK(t)
			}))
		}
		write() // fills the caches of the process
		alone := write()
		for _, account := range hospitaltest.Accounts {
			for range 2 {
				subscribe(h.As(account), mustOpenStream(t, server, ""), c.collection+"/*", c.collection+"/"+id).OK(t)
			}
		}
		if with := write(); with > alone+c.max {
			t.Errorf("%s: a change takes %d statements, and %d with 24 listeners", name, alone, with)
		}
	}
}

// The answer to a change does not wait for its listeners.
func TestTheAnswerDoesNotWaitForListeners(t *testing.T) {
	t.Parallel()
	h, server := hearing(t)
	l := listen(t, h, server, "doctor1", "appointments/*")
	answered := make(chan struct{})
	kit.OnDelivery(h.App, func(core.App, *core.Record, *core.Record) { <-answered })
	h.As("receptionist1").Update("appointments", hospitaltest.ID("booked1"), body{"staff_note": "X-ray"}).OK(t)
	h.As("receptionist1").Update("appointments", hospitaltest.ID("booked1"), body{"staff_note": "no X-ray"}).OK(t)
	close(answered)
	if events := l.all(t, 2); events[1].Record["staff_note"] != "no X-ray" {
		t.Errorf("received %v", events)
	}
}

// Every kind of listener gets every change, in the order of the commits.
func TestChangesArriveInTheOrderOfTheirCommits(t *testing.T) {
	t.Parallel()
	h, server := hearing(t)
	id := hospitaltest.ID("booked1")
	listeners := map[string]*listener{
		"plain":  listen(t, h, server, "doctor1", "appointments/*"),
		"single": listen(t, h, server, "nurse1", "appointments/"+id),
		"filter": listen(t, h, server, "nurse2", `appointments/*?options={"query":{"filter":"doctor.name='Dr. 1'"}}`),
		"expand": listen(t, h, server, "doctor1", `appointments/*?options={"query":{"expand":"patient,doctor"}}`),
	}
	const writers, each = 6, 10
	first := h.Record("appointments", id).GetInt("version")
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				note := body{"staff_note": fmt.Sprint(w, " ", i)}
				for h.As("receptionist1").Update("appointments", id, note).Status == http.StatusConflict { // in between
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	all.Wait()
	for name, l := range listeners {
		for i, e := range l.all(t, writers*each) {
			if got := e.Record["version"].(float64); int(got) != first+1+i {
				t.Errorf("%s: event %d has the version %v, want %d", name, i, got, first+1+i)
				break
			}
		}
	}
	if n := broadcast.Closed(h.App); n != 0 {
		t.Errorf("%d streams were closed", n)
	}
}

func TestChangesThatAreRolledBackAreNotSent(t *testing.T) {
	t.Parallel()
	h, server := hearing(t)
	l := listen(t, h, server, "receptionist1", "patients/*")
	patch := func(patient string, fields body) body {
		path := "/api/collections/patients/records/" + hospitaltest.ID(patient)
		return body{"method": "PATCH", "url": path, "body": fields}
	}
	batch := func(second body) hospitaltest.Response {
		return h.As("receptionist1").SkipContract().Do(http.MethodPost, "/api/batch",
			body{"requests": []any{patch("pat1", body{"phone": "555 1"}), patch("pat2", second)}})
	}
	if answer := batch(body{"birth_date": "not a date"}); answer.Status < 400 {
		t.Fatalf("the batch answered %d %s", answer.Status, answer.Raw)
	}
	h.Deliver()
	batch(body{"phone": "555 2"}).OK(t)
	var phones []any
	for _, e := range l.all(t, 2) {
		phones = append(phones, e.Record["phone"])
	}
	if len(phones) != 2 || phones[0] != "555 1" || phones[1] != "555 2" {
		t.Errorf("received %v", phones)
	}
}

func TestADeletedRecordIsReported(t *testing.T) {
	t.Parallel()
	h, server := hearing(t)
	id := hospitaltest.ID("link1")
	filter := func(patient string) string {
		return `link_codes/*?options={"query":{"filter":"patient='` + hospitaltest.ID(patient) + `'"}}`
	}
	hear := []*listener{
		listen(t, h, server, "receptionist1", "link_codes/*"), listen(t, h, server, "admin1", "link_codes/"+id),
		listen(t, h, server, "admin2", filter("walkin")),
	}
	silent := []*listener{
		listen(t, h, server, "patient1", "link_codes/*"), listen(t, h, server, "receptionist2", filter("pat1")),
	}
	if err := h.App.Delete(h.Record("link_codes", id)); err != nil {
		t.Fatal(err)
	}
	for i, l := range hear {
		if e := l.all(t, 1)[0]; e.Action != "delete" || e.Record["id"] != id || e.Record["token_hash"] != nil {
			t.Errorf("listener %d received %s %v", i, e.Action, e.Record)
		}
	}
	h.Deliver()
	time.Sleep(silence)
	for i, l := range silent {
		if got := l.received(); len(got) != 0 {
			t.Errorf("listener %d received %v, who must not", i, got)
		}
	}
}

// Options of a topic shape its messages, also beside listeners of the same role without them.
func TestFieldsAndExpandOfATopicShapeItsMessages(t *testing.T) {
	t.Parallel()
	h, server := hearing(t)
	with := func(options string) string { return `appointments/*?options={"query":{` + options + `}}` }
	plain := listen(t, h, server, "doctor1", "appointments/*")
	fields := listen(t, h, server, "doctor1", with(`"fields":"id,staff_note"`))
	doctor := listen(t, h, server, "doctor1", with(`"expand":"patient,doctor"`))
	accountant := listen(t, h, server, "accountant1", with(`"expand":"patient"`))
	both := listen(t, h, server, "receptionist1", with(`"expand":"patient","fields":"id,expand.patient.name"`))
	h.As("receptionist1").Update("appointments", hospitaltest.ID("booked1"), body{"staff_note": "X-ray"}).OK(t)
	expanded := func(l *listener, relation string) map[string]any {
		record, _ := l.all(t, 1)[0].Record["expand"].(map[string]any)
		related, _ := record[relation].(map[string]any)
		return related
	}
	if got := plain.all(t, 1)[0].Record; got["reason"] == nil || got["expand"] != nil {
		t.Errorf("without options received %v", got)
	}
	if got := fields.all(t, 1)[0].Record; len(got) != 2 || got["staff_note"] != "X-ray" {
		t.Errorf("with fields received %v", got)
	}
	// The doctor sees no national id, and the accountant no medical history, in any answer.
	if got := expanded(doctor, "patient"); got["birth_date"] == nil || got["national_id"] != nil {
		t.Errorf("the doctor received %v", got)
	}
	if got := expanded(accountant, "patient"); got["name"] != "Patient 1" || got["birth_date"] != nil {
		t.Errorf("the accountant received %v", got)
	}
	if got := both.all(t, 1)[0].Record; len(got) != 2 || len(expanded(both, "patient")) != 1 {
		t.Errorf("with both received %v", got)
	}
}

// A client that does not read is closed, so that it loads again what it shows. Writers do
// not wait for it, and other streams get everything.
func TestAStreamThatDoesNotReadIsClosed(t *testing.T) {
	t.Parallel()
	h, server := hearing(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	_ = connection.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprintf(connection, "GET /api/realtime HTTP/1.1\r\nHost: x\r\n\r\n")
	hello := make([]byte, 2_000)
	n := 0
	for !strings.Contains(string(hello[:n]), "clientId") {
		read, err := connection.Read(hello[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += read
	}
	_, id, _ := strings.Cut(string(hello[:n]), `"clientId":"`)
	id, _, _ = strings.Cut(id, `"`)
	subscribe(h.As("patient1"), stream{client: id}, "doctors/*").OK(t)
	l := listen(t, h, server, "patient2", "doctors/*")

	const changes = 1_000
	long := strings.Repeat("𝄞", 2_000)
	for range changes {
		announceAs(t, h, "doctors", hospitaltest.ID("dr1"), body{"bio": long})
	}
	h.Deliver()
	l.all(t, changes)
	if n := broadcast.Closed(h.App); n != 1 {
		t.Errorf("%d streams were closed", n)
	}
	if _, err := h.App.SubscriptionsBroker().ClientById(id); err == nil {
		t.Error("the stream that does not read is still open")
	}
}

// Only the messages of a stream wait for what its filters and expansions cost, and only for a
// while: then it is closed.
func TestStreamsWithFiltersDoNotDelayOthers(t *testing.T) {
	t.Parallel()
	h, server := hearing(t)
	var release sync.Once
	blocked := make(chan struct{})
	free := func() { release.Do(func() { close(blocked) }) }
	t.Cleanup(free)
	kit.OnDelivery(h.App, func(_ core.App, auth, _ *core.Record) {
		if auth.Id == hospitaltest.ID("nurse2") {
			<-blocked
		}
	})
	plain := listen(t, h, server, "nurse1", "patients/*")
	slow := mustOpenStream(t, server, "")
	subscribe(h.As("nurse2"), slow, `patients/*?options={"query":{"filter":"name!=''"}}`).OK(t)
	const changes = 250
	for i := range changes {
		announceAs(t, h, "patients", hospitaltest.ID("pat1"), body{"phone": fmt.Sprint("555 ", i)})
	}
	events := plain.all(t, changes)
	for i, e := range events {
		if e.Record["phone"] != fmt.Sprint("555 ", i) {
			t.Fatalf("event %d has the phone %v", i, e.Record["phone"])
		}
	}
	if !slow.endsWithin(5 * time.Second) {
		t.Error("a stream that does not keep up stays open")
	}
	if n := broadcast.Closed(h.App); n != 1 {
		t.Errorf("%d streams were closed", n)
	}
	free()
}
