package webhooks_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/webhooks"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// receiver is a system that is told events.
type receiver struct {
	*httptest.Server
	lock   sync.Mutex
	status int
	seen   []*http.Request
	bodies []string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusNoContent}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		text, _ := io.ReadAll(request.Body)
		r.lock.Lock()
		defer r.lock.Unlock()
		r.seen, r.bodies = append(r.seen, request), append(r.bodies, string(text))
		if r.status == http.StatusFound {
			w.Header().Set("Location", "http://127.0.0.1:1/")
		}
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.status = status
}

// events are the types and versions of what arrived and was taken.
func (r *receiver) events(t *testing.T) (all []string) {
	t.Helper()
	r.lock.Lock()
	defer r.lock.Unlock()
	for _, text := range r.bodies {
		var event struct {
			SpecVersion, ID, Source, Type, Subject string
			Data                                   map[string]any
		}
		if err := json.Unmarshal([]byte(text), &event); err != nil || event.SpecVersion != "1.0" || event.ID == "" {
			t.Errorf("it is no event: %s", text)
		}
		all = append(all, strings.TrimPrefix(event.Type, "hospital."))
	}
	return all
}

func listen(t *testing.T, h *hospitaltest.Hospital, url string, events ...string) (webhook, secret string) {
	t.Helper()
	answer := h.As("admin1").Create("webhooks", body{"name": "Gateway", "url": url, "events": events, "active": true}).OK(t)
	return answer.ID(), answer.String("signing_secret")
}

func deliver(t *testing.T, h *hospitaltest.Hospital) {
	t.Helper()
	if err := webhooks.Deliver(h.App); err != nil {
		t.Fatal(err)
	}
}

func cancel(t *testing.T, h *hospitaltest.Hospital, visit string) {
	t.Helper()
	h.As("receptionist1").Update("appointments", id(visit), body{"status": "cancelled", "cancel_note": "secret rash"}).OK(t)
}

func TestAReceiverGetsSignedEventsWithoutClinicalWords(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	_, secret := listen(t, h, r.URL, webhooks.Cancelled)
	cancel(t, h, "booked1")
	h.As("doctor1").Update("appointments", id("asked1"), body{"status": "approved"}).OK(t) // not wanted
	deliver(t, h)
	if got := r.events(t); !slices.Equal(got, []string{"appointment.cancelled"}) {
		t.Fatalf("it got %v", got)
	}
	for _, private := range []string{"rash", "reason", "Patient", "Dr."} {
		if strings.Contains(r.bodies[0], private) {
			t.Errorf("the event says %q: %s", private, r.bodies[0])
		}
	}
	head := r.seen[0].Header
	if want := webhooks.Sign(secret, head.Get("webhook-id"), head.Get("webhook-timestamp"), r.bodies[0]); head.Get(
		"webhook-signature") != want || head.Get("Content-Type") != "application/cloudevents+json; charset=utf-8" {
		t.Errorf("the header is %v, want the signature %s", head, want)
	}
	h.Verify()
}

func TestAReceiverThatIsDownForAnHourGetsEverythingInOrder(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, _ := listen(t, h, r.URL, webhooks.Rescheduled, webhooks.Cancelled)
	r.answer(http.StatusInternalServerError)
	begin := time.Now()
	starts := begin.UTC().Truncate(time.Hour)
	for i := range 3 {
		h.As("receptionist1").Update("appointments", id("booked1"),
			body{"starts": starts.Add(time.Duration(300+i) * time.Hour)}).OK(t)
	}
	cancel(t, h, "booked1")
	for minute := range 60 {
		h.At(begin.Add(time.Duration(minute) * time.Minute))
		deliver(t, h)
	}
	if hook := h.As("admin1").View("webhooks", webhook, "").OK(t); hook.String("failing_since") == "" {
		t.Error("the webhook does not say that it fails")
	}
	tries := len(r.bodies)
	if tries < 5 || tries > 8 {
		t.Errorf("it was tried %d times in an hour", tries)
	}
	r.answer(http.StatusOK)
	h.At(begin.Add(4 * time.Hour))
	deliver(t, h)
	want := []string{"appointment.rescheduled", "appointment.rescheduled", "appointment.rescheduled", "appointment.cancelled"}
	if got := r.events(t)[tries:]; !slices.Equal(got, want) {
		t.Errorf("it got %v", got)
	}
	first := r.seen[0].Header.Get("webhook-id")
	if again := r.seen[tries].Header.Get("webhook-id"); again != first {
		t.Errorf("the id was %s and is %s", first, again)
	}
	if hook := h.As("admin1").View("webhooks", webhook, "").OK(t); hook.String("failing_since") != "" {
		t.Error("the webhook still fails")
	}
	h.Verify()
}

func TestAReceiverThatHangsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	h, good := hospitaltest.New(t), newReceiver(t)
	hanging := make(chan struct{})
	bad := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hanging }))
	t.Cleanup(bad.Close)
	t.Cleanup(func() { close(hanging) })
	listen(t, h, bad.URL, webhooks.Cancelled)
	listen(t, h, good.URL, webhooks.Cancelled)
	cancel(t, h, "booked1")
	done := make(chan struct{})
	go func() { _ = webhooks.Deliver(h.App); close(done) }()
	for range 500 {
		if len(good.events(t)) == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	select {
	case <-done:
		t.Error("the other receiver did not hang")
	default:
	}
	if n := len(good.events(t)); n != 1 {
		t.Errorf("the good receiver got %d events", n)
	}
	<-done
}

func TestAWebhookThatFailsForDaysIsSwitchedOff(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, _ := listen(t, h, r.URL, webhooks.Cancelled)
	r.answer(http.StatusFound) // a redirect is a failure
	begin := time.Now()
	cancel(t, h, "booked1")
	for hour := range 6 * 24 {
		h.At(begin.Add(time.Duration(hour) * time.Hour))
		if hour == 100 {
			cancel(t, h, "walk")
		}
		deliver(t, h)
	}
	hook := h.As("admin1").View("webhooks", webhook, "").OK(t)
	if hook.JSON["active"] != false || hook.String("error") != "the receiver answered 302" {
		t.Errorf("the webhook is %s", hook.Raw)
	}
	var states []string
	for _, d := range h.As("admin1").List("webhook_deliveries", "sort=created").OK(t).Items() {
		if d["webhook"] == webhook {
			states = append(states, d["status"].(string))
		}
	}
	if !slices.Equal(states, []string{"failed", "skipped"}) {
		t.Errorf("the deliveries are %v", states)
	}
	if n := h.Count("security_notices"); n < 2 {
		t.Error("the admins were not told")
	}
	h.Verify()
}

func TestADeliveryIsReplayedWithItsId(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, _ := listen(t, h, r.URL, webhooks.Cancelled)
	h.As("admin1").Do(http.MethodPost, "/api/hospital/webhooks/"+webhook+"/test", nil)
	deliver(t, h)
	sent := h.As("admin1").List("webhook_deliveries", hospitaltest.Filter("event = 'hospital.test' && status = 'sent'")).
		OK(t).IDs()
	h.As("admin1").Do(http.MethodPost, "/api/hospital/webhook-deliveries/"+sent[0]+"/replay", nil)
	deliver(t, h)
	if len(r.seen) != 2 || r.seen[0].Header.Get("webhook-id") != r.seen[1].Header.Get("webhook-id") {
		t.Errorf("it got %d requests", len(r.seen))
	}
	old := r.seen[1].Header.Get("webhook-signature")
	h.As("admin1").Do(http.MethodPost, "/api/hospital/webhooks/"+webhook+"/secret", nil).OK(t)
	h.As("admin1").Do(http.MethodPost, "/api/hospital/webhooks/"+webhook+"/test", nil)
	deliver(t, h)
	if both := strings.Fields(r.seen[2].Header.Get("webhook-signature")); len(both) != 2 || both[1] == old {
		t.Errorf("after a new secret it is signed %v", both)
	}
}

func TestNobodyReadsASecret(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	webhook, secret := listen(t, h, "https://gateway.example/in", webhooks.Cancelled)
	if !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("the secret is %q", secret)
	}
	h.As("admin1").Update("webhooks", webhook, body{"name": "Other"}).OK(t)
	for _, path := range []string{"/api/collections/webhooks/records", "/api/collections/webhooks/records/" + webhook,
		"/api/collections/audit_log/records?perPage=500", "/api/collections/webhook_deliveries/records"} {
		if answer := h.As("admin1").Do(http.MethodGet, path, nil).OK(t); strings.Contains(string(answer.Raw), secret) {
			t.Errorf("%s says the secret", path)
		}
	}
	for _, account := range []string{"patient1", "doctor1", "nurse1", "receptionist1", "accountant1", "guest"} {
		if answer := h.As(account).View("webhooks", webhook, ""); answer.Status < 400 {
			t.Errorf("%s reads the webhook", account)
		}
		if answer := h.As(account).Do(http.MethodPost, "/api/hospital/webhooks/"+webhook+"/secret", nil); answer.Status < 400 {
			t.Errorf("%s makes a secret", account)
		}
	}
}

func TestAddressesThatNoWebhookMayHave(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for url, allowed := range map[string]bool{
		"https://gateway.example/in": true, "http://127.0.0.1:9/": true, "http://localhost:9/": true, "http://[::1]:9/": true,
		"https://93.184.216.34/": true, "http://gateway.example/": false, "ftp://gateway.example/": false, "gateway": false,
		"https://name:secret@gateway.example/": false, "https://10.0.0.1/": false, "https://192.168.1.1/": false,
		"https://172.16.0.1/": false, "https://169.254.169.254/latest": false, "https://[::ffff:10.0.0.1]/": false,
		"https://[fe80::1]/": false, "https://[fc00::1]/": false, "https://0.0.0.0/": false, "https://[::]/": false,
		"https://100.64.0.1/": false, "https://[64:ff9b::a00:1]/": false, "https://224.0.0.1/": false, "javascript:x": false,
		"https://[2002:a00:1::]/": false, "https://[::10.0.0.1]/": false, "https://255.255.255.255/": false,
	} {
		answer := h.As("admin1").Create("webhooks", body{"name": "x", "url": url, "events": []string{webhooks.Notice}})
		if got := answer.Status == http.StatusOK; got != allowed || !got && answer.Status != http.StatusBadRequest {
			t.Errorf("%s answered %d %s", url, answer.Status, answer.Raw)
		}
	}
}

// A name that leads to this machine or its network is refused when it is dialled: what it was before does not count.
func TestNamesThatLeadIntoTheNetworkAreNotReached(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	port := r.URL[strings.LastIndex(r.URL, ":")+1:]
	webhooks.Allow(h.App, webhooks.Rules{Plain: true})
	for _, host := range []string{"2130706433", "0x7f000001", "127.1", "ip6-localhost", "017700000001"} {
		answer := h.As("admin1").Create("webhooks",
			body{"name": host, "url": "http://" + host + ":" + port, "events": []string{webhooks.Cancelled}, "active": true})
		if answer.Status != http.StatusOK && answer.Status != http.StatusBadRequest {
			t.Errorf("%s answered %d", host, answer.Status)
		}
	}
	cancel(t, h, "booked1")
	deliver(t, h)
	if n := len(r.events(t)); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}
