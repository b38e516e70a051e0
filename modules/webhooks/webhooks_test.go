package webhooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestAnEventIsACloudEventWithASignature(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	now := time.Now().UTC().Truncate(time.Millisecond)
	h.At(now)
	h.App.Settings().Meta.AppURL = "https://hospital.example/"
	_, secret := connect(h, r.URL, "hospital.appointment.cancelled")
	h.As("receptionist1").Update("appointments", id("booked1"),
		body{"status": "cancelled", "cancel_code": "hospital", "cancel_note": "the doctor is ill"}).OK(t)
	deliver(h)
	got := r.take()
	if len(got) != 1 {
		t.Fatalf("received %d events", len(got))
	}
	e := got[0].event
	visit := h.Record("appointments", id("booked1"))
	if e.SpecVersion != "1.0" || e.Source != "https://hospital.example" || e.Type != "hospital.appointment.cancelled" ||
		e.Subject != "appointments/"+visit.Id || e.DataContentType != "application/json" ||
		e.Time != now.Format(time.RFC3339Nano) || e.ID == "" || e.ID != got[0].header.Get("Webhook-Id") {
		t.Errorf("the event is %s", got[0].body)
	}
	for field, want := range map[string]any{"id": visit.Id, "number": visit.GetString("number"), "status": "cancelled",
		"patient": id("pat1"), "doctor": id("dr1"), "starts": visit.GetString("starts"),
		"version": visit.GetFloat("version")} {
		if e.Data[field] != want {
			t.Errorf("%s is %v, want %v", field, e.Data[field], want)
		}
	}
	for _, private := range []string{"ill", "reason of", "Patient 1", "Dr. 1"} {
		if strings.Contains(got[0].body, private) {
			t.Errorf("the event contains %q", private)
		}
	}
	if kind := got[0].header.Get("Content-Type"); kind != "application/cloudevents+json" {
		t.Errorf("the content type is %s", kind)
	}
	if stamp := got[0].header.Get("Webhook-Timestamp"); stamp != fmt.Sprint(now.Unix()) {
		t.Errorf("the timestamp is %s", stamp)
	}
	if !signed(got[0], secret) {
		t.Error("the signature is wrong")
	}
	h.Verify()
}

// Every type that comes from a record is published when that happens, and a webhook gets what it wants only.
func TestReceiversGetTheEventsThatTheyWant(t *testing.T) {
	t.Parallel()
	h, r, other := hospitaltest.New(t), newReceiver(t), newReceiver(t)
	connect(h, r.URL, "*")
	connect(h, other.URL, "hospital.bill.issued")
	desk, doctor, patient := h.As("receptionist1"), h.As("doctor1"), h.As("patient1")
	starts := time.Now().UTC().Truncate(24 * time.Hour).Add(9*24*time.Hour + 9*time.Hour)
	book := func(after time.Duration) string {
		return patient.Create("appointments", body{"patient": id("pat1"), "doctor": id("dr1"),
			"starts": starts.Add(after), "reason": "cough"}).OK(t).ID()
	}
	visit, rejected := book(0), book(time.Hour)
	doctor.Update("appointments", visit, body{"status": "approved"}).OK(t)
	doctor.Update("appointments", rejected, body{"status": "cancelled", "cancel_code": "rejected", "cancel_note": "no"}).OK(t)
	desk.Update("appointments", visit, body{"starts": starts.Add(2 * time.Hour)}).OK(t)
	patient.Update("appointments", visit, body{"status": "cancelled"}).OK(t)
	drug := doctor.Create("prescriptions", body{"appointment": id("done1")}).OK(t).ID()
	doctor.Create("prescription_items", body{"prescription": drug, "drug": "Zinc"}).OK(t)
	doctor.Update("prescriptions", drug, body{"status": "issued", "override_reason": "known"}).OK(t)
	h.As("accountant1").Update("payments", id("paid1"), body{"status": "verified"}).OK(t)
	h.As("accountant1").Update("payments", id("paid2"), body{"status": "rejected", "note": "bounced"}).OK(t)
	deliver(h)
	var types []string
	for _, got := range r.take() {
		types = append(types, strings.TrimPrefix(got.event.Type, "hospital."))
		if strings.Contains(got.body, "cough") || strings.Contains(got.body, "Zinc") || strings.Contains(got.body, "bounced") {
			t.Errorf("an event contains clinical text or a note: %s", got.body)
		}
	}
	slices.Sort(types)
	want := []string{"appointment.approved", "appointment.cancelled", "appointment.rejected", "appointment.requested",
		"appointment.requested", "appointment.rescheduled", "payment.rejected", "payment.verified", "prescription.issued"}
	if !slices.Equal(types, want) {
		t.Errorf("received\n%v, want\n%v", types, want)
	}
	if got := other.take(); len(got) != 0 {
		t.Errorf("the other received %v", got)
	}
	h.Verify()
}

// An hour of failure: everything arrives, in order per subject, each with the id of its first try.
func TestAReceiverThatIsBackGetsEverythingInOrder(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	start := time.Now().UTC().Truncate(time.Second)
	h.At(start)
	webhook, secret := connect(h, r.URL, "hospital.notice")
	r.answers(status(http.StatusInternalServerError))
	subjects := []string{"a/1", "a/2", "a/3"}
	tried := map[string]string{} // the id of an event by its body
	for minute := range 60 {
		h.At(start.Add(time.Duration(minute) * time.Minute))
		if minute < 12 {
			publish(h, subjects[minute%3], minute)
		}
		deliver(h)
		for _, got := range r.take() {
			if known, ok := tried[got.body]; ok && known != got.header.Get("Webhook-Id") {
				t.Error("another try has another id")
			}
			tried[got.body] = got.header.Get("Webhook-Id")
		}
	}
	if len(tried) != 3 {
		t.Errorf("%d events were tried, want the first of each subject", len(tried))
	}
	if since := h.Record("webhooks", webhook).GetDateTime("failing_since").Time(); !since.Equal(start) {
		t.Errorf("it is failing since %s", since)
	}
	r.answers(nil)
	h.At(start.Add(64 * time.Minute))
	deliver(h)
	order := map[string][]int{}
	for _, got := range r.take() {
		order[got.event.Subject] = append(order[got.event.Subject], int(got.event.Data["n"].(float64)))
		if !signed(got, secret) {
			t.Error("the signature is wrong")
		}
	}
	for i, subject := range subjects {
		if want := []int{i, i + 3, i + 6, i + 9}; !slices.Equal(order[subject], want) {
			t.Errorf("%s received %v, want %v", subject, order[subject], want)
		}
	}
	if w := h.Record("webhooks", webhook); w.GetString("failing_since")+w.GetString("last_error") != "" {
		t.Error("the webhook still says that it fails")
	}
	h.Verify()
}
