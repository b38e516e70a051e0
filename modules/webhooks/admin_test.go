package webhooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/modules/audit"
	"hospital/modules/webhooks"
)

func TestOnlyAdminsSeeAndChangeWebhooks(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	valid := body{"name": "Gateway", "url": "https://gateway.example/", "events": []string{"*"}, "active": true}
	for _, account := range []string{"guest", "patient1", "doctor1", "nurse1", "receptionist1", "accountant1"} {
		c := h.As(account).SkipContract()
		for what, answer := range map[string]hospitaltest.Response{
			"creates":  c.Create("webhooks", valid),
			"changes":  c.Update("webhooks", id("webhook1"), body{"active": true}),
			"views":    c.View("webhooks", id("webhook1"), ""),
			"lists":    c.List("webhook_deliveries", ""),
			"renews":   c.Do(http.MethodPost, "/api/hospital/webhooks/"+id("webhook1")+"/secret", nil),
			"tests":    c.Do(http.MethodPost, "/api/hospital/webhooks/"+id("webhook1")+"/test", nil),
			"replays":  c.Do(http.MethodPost, "/api/hospital/webhook-deliveries/"+id("delivery1")+"/replay", nil),
			"secrets":  c.List("webhook_secrets", ""),
			"forges":   c.Create("webhook_deliveries", body{"webhook": id("webhook1")}),
			"rewrites": c.Update("webhook_deliveries", id("delivery1"), body{"status": "sent"}),
		} {
			if answer.Status < 400 && len(answer.Items()) > 0 || answer.Status < 400 && what != "lists" && what != "secrets" {
				t.Errorf("%s %s: %d", account, what, answer.Status)
			}
		}
	}
	admin := h.As("admin1").SkipContract()
	for _, answer := range []hospitaltest.Response{admin.List("webhook_secrets", ""), admin.Create("webhook_deliveries", body{}),
		admin.Update("webhook_deliveries", id("delivery1"), body{"status": "sent"}),
		admin.Update("webhooks", id("webhook1"), body{"last_error": ""})} {
		if answer.Status < 400 && len(answer.Items()) > 0 {
			t.Errorf("an admin is answered %d: %s", answer.Status, answer.Raw)
		}
	}
}

// The secret is in the answer to the create or the renewal, and nowhere else.
func TestASecretIsShownOnce(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	admin := h.As("admin1")
	webhook, first := connect(h, r.URL, "*")
	renewed := admin.Do(http.MethodPost, "/api/hospital/webhooks/"+webhook+"/secret", nil).OK(t).String("signing_secret")
	if !strings.HasPrefix(first, "whsec_") || !strings.HasPrefix(renewed, "whsec_") || first == renewed {
		t.Fatalf("the secrets are %q and %q", first, renewed)
	}
	r.answers(status(500))
	publish(h, "a/1", 1)
	deliver(h)
	if err := audit.Flush(h.App); err != nil {
		t.Fatal(err)
	}
	answers := map[string]hospitaltest.Response{
		"view":       admin.View("webhooks", webhook, ""),
		"list":       admin.List("webhooks", ""),
		"update":     admin.Update("webhooks", webhook, body{"name": "Other"}),
		"off":        admin.Update("webhooks", webhook, body{"active": false}),
		"deliveries": admin.List("webhook_deliveries", "expand=webhook"),
		"audit":      admin.List("audit_log", ""),
		"secrets":    admin.SkipContract().List("webhook_secrets", ""),
		"sort":       admin.SkipContract().List("webhooks", "sort=secret"),
		"back":       admin.SkipContract().List("webhooks", "expand=webhook_secrets_via_webhook"),
	}
	for what, answer := range answers {
		for _, secret := range []string{first, renewed} {
			if key := strings.TrimPrefix(secret, "whsec_"); strings.Contains(string(answer.Raw), key) {
				t.Errorf("%s shows a secret", what)
			}
		}
	}
	for _, filter := range []string{"webhook_secrets_via_webhook.secret ~ 'whsec_'", "secret ~ 'whsec_'"} {
		if got := admin.SkipContract().List("webhooks", hospitaltest.Filter(filter)); len(got.Items()) > 0 {
			t.Errorf("a secret can be guessed by the filter %s", filter)
		}
	}
}

func TestARenewedSecretSignsForADay(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	start := time.Now().UTC().Truncate(time.Second)
	h.At(start)
	webhook, old := connect(h, r.URL, "*")
	renew := func() string {
		return h.As("admin1").Do(http.MethodPost, "/api/hospital/webhooks/"+webhook+"/secret", nil).OK(t).
			String("signing_secret")
	}
	current := renew()
	for hours, oldSigns := range map[int]bool{0: true, 23: true, 24: false, 25: false} {
		h.At(start.Add(time.Duration(hours) * time.Hour))
		publish(h, fmt.Sprint("a/", hours), 1)
		deliver(h)
		got := r.take()
		if len(got) != 1 || !signed(got[0], current) || signed(got[0], old) != oldSigns {
			t.Errorf("after %d hours: %d requests, signed by the old one: %v", hours, len(got), signed(got[0], old))
		}
	}
	h.At(start.Add(26 * time.Hour))
	if err := webhooks.DeleteExpired(h.App); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		current = renew()
	}
	publish(h, "b/1", 1)
	deliver(h)
	got := r.take()[0]
	if n := len(strings.Split(got.header.Get("Webhook-Signature"), " ")); n != 3 || !signed(got, current) {
		t.Errorf("after many renewals there are %d signatures", n)
	}
	h.Verify()
}

func TestADeliveryIsReplayedWithItsID(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, _ := connect(h, r.URL, "*")
	publish(h, "a/1", 1)
	deliver(h)
	d := newest(h, webhook)
	path := "/api/hospital/webhook-deliveries/" + d.Id + "/replay"
	h.As("admin1").Do(http.MethodPost, path, nil).OK(t)
	deliver(h)
	got := r.take()
	if len(got) != 2 || got[0].body != got[1].body || got[0].header.Get("Webhook-Id") != got[1].header.Get("Webhook-Id") {
		t.Errorf("received %v", got)
	}
	h.Verify()
	r.answers(status(500))
	publish(h, "a/2", 2)
	deliver(h)
	r.answers(nil)
	r.take()
	h.As("admin1").Do(http.MethodPost, "/api/hospital/webhook-deliveries/"+newest(h, webhook).Id+"/replay", nil).OK(t)
	deliver(h)
	if got := r.take(); len(got) != 1 {
		t.Errorf("a delivery that waits is not tried at once")
	}
	h.As("admin1").Update("webhooks", webhook, body{"active": false}).OK(t)
	if off := h.As("admin1").Do(http.MethodPost, path, nil); off.Status != 409 || off.Code("active") != "webhook_off" {
		t.Errorf("of a webhook that is off: %d %s", off.Status, off.Raw)
	}
	h.Verify()
}

func TestAWebhookIsTested(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, secret := connect(h, r.URL, "hospital.bill.issued")
	h.As("admin1").Do(http.MethodPost, "/api/hospital/webhooks/"+webhook+"/test", nil).OK(t)
	deliver(h)
	got := r.take()
	if len(got) != 1 || got[0].event.Type != "hospital.test" || got[0].event.Subject != "webhooks/"+webhook ||
		!signed(got[0], secret) {
		t.Errorf("received %v", got)
	}
}

// A webhook is tested before it is switched on. A test that fails is not repeated, and says why.
func TestAWebhookThatIsOffIsTestedOnce(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	start := time.Now()
	h.At(start)
	off := body{"name": "Gateway", "url": r.URL, "events": []string{"*"}}
	webhook := h.As("admin1").Create("webhooks", off).OK(t).ID()
	test := func() (*core.Record, int) {
		h.As("admin1").Do(http.MethodPost, "/api/hospital/webhooks/"+webhook+"/test", nil).OK(t)
		h.Verify()
		publish(h, "a/1", 1) // not wanted while it is off
		for hour := range 10 {
			h.At(start.Add(time.Duration(hour) * time.Hour))
			deliver(h)
		}
		return newest(h, webhook), len(r.take())
	}
	r.answers(status(500))
	if d, n := test(); n != 1 || d.GetString("status") != "failed" || d.GetInt("response_status") != 500 {
		t.Errorf("%d requests, the delivery is %v", n, d.FieldsData())
	}
	if w := h.Record("webhooks", webhook); w.GetBool("active") || w.GetString("failing_since") != "" {
		t.Errorf("the webhook is %v", w.FieldsData())
	}
	r.answers(nil)
	if d, n := test(); n != 1 || d.GetString("status") != "sent" {
		t.Errorf("%d requests, the delivery is %v", n, d.FieldsData())
	}
	h.Verify()
}

func TestAddressesAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	enter := func(url string) hospitaltest.Response {
		return h.As("admin1").Create("webhooks", body{"name": "Gateway", "url": url, "events": []string{"*"}})
	}
	for url, code := range map[string]string{
		"http://gateway.example/":              "not_https",
		"https://10.0.0.1/":                    "private_address",
		"https://169.254.169.254/":             "special_address",
		"https://[::ffff:10.0.0.1]/":           "private_address",
		"https://user:pw@host.example/":        "invalid_url",
		"https://2130706433/":                  "invalid_url",
		"":                                     "validation_required",
		"https://" + strings.Repeat("a", 2000): "invalid_url",
	} {
		if got := enter(url); got.Status != 400 || got.Code("url") != code {
			t.Errorf("%s: %d %s, want %s", url, got.Status, got.Raw, code)
		}
	}
	if got := h.As("admin1").Update("webhooks", id("webhook1"), body{"url": "https://10.0.0.1/"}); got.Status != 400 {
		t.Errorf("a change is answered %d", got.Status)
	}
	webhooks.SetReach(h.App, webhooks.Reach{HTTP: true, Private: true})
	made := enter("http://10.0.0.1/").OK(t)
	h.As("admin1").Update("webhooks", made.ID(), body{"active": true}).OK(t)
	webhooks.SetReach(h.App, webhooks.Reach{}) // the operator changes their mind
	publish(h, "a/1", 1)
	deliver(h)
	if d := newest(h, made.ID()); !strings.Contains(d.GetString("error"), "must start with https") {
		t.Errorf("the delivery says %q", d.GetString("error"))
	}
}
