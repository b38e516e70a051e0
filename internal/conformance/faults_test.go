package conformance_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/sqlite"
)

// TestFaultsOfTheDatabaseAre503 breaks the database in different ways. No request that
// fails because of that may be answered as if the client had made a mistake, and the
// same request succeeds when the database works again.
func TestFaultsOfTheDatabaseAre503(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct {
		name string
		// breaks makes the database fail; heal ends that.
		breaks func(t *testing.T, h *hospitaltest.Hospital) (heal func())
	}{
		{"read-only", func(t *testing.T, h *hospitaltest.Hospital) func() {
			pragma(t, h, "PRAGMA query_only = 1")
			return func() { pragma(t, h, "PRAGMA query_only = 0") }
		}},
		{"full", func(t *testing.T, h *hospitaltest.Hospital) func() {
			pragma(t, h, "CREATE TABLE ballast (data BLOB)")
			pragma(t, h, "PRAGMA max_page_count = 1")                         // SQLite takes the present size instead
			for _, size := range []string{"100000", "10000", "3000", "500"} { // until nothing fits
				for h.SQL("INSERT INTO ballast VALUES (zeroblob("+size+"))") == nil {
				}
			}
			for range 100 { // also not into the last page of a table
				if h.As("receptionist1").Create("patients", hospitaltest.Body{"name": "Filler"}).Status != http.StatusOK {
					break
				}
			}
			return func() { pragma(t, h, "PRAGMA max_page_count = 1000000") }
		}},
		{"busy", func(t *testing.T, h *hospitaltest.Hospital) func() {
			pragma(t, h, "PRAGMA busy_timeout = 50")
			other, err := sqlite.Open(filepath.Join(h.App.DataDir(), sqlite.DataFile))
			if err != nil {
				t.Fatal(err)
			}
			lock, err := other.Begin()
			if err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := lock.Rollback(); err != nil {
					t.Fatal(err)
				}
				_ = other.Close()
			}
		}},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			slot := time.Now().UTC().Truncate(24 * time.Hour).Add(200 * 24 * time.Hour)
			requests := []struct {
				name, account, method, path string
				body                        func(n int) hospitaltest.Body
			}{
				{"book", "patient1", http.MethodPost, "/api/collections/appointments/records", func(n int) hospitaltest.Body {
					return hospitaltest.Body{"patient": hospitaltest.ID("pat1"), "doctor": hospitaltest.ID("dr2"),
						"starts": slot.Add(time.Duration(n) * 30 * time.Minute).Format(wireFormat), "reason": "cough"}
				}},
				{"approve", "doctor1", http.MethodPatch, "/api/collections/appointments/records/" + hospitaltest.ID("asked1"),
					func(int) hospitaltest.Body { return hospitaltest.Body{"status": "approved"} }},
				{"batch", "receptionist1", http.MethodPost, "/api/batch", func(n int) hospitaltest.Body {
					return hospitaltest.Body{"requests": []any{hospitaltest.Body{"method": http.MethodPost,
						"url": "/api/collections/patients/records", "body": hospitaltest.Body{"name": "Known Nowhere",
							"birth_date": "1990-01-0" + string(rune('1'+n))}}}}
				}},
			}
			heal := fault.breaks(t, h)
			failed := 0
			for _, r := range requests {
				answer := h.As(r.account).Do(r.method, r.path, r.body(0))
				if answer.Status == http.StatusOK && fault.name == "full" { // a small row may still fit into a page
					continue
				}
				failed++
				if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" ||
					answer.Code("database") != "unavailable" {
					t.Errorf("%s is answered with %d %s", r.name, answer.Status, answer.Raw)
				}
			}
			if failed < 2 {
				t.Errorf("only %d requests failed", failed)
			}
			h.As("patient1").Do(http.MethodGet, "/api/collections/appointments/records", nil).OK(t)
			heal()
			for _, r := range requests {
				h.As(r.account).Do(r.method, r.path, r.body(1)).OK(t)
			}
			if sqlite.Faults(h.App) == 0 {
				t.Error("no fault was counted")
			}
		})
	}
}

// A damaged file is a fault as well, also for those who only read.
func TestADamagedDatabaseIsNotAMissingRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	client := h.As("patient1")
	client.Do(http.MethodGet, "/api/collections/appointments/records", nil).OK(t)
	h.Damage()
	for _, path := range []string{"/records", "/records/" + hospitaltest.ID("booked1")} {
		answer := client.Do(http.MethodGet, "/api/collections/appointments"+path, nil)
		if answer.Status != http.StatusServiceUnavailable {
			t.Errorf("%s is answered with %d %s", path, answer.Status, answer.Raw)
		}
	}
}

// The owner of a token that cannot be checked is not a guest, with or without the scheme Bearer.
func TestATokenThatCannotBeCheckedIsAFault(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	token, err := h.Record("users", hospitaltest.ID("patient1")).NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	h.Damage()
	for _, header := range []string{token, "Bearer " + token, "bearer " + token} {
		answer := h.As("guest").SkipContract().With("Authorization", header).
			Do(http.MethodGet, "/api/hospital/openapi.yaml", nil) // for guests it reads no record
		if answer.Status != http.StatusServiceUnavailable {
			t.Errorf("%.6s… is answered with %d", header, answer.Status)
		}
	}
}

func pragma(t *testing.T, h *hospitaltest.Hospital, statement string) {
	t.Helper()
	if err := h.SQL(statement); err != nil {
		t.Fatal(err)
	}
}
