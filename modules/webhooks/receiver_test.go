package webhooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/modules/webhooks"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// received is a request that a receiver has got.
type received struct {
	header http.Header
	body   string
	event  struct {
		SpecVersion, ID, Source, Type, Subject, Time, DataContentType string
		Data                                                          map[string]any
	}
}

// receiver is a server that events are sent to.
type receiver struct {
	*httptest.Server
	t      *testing.T
	lock   sync.Mutex
	got    []received
	answer http.HandlerFunc // nil: 204
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	raw, err := io.ReadAll(request.Body)
	if err != nil {
		r.t.Error(err)
	}
	got := received{header: request.Header, body: string(raw)}
	if err := json.Unmarshal(raw, &got.event); err != nil {
		r.t.Errorf("the body is no JSON: %v\n%s", err, raw)
	}
	r.lock.Lock()
	r.got = append(r.got, got)
	answer := r.answer
	r.lock.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer(w, request)
}

func (r *receiver) answers(with http.HandlerFunc) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.answer = with
}

// take returns what was received since the last call.
func (r *receiver) take() []received {
	r.lock.Lock()
	defer r.lock.Unlock()
	got := r.got
	r.got = nil
	return got
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// connect creates an active webhook and returns its id and secret.
func connect(h *hospitaltest.Hospital, url string, events ...string) (webhook, secret string) {
	h.T.Helper()
	made := h.As("admin1").Create("webhooks", body{"name": "Gateway", "url": url, "events": events, "active": true}).
		OK(h.T)
	return made.ID(), made.String("signing_secret")
}

func deliver(h *hospitaltest.Hospital) {
	h.T.Helper()
	if err := webhooks.Deliver(h.App); err != nil {
		h.T.Fatal(err)
	}
}

// publish publishes a notice about something.
func publish(h *hospitaltest.Hospital, subject string, n int) {
	h.T.Helper()
	err := h.App.RunInTransaction(func(tx core.App) error {
		return webhooks.Publish(tx, webhooks.Event{Type: webhooks.Notice, Subject: subject, Data: map[string]any{"n": n}})
	})
	if err != nil {
		h.T.Fatal(err)
	}
}

// newest is the last delivery of a webhook.
func newest(h *hospitaltest.Hospital, webhook string) *core.Record {
	h.T.Helper()
	found, err := h.App.FindRecordsByFilter("webhook_deliveries", "webhook = {:w}", "-number", 1, 0, dbx.Params{"w": webhook})
	if err != nil || len(found) != 1 {
		h.T.Fatalf("%d deliveries: %v", len(found), err)
	}
	return found[0]
}

// signed reports whether one of the signatures was made with a secret, as Standard Webhooks says.
func signed(r received, secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 24 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.header.Get("Webhook-Id") + "." + r.header.Get("Webhook-Timestamp") + "." + r.body))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return slices.Contains(strings.Split(r.header.Get("Webhook-Signature"), " "), want)
}
