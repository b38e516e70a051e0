package statistics_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/statistics"
)

// hospitalOf is a hospital with a generated year, some time after it.
func hospitalOf(t *testing.T, seed uint64, zone string) (*hospitaltest.Hospital, *year) {
	t.Helper()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": zone}).OK(t)
	y := generate(seed, zoneOf(t, zone))
	y.store(h)
	h.At(time.Date(firstYear+1, time.September, 1, 12, 0, 0, 0, time.UTC))
	return h, y
}

func ask(h *hospitaltest.Hospital, account, query string) hospitaltest.Response {
	return h.As(account).Do(http.MethodGet, "/api/hospital/reports/statistics?"+query, nil)
}

// flatten turns a section of an answer into figures.
func flatten(section map[string]any) figures {
	f := figures{}
	place(f, "", section)
	delete(f, "patients.registered") // by now, not in the year
	for name := range f {
		if strings.Contains(name, "offered") || strings.Contains(name, "_bp") || strings.HasSuffix(name, "exponent") || f[name] == 0 {
			delete(f, name)
		}
	}
	return f
}

func place(f figures, at string, value any) {
	switch value := value.(type) {
	case float64:
		f[at] = int64(value)
	case map[string]any:
		for name, inner := range value {
			place(f, strings.TrimPrefix(at+"."+name, "."), inner)
		}
	case []any:
		for _, item := range value {
			item := item.(map[string]any)
			key, inner := keyOf(item)
			place(f, at+"."+key, inner)
		}
	}
}

// keyOf is what an item of a list is about, and its figures.
func keyOf(item map[string]any) (key string, figures any) {
	rest := maps.Clone(item)
	switch {
	case item["weekday"] != nil:
		return fmt.Sprintf("%v.%v", item["weekday"], item["hour"]), item["count"]
	case item["currency"] != nil:
		delete(rest, "currency")
		return item["currency"].(string), rest
	case item["rate_bp"] != nil:
		delete(rest, "rate_bp")
		return fmt.Sprint(item["rate_bp"]), rest
	case item["id"] != nil:
		key = item["id"].(string)
		for _, doctor := range []string{"dr1", "dr2"} {
			if key == id(doctor) {
				key = doctor
			}
		}
		if item["amount_minor"] != nil {
			return key, item["amount_minor"]
		}
		delete(rest, "id")
		delete(rest, "name")
		return key, rest
	case item["amount_minor"] != nil:
		return item["name"].(string), item["amount_minor"]
	}
	return item["name"].(string), item["count"]
}

// differences are the figures that two counts do not agree on.
func differences(got, want figures) (all []string) {
	names := map[string]bool{}
	for name := range got {
		names[name] = true
	}
	for name := range want {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if got[name] != want[name] && !strings.Contains(name, "departments") {
			all = append(all, fmt.Sprintf("%s is %d, want %d", name, got[name], want[name]))
		}
	}
	return all[:min(len(all), 12)]
}

func TestEveryFigureIsThatOfAnIndependentCount(t *testing.T) {
	t.Parallel()
	for seed, zone := range map[uint64]string{1: "Europe/Berlin", 2: "Australia/Lord_Howe"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			h, y := hospitalOf(t, seed, zone)
			for _, kept := range []bool{false, true} {
				if kept {
					keep(t, h)
				}
				for _, period := range [][2]string{{on("07-01"), on("06-30")}, {on("10-01"), on("10-31")},
					{lastSunday(), lastSunday()}, {on("03-24"), on("04-07")}} {
					for _, doctor := range []string{"", "dr1"} {
						query := "from=" + period[0] + "&to=" + period[1]
						account := "admin1"
						if doctor != "" {
							account = "doctor1"
						}
						answer := ask(h, account, query).OK(t)
						want := y.recount(period[0], period[1], doctor)
						dropHidden(want, doctor == "")
						if doctor != "" {
							maps.DeleteFunc(want, func(name string, _ int64) bool { return strings.Contains(name, "cashiers") })
						}
						if wrong := differences(flatten(answer.JSON["total"].(map[string]any)), want); len(wrong) > 0 {
							t.Errorf("%v of %q, kept %v:\n%s", period, doctor, kept, strings.Join(wrong, "\n"))
						}
					}
				}
			}
		})
	}
}

// dropHidden drops what is 0, and groups that are too small for an admin.
func dropHidden(f figures, small bool) {
	maps.DeleteFunc(f, func(name string, n int64) bool {
		return n == 0 || small && n < 5 && strings.HasPrefix(name, "clinical.")
	})
}

// lastSunday is that of October, on which the clocks change in Europe.
func lastSunday() string {
	day := time.Date(firstYear, time.October, 31, 0, 0, 0, 0, time.UTC)
	return day.AddDate(0, 0, -int(day.Weekday())).Format(time.DateOnly)
}

// keep adds up all days that are over.
func keep(t *testing.T, h *hospitaltest.Hospital) {
	t.Helper()
	for range 10 {
		if err := statistics.KeepDays(h.App); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	if err := h.App.DB().NewQuery("SELECT COUNT(*) FROM statistics_days WHERE day >= {:since}").
		Bind(map[string]any{"since": on("07-01")}).Row(&n); err != nil || n < 365 {
		t.Fatalf("%d days are kept (%v)", n, err)
	}
}

func TestPeriodsAddUpAndAreComparedWithTheOneBefore(t *testing.T) {
	t.Parallel()
	h, y := hospitalOf(t, 3, "Europe/Berlin")
	for by, want := range map[string]int{"day": 61, "month": 2} {
		answer := ask(h, "admin1", "from="+on("10-01")+"&to="+on("11-30")+"&by="+by).OK(t)
		periods := answer.JSON["periods"].([]any)
		if len(periods) != want {
			t.Errorf("%d periods by %s, want %d", len(periods), by, want)
		}
		sum := int64(0)
		for _, p := range periods {
			f := flatten(p.(map[string]any))
			sum += f["visits.total"] + f["money.EUR.billed_minor"]
		}
		total := flatten(answer.JSON["total"].(map[string]any))
		if sum != total["visits.total"]+total["money.EUR.billed_minor"] {
			t.Errorf("by %s: the periods add up to %d", by, sum)
		}
		before := answer.JSON["before"].(map[string]any)
		if before["from"] != on("08-01") || before["to"] != on("09-30") {
			t.Errorf("it is compared with %v to %v", before["from"], before["to"])
		}
		if got, want := flatten(before)["visits.total"], y.recount(on("08-01"), on("09-30"), "")["visits.total"]; got != want {
			t.Errorf("before there were %d visits, want %d", got, want)
		}
	}
}

func TestAChangeOfAPastDayIsCountedAtOnce(t *testing.T) {
	t.Parallel()
	h, _ := hospitalOf(t, 4, "Europe/Berlin")
	keep(t, h)
	total := func() string {
		text, err := json.Marshal(ask(h, "admin1", "from="+on("07-01")+"&to="+on("06-30")).OK(t).JSON["total"])
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const visit = "(SELECT id FROM appointments WHERE id LIKE 'gen%' AND status = 'completed' ORDER BY starts LIMIT 1)"
	for what, change := range map[string]string{
		"a status":             "UPDATE appointments SET status = 'cancelled', cancel_code = 'no_show' WHERE id = " + visit,
		"a first visit moved":  "UPDATE appointments SET starts = '" + on("07-03") + " 01:00:00.000Z', ends = '" + on("07-03") + " 02:00:00.000Z' WHERE id = " + visit,
		"a merge":              "UPDATE appointments SET patient = '" + id("pat2") + "' WHERE patient = '" + id("kid1") + "'",
		"a condition in error": "UPDATE conditions SET state = 'entered_in_error' WHERE code = 'I10'",
		"a visit of the past": "INSERT INTO appointments (id, number, patient, doctor, status, starts, ends) VALUES ('past00000000001'," +
			" 'past', '" + id("walkin") + "', '" + id("dr1") + "', 'completed', '" + on("07-01") + " 00:10:00.000Z', '" + on("07-01") + " 00:20:00.000Z')",
		"the zone": "UPDATE hospital SET timezone = 'Asia/Kathmandu'",
	} {
		before := total()
		if err := h.SQL(change); err != nil {
			t.Fatal(what, err)
		}
		if what == "the zone" {
			h.As("admin1").Update("hospital", "hospitalsetting", body{"phone": "1"}).OK(t) // settings are cached
		}
		changed := total()
		if changed == before {
			t.Errorf("%s changed nothing", what)
		}
		keep(t, h)
		if again := total(); again != changed {
			t.Errorf("after %s the kept days differ from the count\n%s\n%s", what, again, changed)
		}
		if found := h.Violations(statistics.Module); found != "" {
			t.Errorf("after %s: %s", what, found)
		}
	}
}

func TestVerifyFindsAKeptDayThatIsWrong(t *testing.T) {
	t.Parallel()
	h, _ := hospitalOf(t, 5, "Europe/Berlin")
	keep(t, h)
	if found := h.Violations(statistics.Module); found != "" {
		t.Fatal(found)
	}
	if err := h.SQL(`UPDATE statistics_days SET facts = json_set(facts, '$.visits.minutes', 1) WHERE day = '` + on("09-09") + `'`); err != nil {
		t.Fatal(err)
	}
	if found := h.Violations(statistics.Module); found == "" {
		t.Error("a wrong day is not found")
	}
}

func TestEachRoleReadsItsSections(t *testing.T) {
	t.Parallel()
	h, _ := hospitalOf(t, 6, "Europe/Berlin")
	query := "from=" + on("10-01") + "&to=" + on("10-31")
	for account, want := range map[string]string{
		"admin1":        "capacity clinical money patients visits",
		"doctor1":       "capacity clinical money patients visits",
		"accountant1":   "money",
		"receptionist1": "capacity patients visits",
	} {
		total := ask(h, account, query).OK(t).JSON["total"].(map[string]any)
		delete(total, "from")
		delete(total, "to")
		if got := strings.Join(slices.Sorted(maps.Keys(total)), " "); got != want {
			t.Errorf("%s reads %s, want %s", account, got, want)
		}
	}
	for account, status := range map[string]int{"guest": 401, "patient1": 403, "nurse1": 403} {
		if answer := ask(h, account, query); answer.Status != status {
			t.Errorf("%s got %d", account, answer.Status)
		}
	}
	if answer := ask(h, "doctor1", query+"&doctor="+id("dr2")); answer.Status != http.StatusForbidden {
		t.Errorf("a doctor reads those of another: %d", answer.Status)
	}
	for _, bad := range []string{"from=2031-01-01&to=2030-01-01", "from=x", "by=year", "doctor=none", "department=none",
		"from=2000-01-01&to=2030-01-01"} {
		if answer := ask(h, "admin1", bad); answer.Status != http.StatusBadRequest {
			t.Errorf("%s answered %d", bad, answer.Status)
		}
	}
}

func TestAFilterByDepartmentIsThatOfItsDoctors(t *testing.T) {
	t.Parallel()
	h, y := hospitalOf(t, 7, "Europe/Berlin")
	department := h.As("admin1").Create("departments", body{"code": "TWO", "name": "Second", "active": true}).OK(t).ID()
	h.As("admin1").Update("doctors", id("dr2"), body{"department": department}).OK(t)
	total := ask(h, "admin1", "from="+on("07-01")+"&to="+on("06-30")+"&department="+department).OK(t).JSON["total"].(map[string]any)
	want := y.recount(on("07-01"), on("06-30"), "dr2")
	dropHidden(want, true)
	if wrong := differences(flatten(total), want); len(wrong) > 0 {
		t.Error(strings.Join(wrong, "\n"))
	}
	all := ask(h, "admin1", "from="+on("07-01")+"&to="+on("06-30")).OK(t).JSON["total"].(map[string]any)
	for _, d := range all["visits"].(map[string]any)["departments"].([]any) {
		if d := d.(map[string]any); d["id"] == department && int64(d["booked"].(float64)) != want["visits.doctors.dr2.booked"] {
			t.Errorf("the department has %v", d)
		}
	}
}

// Offered minutes are those of the schedules without absences: both doctors work around the clock.
func TestTimeOfferedIsThatOfTheSchedulesWithoutAbsences(t *testing.T) {
	t.Parallel()
	h, _ := hospitalOf(t, 8, "Europe/Berlin")
	offered := func(query string) int64 {
		total := ask(h, "receptionist1", query).OK(t).JSON["total"].(map[string]any)
		return int64(total["capacity"].(map[string]any)["offered_minutes"].(float64))
	}
	const day = 24 * 60
	if got := offered("from=" + on("10-01") + "&to=" + on("10-31")); got != 2*31*day {
		t.Errorf("a month offers %d minutes, want %d", got, 2*31*day)
	}
	if err := h.SQL(`INSERT INTO time_off (id, doctor, starts, ends, active) VALUES
		('offa00000000001', '` + id("dr1") + `', '` + on("10-10") + ` 06:00:00.000Z', '` + on("10-10") + ` 09:30:00.000Z', 1),
		('offa00000000002', '', '` + on("10-11") + ` 22:00:00.000Z', '` + on("10-12") + ` 22:00:00.000Z', 1),
		('offa00000000003', '', '` + on("10-20") + ` 22:00:00.000Z', '` + on("10-21") + ` 22:00:00.000Z', 0)`); err != nil {
		t.Fatal(err)
	}
	if got, want := offered("from="+on("10-01")+"&to="+on("10-31")), int64(2*31*day-210-2*day); got != want {
		t.Errorf("with absences it offers %d minutes, want %d", got, want)
	}
	if got := offered("from=" + on("10-12") + "&to=" + on("10-12")); got != 0 {
		t.Errorf("a holiday offers %d minutes", got)
	}
}

// The statistics of all read no visit of a day that is kept, and those of a doctor use the index.
func TestAYearReadsKeptDaysOnly(t *testing.T) {
	t.Parallel()
	h, _ := hospitalOf(t, 9, "Europe/Berlin")
	keep(t, h)
	for _, account := range []string{"admin1", "doctor1"} {
		for _, plan := range h.Plans(func() { ask(h, account, "from="+on("01-01")+"&to="+on("06-30")).OK(t) }) {
			for _, step := range plan.Steps {
				small := strings.HasPrefix(step, "SCAN doctors") || strings.HasPrefix(step, "SCAN departments") ||
					strings.HasPrefix(step, "SCAN services") || strings.HasPrefix(step, "SCAN users")
				if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "VIRTUAL") && !small &&
					!strings.Contains(step, "entries") && !strings.Contains(step, "open_balances") &&
					!strings.Contains(step, "CONSTANT") && !strings.HasPrefix(step, "SCAN d") && step != "SCAN e" {
					t.Errorf("%s: %s\n%s", account, step, plan.SQL)
				}
				if strings.HasPrefix(step, "SEARCH b ") && strings.Contains(step, "status=?") {
					t.Errorf("earlier visits are looked for by %s", step)
				}
			}
			if account == "admin1" && strings.Contains(plan.SQL, "FROM bills") {
				t.Errorf("a year that is kept reads %s", plan.SQL)
			}
		}
	}
}
