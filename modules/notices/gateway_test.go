package notices_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/modules/webhooks"
)

// A gateway for text messages is told whom to write what, also of patients without an account.
func TestAGatewayIsToldWhomToWrite(t *testing.T) {
	t.Parallel()
	h := posted(t)
	var lock sync.Mutex
	texts := map[string]string{} // by phone number
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		var event struct {
			Data struct{ Phone, Text, Kind string }
		}
		if err := json.Unmarshal(content, &event); err != nil {
			t.Error(err)
		}
		lock.Lock()
		defer lock.Unlock()
		texts[event.Data.Phone] += event.Data.Kind + ": " + event.Data.Text
	}))
	t.Cleanup(gateway.Close)
	h.As("receptionist1").Update("patients", id("walkin"), body{"phone": "+49 30 7", "language": "de"}).OK(t)
	cancelled := func(visit string) {
		h.As("receptionist1").Update("appointments", id(visit), body{"status": "cancelled"}).OK(t)
		deliver(h)
		if err := webhooks.Deliver(h.App); err != nil {
			t.Fatal(err)
		}
	}
	cancelled("booked2") // before there is a gateway
	h.As("admin1").Create("webhooks",
		body{"name": "SMS", "url": gateway.URL, "events": []webhooks.Type{webhooks.Notice}, "active": true}).OK(t)
	cancelled("walk")
	lock.Lock()
	defer lock.Unlock()
	if len(texts) != 1 || !strings.Contains(texts["+49 30 7"], "cancelled: der Termin von") {
		t.Errorf("the gateway was told %v", texts)
	}
	if n := len(h.As("receptionist1").List("notices", hospitaltest.Filter("channel = 'webhook' && status = 'sent'")).
		OK(t).Items()); n != 1 {
		t.Errorf("%d notices were handed over", n)
	}
	h.Verify()
}
