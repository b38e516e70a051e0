package notices_test

import (
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestDoctorsAreToldWhatPatientsDo(t *testing.T) {
	t.Parallel()
	h := posted(t)
	patient := h.As("patient1")
	visit := patient.Create("appointments",
		body{"patient": id("pat1"), "doctor": id("dr1"), "starts": hours(300), "reason": "secret cough"}).OK(t).ID()
	deliver(h)
	patient.Update("appointments", visit, body{"starts": hours(310)}).OK(t)
	deliver(h)
	patient.Update("appointments", visit, body{"status": "cancelled", "cancel_note": "no rash"}).OK(t)
	deliver(h)
	var mails []string
	for _, m := range h.App.TestMailer.Messages() {
		if m.To[0].Address != "doctor1@example.org" {
			continue
		}
		subject, _, _ := strings.Cut(m.Subject, " –")
		mails = append(mails, subject)
		for _, private := range []string{"cough", "rash", "Patient 1"} {
			if strings.Contains(m.Subject+m.Text, private) {
				t.Errorf("a mail says %q\n%s", private, m.Text)
			}
		}
	}
	want(t, "the mails", mails, "A request waits for you", "A patient has moved a visit",
		"A patient has cancelled a visit")
	mine := hospitaltest.Filter("appointment = '" + visit + "' && channel = 'portal'")
	var kinds []string
	there := h.As("doctor1").List("notices", "sort=sent_at&"+mine).OK(t)
	for _, n := range there.Items() {
		kinds = append(kinds, n["kind"].(string))
	}
	want(t, "the portal", kinds, "requested", "moved", "cancelled")
	h.As("doctor1").Update("notices", there.IDs()[0], body{"seen": true}).OK(t)
	if n := len(h.As("doctor2").List("notices", mine).OK(t).Items()); n != 0 {
		t.Errorf("another doctor reads %d notices", n)
	}
	for _, n := range patient.List("notices", mine).OK(t).Items() {
		if n["audience"] != "patient" {
			t.Errorf("the patient reads %v", n)
		}
	}
	h.Verify()
}

func TestDoctorsAreNotToldOfTheirOwnChanges(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("doctor1").Update("appointments", id("booked1"), body{"starts": hours(300)}).OK(t)
	h.As("doctor1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	h.As("doctor1").Update("appointments", id("asked1"), body{"status": "approved"}).OK(t)
	deliver(h)
	for _, m := range h.App.TestMailer.Messages() {
		if m.To[0].Address == "doctor1@example.org" {
			t.Errorf("a mail says %s", m.Subject)
		}
	}
}
