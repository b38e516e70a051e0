package webhooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/outbox"
)

func TestADeliveryIsGivenUpAfterThreeDaysAndTheNextOneIsSent(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	start := time.Now().UTC().Truncate(time.Second)
	h.At(start)
	webhook, _ := connect(h, r.URL, "*")
	r.answers(status(500))
	publish(h, "a/1", 1)
	first := newest(h, webhook)
	publish(h, "a/1", 2)
	for hour := range 73 {
		h.At(start.Add(time.Duration(hour) * time.Hour))
		deliver(h)
	}
	gaveUp := h.Record("webhook_deliveries", first.Id)
	if gaveUp.GetString("status") != "failed" || gaveUp.GetInt("attempts") < 10 {
		t.Errorf("the first is %s after %d tries", gaveUp.GetString("status"), gaveUp.GetInt("attempts"))
	}
	r.take()
	r.answers(nil)
	publish(h, "a/1", 3)
	h.At(start.Add(74 * time.Hour))
	deliver(h)
	var got []float64
	for _, e := range r.take() {
		got = append(got, e.event.Data["n"].(float64))
	}
	if !slices.Equal(got, []float64{3}) && !slices.Equal(got, []float64{2, 3}) {
		t.Errorf("received %v", got)
	}
	h.Verify()
}

func TestAWebhookThatFailsForFiveDaysIsSwitchedOffAndAdminsAreTold(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	h.App.Settings().SMTP.Enabled = true
	start := time.Now().UTC().Truncate(time.Second)
	h.At(start)
	webhook, _ := connect(h, r.URL, "*")
	r.answers(status(500))
	for hour := 0; hour <= 5*24+12; hour += 4 {
		h.At(start.Add(time.Duration(hour) * time.Hour))
		if on := h.Record("webhooks", webhook).GetBool("active"); on && hour >= 5*24+8 || !on && hour < 5*24 {
			t.Fatalf("after %d hours it is active: %v", hour, on)
		}
		publish(h, "a/1", hour)
		for minute := range 20 {
			h.At(start.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute))
			deliver(h)
		}
	}
	if err := outbox.Deliver(h.App); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, m := range h.App.TestMailer.Messages() {
		if strings.Contains(m.Subject, "webhook") {
			told = append(told, m.To[0].Address)
		}
	}
	slices.Sort(told)
	if !slices.Equal(told, []string{"admin1@example.org", "admin2@example.org"}) {
		t.Errorf("told %v", told)
	}
	for _, d := range h.As("admin1").List("webhook_deliveries", hospitaltest.Filter("status = 'pending'")).OK(t).Items() {
		t.Errorf("%v still waits", d)
	}
	h.Verify()
	h.As("admin1").Update("webhooks", webhook, body{"active": true}).OK(t)
	if w := h.Record("webhooks", webhook); w.GetString("failing_since")+w.GetString("last_error") != "" {
		t.Error("a webhook that was switched on says that it fails")
	}
}

// A receiver that failed long ago and was not sent anything since is not given up at the first failure.
func TestARareEventIsTriedMoreThanOnceBeforeAWebhookIsSwitchedOff(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	start := time.Now().UTC().Truncate(time.Second)
	h.At(start)
	webhook, _ := connect(h, r.URL, "*")
	r.answers(status(500))
	publish(h, "a/1", 1)
	deliver(h)
	h.At(start.AddDate(0, 0, 20))
	publish(h, "a/2", 2)
	deliver(h)
	if !h.Record("webhooks", webhook).GetBool("active") {
		t.Error("it was switched off at the first try")
	}
}

func TestAReceiverThatIsGoneIsSentNothingMore(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, _ := connect(h, r.URL, "*")
	r.answers(status(http.StatusGone))
	for i := range 5 {
		publish(h, "a/1", i)
	}
	deliver(h)
	if got := r.take(); len(got) != 1 {
		t.Errorf("%d requests", len(got))
	}
	if w := h.Record("webhooks", webhook); w.GetBool("active") || !strings.Contains(w.GetString("last_error"), "410") {
		t.Errorf("the webhook is %v", w.FieldsData())
	}
	publish(h, "a/1", 6)
	if n := h.Count("webhook_deliveries"); n != 7 { // five, and two of the fixture
		t.Errorf("there are %d deliveries", n)
	}
	h.Verify()
}

// One event that a receiver does not accept keeps its back-off while others are accepted.
func TestAnEventThatFailsAloneIsNotTriedWithEachOther(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	start := time.Now().UTC().Truncate(time.Second)
	h.At(start)
	connect(h, r.URL, "*")
	r.answers(status(422))
	publish(h, "bad/1", 1)
	deliver(h)
	r.answers(nil)
	for i := range 20 {
		publish(h, "good/1", i)
		deliver(h)
	}
	if got := r.take(); len(got) != 21 {
		t.Errorf("%d requests, want one for each event", len(got))
	}
	h.At(start.Add(time.Minute))
	deliver(h)
	if got := r.take(); len(got) != 1 || got[0].event.Subject != "bad/1" {
		t.Errorf("after a minute: %v", got)
	}
	h.Verify()
}

// A receiver that is down is not tried with everything that waits.
func TestAReceiverThatIsDownIsTriedAFewTimesARound(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	h.At(time.Now())
	connect(h, r.URL, "*")
	r.answers(status(503))
	for i := range 30 {
		publish(h, fmt.Sprint("a/", i), i)
	}
	for range 3 {
		deliver(h)
		if got := len(r.take()); got == 0 || got > 3 {
			t.Errorf("%d requests in a round", got)
		}
	}
	r.answers(nil)
	deliver(h)
	if got := len(r.take()); got < 20 {
		t.Errorf("%d requests when it is back", got)
	}
	h.Verify()
}

// The server is killed between the request and its result: the event is sent again, with its id.
func TestAnEventIsSentAgainAfterAKill(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	start := time.Now().UTC().Truncate(time.Second)
	h.At(start)
	webhook, _ := connect(h, r.URL, "*")
	r.answers(func(http.ResponseWriter, *http.Request) { // the server stops before it stores the result
		if err := h.App.OnTerminate().Trigger(&core.TerminateEvent{App: h.App}); err != nil {
			t.Error(err)
		}
	})
	publish(h, "a/1", 1)
	deliver(h)
	first := r.take()
	if d := newest(h, webhook); len(first) != 1 || d.GetString("status") != "pending" || d.GetString("error") != "" {
		t.Fatalf("%d requests, the delivery is %s: %s", len(first), d.GetString("status"), d.GetString("error"))
	}
	h.App.Store().Remove("webhooks.sender") // as in a new process
	r.answers(nil)
	h.At(start.Add(2 * time.Minute))
	deliver(h)
	again := r.take()
	if len(again) != 1 || again[0].body != first[0].body ||
		again[0].header.Get("Webhook-Id") != first[0].header.Get("Webhook-Id") {
		t.Errorf("sent again: %v", again)
	}
	if again[0].header.Get("Webhook-Timestamp") == first[0].header.Get("Webhook-Timestamp") {
		t.Error("the second try has the time of the first")
	}
	h.Verify()
}
