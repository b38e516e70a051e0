package calendar_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/hospitaltest"
	"hospital/modules/audit"
)

func TestAnAddressIsShownOnceAndRenewed(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	shown := func() map[string]any { return h.As("patient1").Do(http.MethodGet, calendarPath, nil).OK(t).JSON }
	if before := shown(); before["active"] != false || before["created"] != "" || before["last_used_at"] != "" {
		t.Errorf("before: %v", before)
	}
	renewed := h.As("patient1").Do(http.MethodPost, calendarPath, nil).OK(t)
	first := pathOf(h, renewed)
	if renewed.Header.Get("Cache-Control") != "no-store" {
		t.Error("the address is kept by caches")
	}
	read(h, first, "").OK(t)
	if after := shown(); after["active"] != true || after["created"] == "" || after["last_used_at"] == "" || len(after) != 3 {
		t.Errorf("after: %v", after)
	}
	second := addressOf(h, "patient1")
	if status := read(h, first, "").Status; status != http.StatusNotFound {
		t.Errorf("the former address answers %d", status)
	}
	read(h, second, "").OK(t)
	for range 2 {
		if answer := h.As("patient1").Do(http.MethodDelete, calendarPath, nil); answer.Status != http.StatusNoContent {
			t.Errorf("deleting answered %d %s", answer.Status, answer.Raw)
		}
	}
	if status := read(h, second, "").Status; status != http.StatusNotFound || shown()["active"] != false {
		t.Errorf("the deleted address answers %d", status)
	}
	h.Verify()
}

func TestOnlyPatientsAndDoctorsHaveACalendar(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range []string{"nurse1", "receptionist1", "accountant1", "admin1"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			if answer := h.As(account).Do(method, calendarPath, nil); answer.Status != http.StatusForbidden ||
				answer.String("message") != "Your role may not do this." {
				t.Errorf("%s %s: %d %s", account, method, answer.Status, answer.Raw)
			}
		}
	}
	if status := h.As("guest").Do(http.MethodPost, calendarPath, nil).Status; status != http.StatusUnauthorized {
		t.Errorf("a guest gets %d", status)
	}
}

// With whatever ends all tokens of an account, its address ends.
func TestAnAddressEndsWithTheTokens(t *testing.T) {
	t.Parallel()
	const password = "another long passphrase 7"
	for what, change := range map[string]func(*hospitaltest.Hospital){
		"a new password": func(h *hospitaltest.Hospital) {
			h.As("doctor1").Update("users", id("doctor1"), body{"password": password, "passwordConfirm": password,
				"oldPassword": hospitaltest.Password}).OK(t)
		},
		"signing out everywhere": func(h *hospitaltest.Hospital) {
			h.As("doctor1").Do(http.MethodPost, "/api/hospital/sessions/end", body{"all": true}).OK(t)
		},
		"suspension": func(h *hospitaltest.Hospital) {
			h.As("admin1").Update("users", id("doctor1"), body{"status": "suspended"}).OK(t)
		},
		"another role": func(h *hospitaltest.Hospital) {
			h.As("admin1").Update("users", id("doctor1"), body{"role": "nurse"}).OK(t)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			path, other := addressOf(h, "doctor1"), addressOf(h, "patient1")
			change(h)
			if status := read(h, path, "").Status; status != http.StatusNotFound {
				t.Errorf("the address answers %d", status)
			}
			if read(h, other, "").Status != http.StatusOK {
				t.Error("the address of another account has ended")
			}
			h.Verify()
		})
	}
}

// An account that is suspended past the rules of the server reads nothing, either.
func TestWrongAddressesAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	suspended := addressOf(h, "patient2")
	if err := h.SQL("UPDATE users SET status = 'suspended' WHERE id = '" + id("patient2") + "'"); err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimSuffix(addressOf(h, "patient1"), ".ics")
	unknown := calendarPath + "/" + strings.Repeat("a", 40) + ".ics"
	want := read(h, unknown, "")
	for _, path := range []string{suspended, secret, secret + ".ICS", secret[:len(secret)-1] + ".ics", secret + "a.ics",
		calendarPath + "/.ics", calendarPath + "/x.ics", calendarPath + "/%25.ics"} {
		got := read(h, path, "")
		if got.Status != http.StatusNotFound || string(got.Raw) != string(want.Raw) || got.Header.Get("ETag") != "" {
			t.Errorf("%s answered %d %s", path, got.Status, got.Raw)
		}
	}
}

func TestRenewingAtOnceLeavesOneAddress(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	client := h.As("patient1")
	answers := make([]hospitaltest.Response, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = client.Do(http.MethodPost, calendarPath, nil) })
	}
	all.Wait()
	works := 0
	for _, answer := range answers {
		if read(h, pathOf(h, answer.OK(t)), "").Status == http.StatusOK {
			works++
		}
	}
	if works != 1 || feedsOf(h, "patient1") != 1 {
		t.Errorf("%d addresses work, %d are stored", works, feedsOf(h, "patient1"))
	}
}

// feedsOf counts the stored addresses of an account.
func feedsOf(h *hospitaltest.Hospital, account string) (n int) {
	h.T.Helper()
	err := h.App.DB().Select("COUNT(*)").From("calendar_feeds").Where(dbx.HashExp{"user": id(account)}).Row(&n)
	if err != nil {
		h.T.Fatal(err)
	}
	return n
}

func TestTheLastUseIsWrittenOnceAnHour(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path, begin := addressOf(h, "patient1"), time.Now()
	writes := func(after time.Duration) (n int) {
		h.At(begin.Add(after))
		for _, s := range h.Statements(func() { read(h, path, "").OK(t) }) {
			if s.Writes {
				n++
			}
		}
		return n
	}
	for _, at := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {time.Minute, 0}, {59 * time.Minute, 0}, {61 * time.Minute, 1}, {100 * time.Minute, 0},
		{-time.Hour, 1}} { // the clock was set back
		if got := writes(at.after); got != at.want {
			t.Errorf("after %v: %d writes, want %d", at.after, got, at.want)
		}
	}
}

// reads counts the entries of the audit log about visits of a doctor that were read.
func reads(h *hospitaltest.Hospital, account string) (n int) {
	h.T.Helper()
	if err := audit.Flush(h.App); err != nil {
		h.T.Fatal(err)
	}
	err := h.App.DB().NewQuery("SELECT COUNT(*) FROM audit_log WHERE actor = {:actor} AND collection = 'appointments'").
		Bind(dbx.Params{"actor": id(account)}).Row(&n)
	if err != nil {
		h.T.Fatal(err)
	}
	return n
}

func TestReadingTheVisitsOfADoctorIsLoggedOnceAnHour(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path, begin, before := addressOf(h, "doctor1"), time.Now(), reads(h, "doctor1")
	for i, at := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {10 * time.Minute, 1}, {61 * time.Minute, 2}} {
		h.At(begin.Add(at.after))
		read(h, path, "").OK(t)
		if got := reads(h, "doctor1") - before; got != at.want {
			t.Errorf("read %d: %d entries, want %d", i, got, at.want)
		}
	}
	h.At(begin.Add(3 * time.Hour))
	tag := read(h, path, "").OK(t).Header.Get("ETag")
	counted := reads(h, "doctor1")
	h.At(begin.Add(5 * time.Hour))
	if read(h, path, tag).Status != http.StatusNotModified || reads(h, "doctor1") != counted {
		t.Error("what was not sent is logged")
	}
	own := addressOf(h, "patient1")
	counted = reads(h, "patient1")
	read(h, own, "").OK(t)
	if reads(h, "patient1") != counted {
		t.Error("a patient's own reading is logged")
	}
}

func TestTheAuditLogHasNoSecret(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path := addressOf(h, "doctor1")
	secret, _ := strings.CutPrefix(strings.TrimSuffix(path, ".ics"), calendarPath+"/")
	read(h, path, "").OK(t)
	h.As("doctor1").Do(http.MethodDelete, calendarPath, nil)
	for _, refused := range []string{path, "/api/hospital/%63alendar/" + secret + ".ics", path + "/"} {
		h.As("guest").SkipContract().Do(http.MethodGet, refused, nil)
	}
	if err := audit.Flush(h.App); err != nil {
		t.Fatal(err)
	}
	var leaks, refusals int
	err := h.App.DB().NewQuery(`SELECT SUM(collection || record || changes LIKE {:part} OR changes LIKE {:hash}),
		SUM(action = 'get 404' AND collection = 'hospital/calendar/***') FROM audit_log`).
		Bind(dbx.Params{"part": "%" + secret[:10] + "%",
			"hash": "%" + security.SHA256(secret) + "%"}).Row(&leaks, &refusals)
	if err != nil {
		t.Fatal(err)
	}
	if leaks != 0 || refusals == 0 {
		t.Errorf("%d entries have the secret, %d refusals are logged", leaks, refusals)
	}
}
