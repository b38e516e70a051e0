package conformance_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// callers are all accounts of the test hospital, also one that is not active, and a guest.
func callers(t testing.TB, h *hospitaltest.Hospital) (all []*core.Record) {
	t.Helper()
	accounts, err := h.App.FindAllRecords("users")
	if err != nil {
		t.Fatal(err)
	}
	return append(accounts, nil)
}

// listening is the request of a topic with a filter.
func listening(auth *core.Record, filter string) *core.RequestInfo {
	return &core.RequestInfo{Context: core.RequestInfoContextRealtime, Method: http.MethodGet, Auth: auth,
		Query: map[string]string{"filter": filter}}
}

func idOf(auth *core.Record) string {
	if auth == nil {
		return "a guest"
	}
	return auth.Id
}

// Who hears of a change is decided in memory. The API rule decides the same about every record,
// for every account.
func TestListenersAreDecidedAsByTheRule(t *testing.T) {
	t.Parallel()
	hospitaltest.SkipShort(t)
	h := hospitaltest.New(t)
	for _, change := range []string{ // what makes a rule differ between records of one owner
		"UPDATE users SET status = 'suspended' WHERE id = '" + hospitaltest.ID("nurse2") + "'",
		"UPDATE doctors SET active = FALSE WHERE id = '" + hospitaltest.ID("dr2") + "'",
		"UPDATE patients SET user = '' WHERE id = '" + hospitaltest.ID("kid1") + "'",
	} {
		if err := h.SQL(change); err != nil {
			t.Fatal(err)
		}
	}
	h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password",
		body{"identity": "patient1@example.org", "password": hospitaltest.Password}).OK(t) // PocketBase remembers the device
	collections, err := h.App.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	accounts, declared, decided := callers(t, h), kit.CatalogOf(modules.All), map[bool]int{}
	written := map[string]int{}
	for _, collection := range collections {
		name := collection.Name
		records, err := h.App.FindAllRecords(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records {
			audience, rule := kit.NewAudience(h.App, record), record.Collection().ListRule
			for _, auth := range accounts {
				info := listening(auth, "")
				want, err := h.App.CanAccessRecord(record, info, rule)
				if err != nil {
					t.Fatal(err)
				}
				got, err := audience.MayRead(info, rule)
				if err != nil || got != want {
					t.Errorf("%s hears of %s %s: %v, %v; the rule says %v", idOf(auth), name, record.Id, got, err, want)
				}
				if _, ours := declared[name]; ours && !audience.InMemory(auth) {
					t.Errorf("whether %s hears of %s needs SQL", idOf(auth), name)
				}
				decided[want]++
				for what, may := range map[string]func(*core.Record) (bool, bool, error){
					"create": audience.MayCreate, "update": audience.MayUpdate,
				} {
					rule := record.Collection().CreateRule
					if what == "update" {
						rule = record.Collection().UpdateRule
					}
					want, err := h.App.CanAccessRecord(record, info, rule)
					if err != nil {
						t.Fatal(err)
					}
					if got, known, err := may(auth); err != nil || known && got != want {
						t.Errorf("%s may %s %s %s: %v, %v; the rule says %v", idOf(auth), what, name, record.Id, got, err, want)
					} else if known {
						written[what]++
					}
				}
			}
		}
	}
	if written["create"] < 2000 || written["update"] < 2000 {
		t.Errorf("too few decisions about writes were compared: %v", written)
	}
	if decided[true] < 900 || decided[false] < 1500 {
		t.Errorf("too few decisions were compared: %v", decided)
	}
}

// The filter of a topic matches the same records as the filter of a list.
func TestFiltersOfTopicsMatchAsInLists(t *testing.T) {
	t.Parallel()
	hospitaltest.SkipShort(t)
	h := hospitaltest.New(t)
	compared := 0
	now := time.Now().UTC().Format(wireFormat)
	for _, c := range []struct {
		collection string
		filters    []string
	}{
		{"appointments", []string{
			`status = "approved"`, `status != "approved" && overbook = false`, `starts > "` + now + `"`, `starts > @now`,
			`patient = "` + hospitaltest.ID("pat1") + `" || doctor.name ~ "2"`, `patient.name = "Patient 1"`,
			`cancel_code = ""`, `version > 1`, `version >= "2"`, `version = 1.0`, `reason:lower ~ "BOOKED"`,
			`patient.appointments_via_patient.status ?= "pending"`,
			`doctor.user.name = "doctor1"`, `number ~ "A"`, `checked_in_at = null`,
		}},
		{"bills", []string{
			`total_minor > 0`, `total_minor = "0"`, `issued_at != ""`, `patient.user = "` + hospitaltest.ID("patient1") + `"`,
		}},
		{"doctors", []string{`active = true`, `accepts_online = 1`, `consultation.price_minor = 5000`, `photo = ""`,
			`user.name = "doctor1"`}},
		{"users", []string{`role = "nurse"`, `email ~ "nurse1"`, `verified = false`}},
		{"documents", []string{`file ~ "shown"`, `visible_to_patient = true`, `patient.mrn != ""`}},
	} {
		records, err := h.App.FindAllRecords(c.collection)
		if err != nil {
			t.Fatal(err)
		}
		var audiences []*kit.Audience
		for _, record := range records {
			audiences = append(audiences, kit.NewAudience(h.App, record))
		}
		for _, account := range []string{
			"guest", "patient1", "doctor1", "doctor2", "nurse1", "receptionist1", "accountant1", "admin1",
		} {
			for _, filter := range c.filters {
				answer := h.As(account).List(c.collection, hospitaltest.Filter(filter))
				if answer.Status >= 400 { // the filter is refused, also of a topic
					continue
				}
				var auth *core.Record
				if account != "guest" {
					auth = h.Record("users", hospitaltest.ID(account))
				}
				compared++
				var got []string
				for i, record := range records {
					info, audience := listening(auth, filter), audiences[i]
					may, err := audience.MayRead(info, record.Collection().ListRule)
					if err != nil {
						t.Fatal(err)
					}
					matches, err := audience.Matches(info)
					if err != nil {
						t.Fatal(err)
					}
					if may && matches {
						got = append(got, record.Id)
					}
				}
				want := answer.IDs()
				slices.Sort(got)
				if slices.Sort(want); !slices.Equal(got, want) {
					t.Errorf("%s, %s, %s: %v match, the list has %v", account, c.collection, filter, got, want)
				}
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d lists were compared", compared)
	}
}

// A change is matched as it was, also when the record was changed again or deleted since.
func TestFiltersMatchTheChangeAndNotALaterOne(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	visit := h.Record("appointments", hospitaltest.ID("asked1"))
	audience := kit.NewAudience(h.App, visit)
	h.As("doctor1").Update("appointments", visit.Id, body{"status": "approved"}).OK(t)
	info := func(account, filter string) *core.RequestInfo {
		return listening(h.Record("users", hospitaltest.ID(account)), filter)
	}
	for filter, want := range map[string]bool{
		`status = "pending"`: true, `status = "approved"`: false, `doctor.name = "Dr. 1" && status = "pending"`: true,
	} {
		got, err := audience.Matches(info("doctor1", filter))
		if err != nil || got != want {
			t.Errorf("%s matches: %v, %v", filter, got, err)
		}
	}
	notes := h.Record("encounters", hospitaltest.ID("open1")) // the patient sees it when it is signed
	before := kit.NewAudience(h.App, notes)
	if _, err := h.App.NonconcurrentDB().Update("encounters", dbx.Params{"status": "signed"},
		dbx.HashExp{"id": notes.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	for state, c := range map[string]struct {
		audience *kit.Audience
		want     bool
	}{
		"open": {before, false}, "signed": {kit.NewAudience(h.App, h.Record("encounters", notes.Id)), true},
	} {
		got, err := c.audience.MayRead(info("patient1", ""), notes.Collection().ListRule)
		if err != nil || got != c.want {
			t.Errorf("the patient hears of the %s notes: %v, %v", state, got, err)
		}
	}
}
