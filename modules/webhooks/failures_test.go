package webhooks_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/webhooks"
)

// hangs never answers.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func TestAReceiverThatNeverAnswersHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	h, silent, good := hospitaltest.New(t), newReceiver(t), newReceiver(t)
	webhooks.SetTimeout(h.App, 30*time.Second) // far longer than the test
	release := make(chan struct{})
	silent.answers(func(http.ResponseWriter, *http.Request) { <-release })
	stuck, _ := connect(h, silent.URL, "*")
	connect(h, good.URL, "*")
	for i := range 10 {
		publish(h, "a/"+string(rune('a'+i)), i)
	}
	done := make(chan error, 1)
	go func() { done <- webhooks.Deliver(h.App) }()
	deadline := time.After(20 * time.Second)
	for received := 0; received < 10; {
		select {
		case <-deadline:
			t.Fatalf("the good receiver has got %d events", received)
		case <-time.After(5 * time.Millisecond):
			received += len(good.take())
		}
	}
	publish(h, "b/1", 1)
	deliver(h) // returns although the other worker waits
	if got := good.take(); len(got) != 1 {
		t.Errorf("the good receiver has got %d events meanwhile", len(got))
	}
	if got := len(silent.take()); got > 2 {
		t.Errorf("%d requests at once to one receiver", got)
	}
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled", "cancel_code": "hospital"}).OK(t)
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := h.Record("webhooks", stuck).GetString("failing_since"); n != "" {
		t.Error("what is slow in answering has failed")
	}
	h.Verify()
}

func TestAReceiverThatDoesNotAnswerInTimeIsTriedAgain(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	start := time.Now().UTC().Truncate(time.Second)
	h.At(start)
	webhooks.SetTimeout(h.App, 100*time.Millisecond)
	r.answers(hangs)
	webhook, _ := connect(h, r.URL, "*")
	publish(h, "a/1", 1)
	deliver(h)
	d := newest(h, webhook)
	if d.GetString("status") != "pending" || d.GetString("error") != "The receiver did not answer in time." ||
		d.GetInt("attempts") != 1 || !d.GetDateTime("next_try_at").Time().Equal(start.Add(time.Minute)) {
		t.Errorf("the delivery is %v", d.FieldsData())
	}
	deliver(h)
	if got := r.take(); len(got) != 1 {
		t.Errorf("%d requests before the next try", len(got))
	}
	h.Verify()
}

// Only a 2xx is success. A redirect is not followed, and at most a day of Retry-After is waited.
func TestAnswers(t *testing.T) {
	t.Parallel()
	other := newReceiver(t)
	for _, c := range []struct {
		status     int
		retryAfter string
		want       string
		next       time.Duration
	}{
		{200, "", "sent", 0}, {201, "", "sent", 0}, {299, "", "sent", 0},
		{301, "", "pending", time.Minute}, {302, "", "pending", time.Minute}, {303, "", "pending", time.Minute},
		{307, "", "pending", time.Minute}, {308, "", "pending", time.Minute}, {304, "", "pending", time.Minute},
		{400, "", "pending", time.Minute}, {401, "", "pending", time.Minute}, {404, "", "pending", time.Minute},
		{500, "", "pending", time.Minute}, {503, "3600", "pending", time.Hour}, {429, "5", "pending", time.Minute},
		{503, "99999999", "pending", 24 * time.Hour}, {503, "soon", "pending", time.Minute},
	} {
		t.Run(http.StatusText(c.status)+c.retryAfter, func(t *testing.T) {
			t.Parallel()
			h, r := hospitaltest.New(t), newReceiver(t)
			start := time.Now().UTC().Truncate(time.Second)
			h.At(start)
			r.answers(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", other.URL)
				w.Header().Set("Retry-After", c.retryAfter)
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte("the secret of the receiver"))
			})
			webhook, _ := connect(h, r.URL, "*")
			publish(h, "a/1", 1)
			deliver(h)
			d := newest(h, webhook)
			if d.GetString("status") != c.want || d.GetInt("response_status") != c.status {
				t.Errorf("the delivery is %v", d.FieldsData())
			}
			if next := d.GetDateTime("next_try_at").Time(); c.next > 0 && !next.Equal(start.Add(c.next)) {
				t.Errorf("the next try is at %s, want after %s", next, c.next)
			}
			if strings.Contains(d.GetString("error"), "secret") {
				t.Error("the log has the body of the answer")
			}
			h.Verify()
		})
	}
	t.Cleanup(func() {
		if got := other.take(); len(got) != 0 {
			t.Error("a redirect was followed")
		}
	})
}

// An endless answer is success if its status is, and is not read to its end.
func TestAnEndlessAnswerIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	wrote := make(chan int, 1)
	r.answers(func(w http.ResponseWriter, _ *http.Request) {
		chunk, n := make([]byte, 16<<10), 0
		for {
			written, err := w.Write(chunk)
			n += written
			if err != nil || n > 64<<20 {
				wrote <- n
				return
			}
		}
	})
	webhook, _ := connect(h, r.URL, "*")
	publish(h, "a/1", 1)
	deliver(h)
	if n := <-wrote; n > 32<<20 { // what the buffers of the connection take
		t.Errorf("%d bytes were taken", n)
	}
	if d := newest(h, webhook); d.GetString("status") != "sent" {
		t.Errorf("the delivery is %s: %s", d.GetString("status"), d.GetString("error"))
	}
}

func TestAWebhookThatIsSwitchedOffSkipsWhatWaits(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, _ := connect(h, r.URL, "*")
	publish(h, "a/1", 1)
	h.As("admin1").Update("webhooks", webhook, body{"active": false}).OK(t)
	deliver(h)
	h.As("admin1").Update("webhooks", webhook, body{"active": true}).OK(t)
	deliver(h)
	if got := r.take(); len(got) != 0 {
		t.Errorf("received %v", got)
	}
	d := newest(h, webhook)
	if d.GetString("status") != "skipped" || d.GetString("error") == "" {
		t.Errorf("the delivery is %s", d.GetString("status"))
	}
	h.Verify()
	h.As("admin1").Do(http.MethodPost, "/api/hospital/webhook-deliveries/"+d.Id+"/replay", nil).OK(t)
	deliver(h)
	if got := r.take(); len(got) != 1 {
		t.Errorf("a replay sent %d events", len(got))
	}
}

// A webhook that is switched off while a request is under way keeps its result.
func TestAWebhookIsSwitchedOffWhileARequestIsUnderWay(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{204: "sent", 500: "skipped"} {
		h, r := hospitaltest.New(t), newReceiver(t)
		webhook, _ := connect(h, r.URL, "*")
		r.answers(func(w http.ResponseWriter, _ *http.Request) {
			h.As("admin1").Update("webhooks", webhook, body{"active": false}).OK(t)
			w.WriteHeader(code)
		})
		publish(h, "a/1", 1)
		deliver(h)
		if d := newest(h, webhook); d.GetString("status") != want || strings.Contains(d.GetString("error"), "answered") {
			t.Errorf("after %d it is %s: %s", code, d.GetString("status"), d.GetString("error"))
		}
		if h.Record("webhooks", webhook).GetString("failing_since") != "" {
			t.Errorf("after %d the webhook that is off fails", code)
		}
		h.Verify()
	}
}

func TestACertificateThatNobodyTrustsIsRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	r := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	r.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.StartTLS()
	t.Cleanup(r.Close)
	webhook, _ := connect(h, r.URL+"/hook?token=confidential", "*")
	publish(h, "a/1", 1)
	deliver(h)
	d := newest(h, webhook)
	if why := d.GetString("error"); !strings.Contains(why, "certificate") || strings.Contains(why, "confidential") {
		t.Errorf("the delivery says %q", why)
	}
}
