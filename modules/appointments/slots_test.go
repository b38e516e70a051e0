package appointments_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// monday is a Monday without bookings in the test hospital.
func monday() time.Time {
	d := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 30)
	return d.AddDate(0, 0, (8-int(d.Weekday()))%7)
}

// setMondays replaces the schedules of dr1 by these on Mondays.
func setMondays(h *hospitaltest.Hospital, hours ...body) {
	h.T.Helper()
	admin := h.As("admin1")
	for _, s := range admin.List("schedules", hospitaltest.Filter(`doctor = "`+id("dr1")+`" && active = true`)).IDs() {
		admin.Update("schedules", s, body{"active": false}).OK(h.T)
	}
	for _, more := range hours {
		sent := body{"doctor": id("dr1"), "weekday": 1, "start_time": "09:00", "end_time": "10:30", "slot_minutes": 30,
			"capacity": 1}
		for field, value := range more {
			sent[field] = value
		}
		admin.Create("schedules", sent).OK(h.T)
	}
}

func slotsOf(answer hospitaltest.Response) (slots []map[string]any) {
	list, _ := answer.JSON["slots"].([]any)
	for _, s := range list {
		slots = append(slots, s.(map[string]any))
	}
	return slots
}

// startTimes are the start times of slots, in UTC.
func startTimes(slots []map[string]any) string {
	var times []string
	for _, s := range slots {
		times = append(times, s["starts"].(string)[11:16])
	}
	return strings.Join(times, " ")
}

// onMonday requests the free slots of dr1 on that day.
func onMonday(h *hospitaltest.Hospital, who string) []map[string]any {
	h.T.Helper()
	day := monday().Format(time.DateOnly)
	path := "/api/hospital/doctors/" + id("dr1") + "/slots?from=" + day + "&to=" + day
	return slotsOf(h.As(who).Do(http.MethodGet, path, nil).OK(h.T))
}

// suggested are the slots in a refusal.
func suggested(t *testing.T, answer hospitaltest.Response) []map[string]any {
	t.Helper()
	data, _ := answer.JSON["data"].(map[string]any)
	starts, _ := data["starts"].(map[string]any)
	params, _ := starts["params"].(map[string]any)
	return slotsOf(hospitaltest.Response{JSON: params})
}

func TestFreeSlotsExcludeBookingsAndTimeOff(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{"room": "7"}, body{"start_time": "14:00", "end_time": "16:00", "slot_minutes": 40})
	slots := onMonday(h, "patient1")
	if got := startTimes(slots); got != "09:00 09:30 10:00 14:00 14:40 15:20" {
		t.Fatalf("the slots are %s", got)
	}
	if s := slots[0]; s["ends"] != wire(monday().Add(9*time.Hour+30*time.Minute)) || s["room"] != "7" ||
		s["remaining"] != 1.0 || s["doctor"] != id("dr1") {
		t.Errorf("the first slot is %v", s)
	}
	visit := h.As("patient1").Create("appointments", body{"patient": id("pat1"), "doctor": id("dr1"),
		"starts": slots[1]["starts"]}).OK(t)
	if visit.String("ends") != slots[1]["ends"] || visit.String("room") != "7" {
		t.Errorf("the visit in the slot: %s", visit.Raw)
	}
	h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": monday().Add(15 * time.Hour),
		"ends": monday().Add(15*time.Hour + time.Minute)}).OK(t)
	if got := startTimes(onMonday(h, "patient2")); got != "09:00 10:00 14:00 15:20" {
		t.Errorf("after a booking and a time off the slots are %s", got)
	}
	h.As("patient1").Update("appointments", visit.ID(), body{"status": "cancelled"}).OK(t)
	if got := startTimes(onMonday(h, "patient2")); got != "09:00 09:30 10:00 14:00 15:20" {
		t.Errorf("after the cancellation the slots are %s", got)
	}
}

func TestFreeSlotsAreThoseTheCallerMayBook(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	h.At(monday().Add(9*time.Hour + 10*time.Minute))
	h.As("admin1").Update("hospital", "hospitalsetting", body{"min_notice_minutes": 30}).OK(t)
	if got := startTimes(onMonday(h, "receptionist1")); got != "09:30 10:00" {
		t.Errorf("at 09:10 the desk sees %s", got)
	}
	if got := startTimes(onMonday(h, "patient1")); got != "10:00" {
		t.Errorf("with half an hour of notice a patient sees %s", got)
	}
	h.As("admin1").Update("doctors", id("dr1"), body{"accepts_online": false}).OK(t)
	if got := startTimes(onMonday(h, "patient1")); got != "" {
		t.Errorf("of a doctor without online booking a patient sees %s", got)
	}
	if got := startTimes(onMonday(h, "nurse1")); got != "09:30 10:00" {
		t.Errorf("staff see %s", got)
	}
	h.As("admin1").Update("doctors", id("dr1"), body{"active": false}).OK(t)
	if got := startTimes(onMonday(h, "nurse1")); got != "" {
		t.Errorf("of an inactive doctor staff see %s", got)
	}
	if answer := h.As("guest").Do(http.MethodGet, "/api/hospital/slots", nil); answer.Status != http.StatusUnauthorized {
		t.Errorf("a guest got status %d", answer.Status)
	}
	h.As("admin1").Update("users", id("patient1"), body{"status": "suspended"}).OK(t)
	answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/slots", nil)
	if answer.Status != http.StatusUnauthorized {
		t.Errorf("a suspended account got status %d", answer.Status)
	}
}

func TestFreeSlotsEndAtTheHorizon(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	h.As("admin1").Update("hospital", "hospitalsetting", body{"booking_horizon_days": 7}).OK(t)
	h.At(monday().AddDate(0, 0, -7).Add(9*time.Hour + 30*time.Minute)) // exactly a week before the second slot
	if got := startTimes(onMonday(h, "receptionist1")); got != "09:00 09:30" {
		t.Errorf("a week before, the desk sees %s", got)
	}
	for starts, status := range map[time.Duration]int{9*time.Hour + 30*time.Minute: http.StatusOK,
		10 * time.Hour: http.StatusBadRequest} {
		answer := h.As("receptionist1").Create("appointments", visit("pat1", "dr1", monday().Add(starts)))
		if answer.Status != status {
			t.Errorf("a visit at %v answered %d %s", starts, answer.Status, answer.Raw)
		}
	}
}

func TestFirstSlotsAreSearchedAcrossDoctors(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	h.As("admin1").Update("doctors", id("dr1"), body{"specialization": "Kardiologie für Ältere"}).OK(t)
	first := func(query string) []map[string]any {
		day := monday().AddDate(0, 0, -1).Format(time.DateOnly)
		return slotsOf(h.As("patient1").Do(http.MethodGet, "/api/hospital/slots?from="+day+"&"+query, nil).OK(t))
	}
	both := first("limit=200")
	if len(both) != 200 ||
		!slices.IsSortedFunc(both, func(a, b map[string]any) int {
			return strings.Compare(a["starts"].(string), b["starts"].(string))
		}) {
		t.Errorf("%d slots, from %v to %v", len(both), both[0], both[len(both)-1])
	}
	ours := startTimes(first("specialization=kardiologie+f%C3%BCr+%C3%A4ltere"))
	if ours != "09:00 09:30 10:00 09:00 09:30 10:00" {
		t.Errorf("the cardiologist's slots in two weeks are %s", ours)
	}
	if n := len(first("department=" + id("general"))); n != 20 {
		t.Errorf("without a limit the department has %d slots, want 20", n)
	}
	if one := startTimes(first("doctor=" + id("dr1"))); one != ours {
		t.Errorf("the doctor's slots are %s, want %s", one, ours)
	}
	for _, query := range []string{"department=" + id("closed"), "specialization=dentist", "department=nonsense",
		"doctor=nonsense"} {
		if got := first(query); len(got) != 0 {
			t.Errorf("%s has slots: %v", query, got)
		}
	}
}

func TestInvalidSlotQueriesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for query, want := range map[string]string{
		"from=2030-02-31":               "from invalid_date",
		"from=tomorrow":                 "from invalid_date",
		"to=2030-1-1":                   "to invalid_date",
		"from=0000-01-01":               "from invalid_date",
		"from=2030-02-02&to=2030-02-01": "to ends_before_starts",
		"from=2030-01-01&to=2030-03-04": "to too_many_days",
		"limit=0":                       "limit invalid_number",
		"limit=201":                     "limit invalid_number",
		"limit=many":                    "limit invalid_number",
		"from=%00":                      "from invalid_date",
		"from='":                        "from invalid_date",
	} {
		field, code, _ := strings.Cut(want, " ")
		answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/slots?"+query, nil)
		if answer.Status != http.StatusBadRequest || answer.Code(field) != code {
			t.Errorf("%s answered %d %s, want %s", query, answer.Status, answer.Raw, want)
		}
	}
	for query, slots := range map[string]int{"from=2030-01-01&to=2030-03-03": 0, "from=1999-01-01&to=1999-01-02": 0,
		"from=8999-01-01&to=8999-01-02": 0} {
		if got := slotsOf(h.As("patient1").Do(http.MethodGet, "/api/hospital/slots?"+query, nil).OK(t)); len(got) != slots {
			t.Errorf("%s returned %d slots", query, len(got))
		}
	}
	answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/doctors/unknown/slots", nil)
	if answer.Status != http.StatusNotFound {
		t.Errorf("the slots of an unknown doctor: %d", answer.Status)
	}
}
