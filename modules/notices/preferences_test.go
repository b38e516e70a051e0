package notices_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/hospitaltest"
	"hospital/modules/notices"
)

// mailsTo are the mails to an address, oldest first.
func mailsTo(h *hospitaltest.Hospital, address string) (all []*mailer.Message) {
	for _, m := range h.App.TestMailer.Messages() {
		if m.To[0].Address == address {
			all = append(all, m)
		}
	}
	return all
}

func TestMailsAreInTheLanguageOfTheReader(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"language": "ar", "timezone": "Europe/Berlin"}).OK(t)
	h.As("patient1").Update("users", id("patient1"), body{"language": "de"}).OK(t)
	h.As("receptionist1").Update("patients", id("walkin"), body{"language": "en", "email": "walkin@example.org"}).OK(t)
	for _, visit := range []string{"booked1", "booked2", "walk"} {
		h.As("receptionist1").Update("appointments", id(visit), body{"status": "cancelled", "cancel_note": "Sorry"}).OK(t)
	}
	deliver(h)
	for address, want := range map[string]struct{ subject, html string }{
		"patient1@example.org": {"Ihr Termin wurde abgesagt", `<html lang="de" dir="ltr">`},
		"patient2@example.org": {"أُلغي موعدك", `<html lang="ar" dir="rtl">`},
		"walkin@example.org":   {"Your visit was cancelled", `<html lang="en" dir="ltr">`},
	} {
		mails := mailsTo(h, address)
		if len(mails) != 1 || !strings.HasPrefix(mails[0].Subject, want.subject) ||
			!strings.Contains(mails[0].HTML, want.html) || !strings.Contains(mails[0].Text, "Sorry") {
			t.Errorf("%s got %d mails: %+v", address, len(mails), mails)
		}
	}
	if answer := h.As("patient1").Update("users", id("patient1"), body{"language": "xx"}); answer.Status != 400 {
		t.Errorf("an unknown language answered %d", answer.Status)
	}
}

func TestWhoWantsNoMailsOfAKindGetsNone(t *testing.T) {
	t.Parallel()
	h := posted(t)
	patient := h.As("patient1")
	off := patient.Create("notice_preferences", body{"user": id("patient1"), "kind": "confirmed", "email": false}).
		OK(t).ID()
	h.As("doctor1").Update("appointments", id("asked1"), body{"status": "approved"}).OK(t)
	deliver(h)
	if n := len(mailsTo(h, "patient1@example.org")); n != 0 {
		t.Errorf("%d mails arrived", n)
	}
	skipped := hospitaltest.Filter("appointment = '" + id("asked1") + "' && kind = 'confirmed' && channel = 'email'")
	if found := h.As("admin1").List("notices", skipped).OK(t).Items(); len(found) != 1 || found[0]["status"] != "skipped" {
		t.Errorf("the notice is %v", found)
	}
	patient.Update("notice_preferences", off, body{"email": true}).OK(t)
	h.As("receptionist1").Create("appointments",
		body{"patient": id("pat1"), "doctor": id("dr1"), "starts": hours(310)}).OK(t)
	deliver(h)
	if n := len(mailsTo(h, "patient1@example.org")); n != 1 {
		t.Errorf("after it was switched on again, %d mails arrived", n)
	}
	for what, sent := range map[string]body{
		"of another account": {"user": id("patient2"), "kind": "reminder", "email": false},
		"twice":              {"user": id("patient1"), "kind": "confirmed", "email": false},
		"essential":          {"user": id("patient1"), "kind": "cancelled", "email": false},
		"of nobody":          {"kind": "reminder", "email": false},
	} {
		if answer := patient.Create("notice_preferences", sent); answer.Status < 400 || answer.Status > 499 {
			t.Errorf("a preference %s answered %d", what, answer.Status)
		}
	}
}

func TestWhoWantsNoTextMessagesOfAKindGetsNone(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("admin1").Create("webhooks", body{"name": "SMS", "url": "https://gateway.example", "active": true,
		"events": []string{"hospital.notice"}}).OK(t)
	h.As("patient1").Update("patients", id("pat1"), body{"phone": "+49 30 7"}).OK(t)
	preference := body{"user": id("patient1"), "kind": "confirmed", "email": false}
	stored := h.As("patient1").Create("notice_preferences", preference).OK(t).ID()
	channel := func(visit, channel string) any {
		deliver(h)
		found := h.As("admin1").List("notices", hospitaltest.Filter("appointment = '"+visit+
			"' && kind = 'confirmed' && channel = '"+channel+"'")).OK(t).Items()
		if len(found) != 1 {
			t.Fatalf("%s has %d notices by %s", visit, len(found), channel)
		}
		return found[0]["status"]
	}
	h.As("doctor1").Update("appointments", id("asked1"), body{"status": "approved"}).OK(t)
	if mail, text := channel(id("asked1"), "email"), channel(id("asked1"), "webhook"); mail != "skipped" || text != "sent" {
		t.Errorf("without mails: the mail is %s, the text message %s", mail, text)
	}
	h.As("patient1").Update("notice_preferences", stored, body{"email": true, "no_texts": true}).OK(t)
	visit := h.As("receptionist1").Create("appointments",
		body{"patient": id("pat1"), "doctor": id("dr1"), "starts": hours(310)}).OK(t).ID()
	if mail, text := channel(visit, "email"), channel(visit, "webhook"); mail != "sent" || text != "skipped" {
		t.Errorf("without text messages: the mail is %s, the text message %s", mail, text)
	}
}

var link = regexp.MustCompile(`/#/unsubscribe(\?token=[\w.%-]+)`)

func TestALinkInAMailEndsMailsOfItsKind(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("receptionist1").Update("patients", id("walkin"), body{"email": "walkin@example.org"}).OK(t)
	for patient, address := range map[string]string{"pat1": "patient1@example.org", "walkin": "walkin@example.org"} {
		book := func(n int) {
			h.As("receptionist1").Create("appointments",
				body{"patient": id(patient), "doctor": id("dr1"), "starts": hours(n)}).OK(t)
			deliver(h)
		}
		at := 320 + len(patient)*10 // another time for each
		book(at)
		mails := mailsTo(h, address)
		if len(mails) != 1 {
			t.Fatalf("%s: %d mails arrived", patient, len(mails))
		}
		query := link.FindStringSubmatch(mails[0].Text)
		header := mails[0].Headers
		if query == nil || header["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" ||
			!strings.HasSuffix(header["List-Unsubscribe"], "/api/hospital/unsubscribe"+query[1]+">") {
			t.Fatalf("%s: the header is %v\n%s", patient, header, mails[0].Text)
		}
		guest := h.As("guest")
		if page := guest.Do(http.MethodGet, "/api/hospital/unsubscribe"+query[1], nil); page.Status != http.StatusSeeOther {
			t.Errorf("the address answered %d", page.Status)
		}
		for range 2 {
			guest.Do(http.MethodPost, "/api/hospital/unsubscribe"+query[1], nil).OK(t)
		}
		book(at + 1)
		if n := len(mailsTo(h, address)); n != 1 {
			t.Errorf("%s: afterwards %d mails arrived", patient, n)
		}
		for _, bad := range []string{"", "?token=", "?token=x", query[0][len("/#/unsubscribe"):] + "x"} {
			if answer := guest.Do(http.MethodPost, "/api/hospital/unsubscribe"+bad, nil); answer.Status != 400 {
				t.Errorf("the link %q answered %d", bad, answer.Status)
			}
		}
	}
	h.Verify()
}

func TestEssentialMailsHaveNoSuchLink(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	deliver(h)
	if m := h.App.TestMailer.LastMessage(); link.MatchString(m.Text) || m.Headers["List-Unsubscribe"] != "" {
		t.Errorf("the mail says\n%s", m.Text)
	}
}

func TestPatientsAreToldOfBillsPaymentsAndPapers(t *testing.T) {
	t.Parallel()
	h := posted(t)
	bill := h.As("accountant1").List("bills", hospitaltest.Filter("status = 'unpaid' && patient = '"+id("pat1")+"'")).
		OK(t).IDs()[0]
	pay := func(status string) {
		payment := h.As("accountant1").Create("payments", body{"bill": bill, "method": "card", "amount_minor": 1,
			"reference": "slip-" + status}).OK(t).ID()
		h.As("admin1").Update("payments", payment, body{"status": status, "note": "secret"}).OK(t)
	}
	pay("verified")
	pay("rejected")
	document := h.As("doctor1").Create("documents", body{"patient": id("pat1"), "kind": "lab_report",
		"title": "secret HIV test", "visible_to_patient": false,
		"file": hospitaltest.File{Name: "a.txt", Content: []byte("Dear colleague,")}}).OK(t).ID()
	for _, shown := range []bool{true, false, true} { // told once
		h.As("doctor1").Update("documents", document, body{"visible_to_patient": shown}).OK(t)
	}
	deliver(h)
	var got []string
	for _, m := range mailsTo(h, "patient1@example.org") {
		subject, _, _ := strings.Cut(m.Subject, " –")
		got = append(got, subject)
		if strings.Contains(m.Text+m.HTML+m.Subject, "secret") || strings.Contains(m.Text, "HIV") {
			t.Errorf("a mail says\n%s", m.Text)
		}
		if subject == "We have received your payment" && !strings.Contains(m.Text, "0.01 EUR") {
			t.Errorf("a mail says\n%s", m.Text)
		}
	}
	slices.Sort(got)
	want(t, "the mails", got, "There is something new to read", "We have received your payment",
		"Your payment was not accepted")
	there := h.As("patient1").List("notices", hospitaltest.Filter(
		"channel = 'portal' && (about ~ 'payments/%' || about = 'documents/"+document+"')")).OK(t).Items()
	if len(there) != 3 {
		t.Errorf("the portal has %v", there)
	}
	h.Verify()
}

func TestABillThatIsVoidIsNotTold(t *testing.T) {
	t.Parallel()
	h := posted(t)
	accountant := h.As("accountant1")
	draft := accountant.Create("bills", body{"patient": id("pat1")}).OK(t).ID()
	accountant.Create("bill_items", body{"bill": draft, "description": "Crutches", "quantity": 1, "unit_minor": 100}).
		OK(t)
	accountant.Update("bills", draft, body{"status": "unpaid"}).OK(t)
	deliver(h)
	if m := h.App.TestMailer.LastMessage(); !strings.HasPrefix(m.Subject, "Your bill INV-") ||
		!strings.Contains(m.Text, "1.00 EUR") {
		t.Errorf("the mail %s says\n%s", m.Subject, m.Text)
	}
	before := h.App.TestMailer.TotalSend()
	other := accountant.Create("bills", body{"patient": id("pat1")}).OK(t).ID()
	accountant.Create("bill_items", body{"bill": other, "description": "Crutches", "quantity": 1, "unit_minor": 100}).
		OK(t)
	accountant.Update("bills", other, body{"status": "unpaid"}).OK(t)
	accountant.Update("bills", other, body{"status": "void", "reason": "typed twice"}).OK(t)
	deliver(h)
	if h.App.TestMailer.TotalSend() != before {
		t.Error("a mail tells of a void bill")
	}
}

func TestDoctorsGetTheListOfTomorrowOnceIfTheyAsk(t *testing.T) {
	t.Parallel()
	h := posted(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Asia/Kolkata", "reminder_leads": ""}).OK(t)
	zone, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	visit := h.Record("appointments", id("booked1"))
	starts := visit.GetDateTime("starts").Time().In(zone)
	evening := time.Date(starts.Year(), starts.Month(), starts.Day()-1, 0, 0, 0, 0, zone)
	pass := func(hour int) (mails int) {
		t.Helper()
		h.At(evening.Add(time.Duration(hour) * time.Hour))
		if err := notices.SendDayLists(h.App); err != nil {
			t.Fatal(err)
		}
		deliver(h)
		for _, m := range mailsTo(h, "doctor1@example.org") {
			if strings.HasPrefix(m.Subject, "Your visits tomorrow") {
				mails++
			}
		}
		return mails
	}
	if n := pass(19); n != 0 {
		t.Errorf("without asking, %d mails", n)
	}
	h.As("doctor1").Create("notice_preferences", body{"user": id("doctor1"), "kind": "day_list", "email": true}).OK(t)
	if n := pass(17); n != 0 {
		t.Errorf("too early, %d mails", n)
	}
	if n := pass(19) + pass(20); n != 2 { // one mail, counted twice
		t.Errorf("%d mails", n)
	}
	if m := mailsTo(h, "doctor1@example.org"); len(m) > 0 && (!strings.Contains(m[len(m)-1].Text, starts.Format("15:04")) ||
		strings.Contains(m[len(m)-1].Text, "Patient")) {
		t.Errorf("the mail says\n%s", m[len(m)-1].Text)
	}
	h.Verify()
}

func TestDoctorsAreToldThatTheirAbsenceConcernsVisits(t *testing.T) {
	t.Parallel()
	h := posted(t)
	starts := h.Record("appointments", id("booked1")).GetDateTime("starts").Time()
	away := h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": starts.Add(-time.Hour),
		"ends": starts.Add(time.Hour), "reason": "ill"}).OK(t).ID()
	for _, more := range []time.Duration{2, 1, 2} { // changed, and changed back
		h.As("doctor1").Update("time_off", away, body{"ends": starts.Add(more * time.Hour)})
	}
	deliver(h)
	told := 0
	for _, m := range mailsTo(h, "doctor1@example.org") {
		if strings.HasPrefix(m.Subject, "Your absence concerns visits") {
			told++
		}
	}
	if told == 0 {
		t.Error("no mail tells of it")
	}
}
