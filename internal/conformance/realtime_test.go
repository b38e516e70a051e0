package conformance_test

import (
	"bufio"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
)

// listener is an open realtime stream of one account.
type listener struct {
	mu      sync.Mutex
	client  string
	opening []byte
	events  []event
}

type event struct {
	topic  string
	data   []byte
	Action string         `json:"action"`
	Record map[string]any `json:"record"`
}

// listen opens a stream as an account and subscribes to topics. The stream ends with the
// test, which checks the received events against the API document.
func listen(t testing.TB, h *hospitaltest.Hospital, server *httptest.Server, account string,
	topics ...string) *listener {
	t.Helper()
	stream, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/realtime", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(stream)
	if err != nil {
		t.Fatal(err)
	}
	l, connected := &listener{}, make(chan struct{})
	go func() {
		defer answer.Body.Close()
		lines, name := bufio.NewScanner(answer.Body), ""
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), "event:"); ok {
				name = rest
			}
			data, ok := strings.CutPrefix(lines.Text(), "data:")
			switch {
			case !ok:
			case name == "PB_CONNECT":
				var hello struct{ ClientID string }
				_ = json.Unmarshal([]byte(data), &hello)
				l.client = hello.ClientID
				l.opening = []byte(data)
				close(connected)
			default:
				e := event{topic: name, data: []byte(data)}
				_ = json.Unmarshal([]byte(data), &e)
				l.mu.Lock()
				l.events = append(l.events, e)
				l.mu.Unlock()
			}
		}
	}()
	<-connected
	h.CheckEvent("PB_CONNECT", l.opening)
	t.Cleanup(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, e := range l.events {
			if !strings.Contains(e.topic, `"fields"`) && e.Action != "delete" { // what expires; it is not documented
				h.CheckEvent(e.topic, e.data)
			}
		}
	})
	h.As(account).Do(http.MethodPost, "/api/realtime", body{"clientId": l.client, "subscriptions": topics}).OK(t)
	return l
}

// received returns the records of the events received so far.
func (l *listener) received() map[string]map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	records := map[string]map[string]any{}
	for _, e := range l.events {
		records[e.Record["id"].(string)] = e.Record
	}
	return records
}

// awaits waits until a listener has received events of n records.
func (l *listener) awaits(records int) {
	for deadline := time.Now().Add(10 * time.Second); len(l.received()) < records && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
}

// silence is how long a test waits for events that must not come.
const silence = 300 * time.Millisecond

// The test broadcasts every record to every account and compares the received events with
// permissions.txt.
func TestRealtimePermissions(t *testing.T) {
	t.Parallel()
	permissions := readTable(t)
	for _, collection := range slices.Sorted(maps.Keys(permissions)) {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			server := httptest.NewServer(h.Handler)
			t.Cleanup(server.Close)
			ids := allIDs(t, h, collection)
			ids = ids[:min(len(ids), 49)] // as many topics as a stream has
			topics := []string{collection + "/*"}
			for _, id := range ids {
				topics = append(topics, collection+"/"+id)
			}
			announced := func(all []string) []string {
				return slices.DeleteFunc(all, func(id string) bool { return !slices.Contains(ids, id) })
			}
			listeners := map[string][2]*listener{}
			for _, account := range everybody {
				listeners[account] = [2]*listener{listen(t, h, server, account, topics[0]),
					listen(t, h, server, account, topics[1:]...)}
			}
			for _, id := range ids {
				announce(t, h, collection, id)
			}
			for _, account := range everybody {
				want := announced(meant(t, h, collection, permissions[collection]["read"][hospitaltest.RoleOf(account)], account))
				listeners[account][0].awaits(len(want))
				listeners[account][1].awaits(len(want))
			}
			time.Sleep(silence)
			for _, account := range everybody {
				role := hospitaltest.RoleOf(account)
				want := announced(meant(t, h, collection, permissions[collection]["read"][role], account))
				for i, l := range listeners[account] {
					received := l.received()
					c := checker{t, h, h.As(account), account, collection}
					topic := []string{"realtime of all", "realtime of single records"}[i]
					c.sees(topic, slices.Collect(maps.Keys(received)), want)
					for _, record := range received {
						for field := range record {
							if cell, ok := permissions[collection][field]; ok && !strings.Contains(cell[role], "r") {
								t.Errorf("%s receives %s.%s", account, collection, field)
							}
						}
					}
				}
			}
		})
	}
}

// A create and an update send the events that the API document lists, in that order.
func TestEveryActionSendsAnEvent(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	l := listen(t, h, server, "doctor1", "appointments/*")
	starts := at(2 * time.Hour)
	visit := h.As("receptionist1").Create("appointments",
		body{"patient": hospitaltest.ID("pat1"), "doctor": hospitaltest.ID("dr1"), "starts": starts}).OK(t)
	l.awaits(1)
	h.As("doctor1").Update("appointments", visit.ID(), body{"staff_note": "Bring the X-ray"}).OK(t)
	var received []any
	for deadline := time.Now().Add(10 * time.Second); len(received) < 2 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
		received = l.actions()
	}
	document := any(h.As("guest").Do(http.MethodGet, "/api/hospital/openapi.json", nil).OK(t).JSON)
	for _, key := range []string{"components", "schemas", "RecordEvent", "properties", "action", "enum"} {
		document = document.(map[string]any)[key]
	}
	if !slices.Equal(received, document.([]any)) {
		t.Errorf("received %v, documented are %v", received, document)
	}
}

// actions returns the actions of the received events, in order.
func (l *listener) actions() (actions []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		actions = append(actions, e.Action)
	}
	return actions
}

// announce broadcasts a record as if it had just changed.
func announce(t testing.TB, h *hospitaltest.Hospital, collection, id string) {
	t.Helper()
	announceAs(t, h, collection, id, nil)
}

// announceAs broadcasts a record as if it had just got other values.
func announceAs(t testing.TB, h *hospitaltest.Hospital, collection, id string, values body) {
	t.Helper()
	record := h.Record(collection, id)
	record.Load(values)
	e := new(core.ModelEvent)
	e.App, e.Type, e.Model = h.App, core.ModelEventTypeUpdate, record
	if err := h.App.OnModelAfterUpdateSuccess().Trigger(e); err != nil {
		t.Fatal(err)
	}
}

func TestRealtimeFiltersOnHiddenFieldsAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	l := listen(t, h, server, "accountant1", "appointments/*")
	for topic, allowed := range map[string]bool{
		`appointments/*?options={"query":{"filter":"reason~'cough'"}}`:                                  false,
		`appointments/*?options={"query":{"filter":"patient.national_id!=''"}}`:                         false,
		`appointments?options={"query":{"filter":"staff_note~'a'"}}`:                                    false,
		`bills/*?options={"query":{"filter":"appointment.reason~'cough'"}}`:                             false,
		`appointments/*?options={"query":{"filter":"status='completed'"}}`:                              true,
		`appointments/` + hospitaltest.ID("booked1") + `?options={"query":{"filter":"cancel_note=''"}}`: false,
	} {
		answer := h.As("accountant1").Do(http.MethodPost, "/api/realtime",
			body{"clientId": l.client, "subscriptions": []string{topic}})
		if got := answer.Status < 300; got != allowed {
			t.Errorf("subscribing to %s: allowed %v, want %v (%s)", topic, got, allowed, answer.Raw)
		}
	}
}

// Admins find accounts by their address in lists, and hear of them in the same way. Others
// cannot find out an address by a filter.
func TestAdminsHearOfAnAccountByItsAddress(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	topic := func(collection, filter string) string {
		return collection + `/*?options={"query":{"filter":"` + filter + `"}}`
	}
	const match, other = "email='nurse1@example.org'", "email='nurse2@example.org'"
	admin := listen(t, h, server, "admin1", topic("users", match))
	elsewhere := listen(t, h, server, "admin1", topic("users", other))
	relation := listen(t, h, server, "admin1", topic("nurses", "user."+match))
	self := listen(t, h, server, "nurse1", topic("users", match))
	colleague := listen(t, h, server, "receptionist1", topic("nurses", "user."+match))
	h.As("nurse1").Update("users", hospitaltest.ID("nurse1"), body{"phone": "+49 30 555"}).OK(t)
	announce(t, h, "nurses", hospitaltest.ID("ns1"))
	for name, l := range map[string]*listener{"the address": admin, "the address of a relation": relation} {
		if l.awaits(1); len(l.received()) != 1 {
			t.Errorf("by %s an admin received %v", name, l.received())
		}
	}
	if got := admin.received()[hospitaltest.ID("nurse1")]; got["email"] != "nurse1@example.org" {
		t.Errorf("received %v", got)
	}
	time.Sleep(silence)
	for name, l := range map[string]*listener{
		"another address": elsewhere, "their own": self, "a colleague's": colleague,
	} {
		if got := l.received(); len(got) != 0 {
			t.Errorf("by %s received %v", name, got)
		}
	}
}

func TestSuspendedAccountReceivesNoEvents(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	l := listen(t, h, server, "doctor1", "appointments/*")
	announce(t, h, "appointments", hospitaltest.ID("booked1"))
	l.awaits(1)
	if len(l.received()) != 1 {
		t.Fatal("the active doctor receives no events")
	}
	h.As("admin1").Update("users", hospitaltest.ID("doctor1"), body{"status": "suspended"}).OK(t)
	announce(t, h, "appointments", hospitaltest.ID("asked1"))
	time.Sleep(silence)
	if received := l.received(); len(received) != 1 {
		t.Errorf("the suspended doctor received %v", received)
	}
}
