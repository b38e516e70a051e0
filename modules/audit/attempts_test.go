package audit_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/server"
	"hospital/modules/audit"
)

// proxied is a hospital behind a proxy that sends the client's address in X-Real-IP.
func proxied(t *testing.T) *hospitaltest.Hospital {
	t.Helper()
	h := hospitaltest.New(t)
	h.App.Settings().TrustedProxy.Headers = []string{"X-Real-IP"}
	h.At(time.Now().Truncate(time.Minute).Add(time.Second))
	return h
}

// rows counts the entries with an action, and adds up the requests that they stand for.
func rows(entries []entry, action string) (count int, requests []string) {
	for _, e := range entries {
		if e["action"] == action {
			count++
			if changes := e["changes"].(string); changes != "" {
				requests = append(requests, strings.Trim(strings.Split(changes, ",")[1], `]}"`))
			}
		}
	}
	return count, requests
}

func TestRefusalsOfAGuestAreAddedUp(t *testing.T) {
	t.Parallel()
	h := proxied(t)
	audit.SetAttempts(h.App, 5)
	entries := logged(h, func() {
		for i := range 40 { // from all addresses of one network
			guest := h.As("guest").With("X-Real-IP", fmt.Sprintf("2001:db8::%x", i+1))
			guest.View("patients", id("pat1"), "")
			guest.Do(http.MethodPost, "/api/collections/users/auth-with-password", body{
				"identity": fmt.Sprint("nobody", i), "password": "wrong"})
		}
		h.As("guest").With("X-Real-IP", "192.0.2.1").View("patients", id("pat1"), "") // somebody else
		h.As("doctor1").View("patients", id("pat2"), "")                              // staff are not added up
		for range 30 {
			h.As("patient2").View("patients", id("pat1"), "")
		}
	})
	if len(entries) != 5+1+1+1+5+1 { // each with its sum
		t.Errorf("the log has %d entries", len(entries))
	}
	count, requests := rows(entries, "more requests")
	if count != 2 || !strings.Contains(strings.Join(requests, " "), "75") ||
		!strings.Contains(strings.Join(requests, " "), "25") {
		t.Errorf("%d sums of %v requests", count, requests)
	}
	for _, e := range entries {
		if e["action"] == "more requests" && e["role"] == "guest" && e["ip"] != "2001:db8::/64" {
			t.Errorf("the sum has the address %s", e["ip"])
		}
	}
	h.At(time.Now().Add(2 * time.Minute))
	again := logged(h, func() { h.As("guest").With("X-Real-IP", "2001:db8::1").View("patients", id("pat1"), "") })
	if len(again) != 1 || again[0]["action"] == "more requests" {
		t.Errorf("the next minute has %v", again)
	}
	h.Verify()
}

func TestRefusalsOfManyNetworksAreBounded(t *testing.T) {
	t.Parallel()
	h := proxied(t)
	audit.SetAttempts(h.App, 5)
	entries := logged(h, func() {
		for i := range 2_000 {
			h.As("guest").SkipContract().With("X-Real-IP", fmt.Sprintf("10.0.%d.%d", i/250, i%250)).
				Do(http.MethodGet, "/api/nothing", nil)
		}
	})
	if len(entries) > 600+1_001 {
		t.Errorf("2,000 networks have %d entries", len(entries))
	}
}

func TestRequestsThatALimitRefusesAreAddedUp(t *testing.T) {
	t.Parallel()
	h := proxied(t)
	server.SetRate(h.App, 1)
	entries := logged(h, func() {
		for i := range 50 {
			h.As("guest").With("X-Real-IP", fmt.Sprintf("2001:db8::%x", i+1)).Do(http.MethodPost,
				"/api/collections/users/request-password-reset", body{"email": "nobody@example.org"})
		}
		for range 130 {
			h.As("nurse1").SkipContract().Do(http.MethodPost, "/api/batch", body{"requests": []any{}})
		}
	})
	count, requests := rows(entries, "too many requests")
	if count != 2 || !strings.Contains(strings.Join(requests, " "), "20") ||
		!strings.Contains(strings.Join(requests, " "), "10") {
		t.Errorf("%d sums of %v requests", count, requests)
	}
	for _, e := range entries {
		if strings.HasSuffix(e["action"].(string), "429") {
			t.Errorf("%s has an entry of its own", e.summary())
		}
	}
}

func TestASubscriptionIsOneEntry(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	subscribe := func(account string, topics ...string) []entry {
		return logged(h, func() {
			h.As(account).Do(http.MethodPost, "/api/realtime",
				body{"clientId": openStream(h), "subscriptions": topics}).OK(t)
		})
	}
	var topics []string
	for i := range 30 {
		topics = append(topics, "patients/"+id(fmt.Sprint("p", i))+`?options={"query":{"filter":"name='Secret'"}}`)
	}
	entries := subscribe("nurse1", append(topics, "patients/*", "patients/*?x")...)
	expect(t, entries, "nurse1 nurse subscribe    done", "nurse1 nurse search patients   done")
	if changes := entries[0]["changes"].(string); !strings.Contains(changes, "patients/p29") ||
		!strings.Contains(changes, "patients/*") || strings.Contains(changes, "Secret") {
		t.Errorf("the topics are %s", changes)
	}
	expect(t, subscribe("nurse1", "patients/*"), "nurse1 nurse subscribe patients/*   done")
	expect(t, subscribe("guest", "doctors/*", "hospital/*", "Departments/*"))
	expect(t, subscribe("guest", "patients/*"), " guest subscribe patients/*   done")
}
