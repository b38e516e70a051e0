package scheduling_test

import (
	"net/http"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// hours is a schedule on Mondays for doctor drgone, who has no other.
func hours(from, until string, more body) body {
	b := body{"doctor": id("drgone"), "weekday": 1, "start_time": from, "end_time": until, "slot_minutes": 20,
		"capacity": 1}
	for field, value := range more {
		b[field] = value
	}
	return b
}

func refused(t *testing.T, what string, answer hospitaltest.Response, status int, field, code string) {
	t.Helper()
	if answer.Status != status || answer.Code(field) != code {
		t.Errorf("%s answered %d %.300s, want %d with %s: %s", what, answer.Status, answer.Raw, status, field, code)
	}
}

func TestInvalidSchedulesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("schedules")
	for what, c := range map[string]struct {
		sent        body
		field, code string
	}{
		"across midnight":         {hours("22:00", "06:00", nil), "end_time", "ends_before_starts"},
		"of no length":            {hours("09:00", "09:00", nil), "end_time", "ends_before_starts"},
		"too short for a slot":    {hours("09:00", "09:15", nil), "slot_minutes", "slot_too_long"},
		"an hour 25":              {hours("09:00", "25:00", nil), "end_time", "validation_invalid_format"},
		"an hour of one digit":    {hours("9:00", "12:00", nil), "start_time", "validation_invalid_format"},
		"from midnight to itself": {hours("24:00", "24:00", nil), "end_time", "ends_before_starts"},
		"weekday 8": {hours("09:00", "12:00", body{"weekday": 8}), "weekday",
			"validation_max_number_constraint"},
		"no weekday": {hours("09:00", "12:00", body{"weekday": 0}), "weekday", "validation_required"},
		"slots of four minutes": {hours("09:00", "12:00", body{"slot_minutes": 4}), "slot_minutes",
			"validation_min_number_constraint"},
		"slots of five hours": {hours("09:00", "18:00", body{"slot_minutes": 300}), "slot_minutes",
			"validation_max_number_constraint"},
		"no capacity": {hours("09:00", "12:00", body{"capacity": 0}), "capacity", "validation_required"},
		"capacity of 51": {hours("09:00", "12:00", body{"capacity": 51}), "capacity",
			"validation_max_number_constraint"},
		"31 February": {hours("09:00", "12:00", body{"valid_from": "2030-02-31"}), "valid_from", "invalid_date"},
		"ends before it starts": {hours("09:00", "12:00", body{"valid_from": "2030-02-02", "valid_until": "2030-02-01"}),
			"valid_until", "ends_before_starts"},
		"not a doctor": {hours("09:00", "12:00", body{"doctor": id("pat1")}), "doctor",
			"validation_missing_rel_records"},
	} {
		refused(t, what, h.As("receptionist1").Create("schedules", c.sent), http.StatusBadRequest, c.field, c.code)
	}
	if h.Count("schedules") != before {
		t.Error("an invalid schedule was stored")
	}
}

func TestOverlappingSchedulesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	first := desk.Create("schedules", hours("09:00", "12:00",
		body{"valid_from": "2030-01-01", "valid_until": "2030-06-30"})).OK(t)
	year := body{"valid_from": "2030-06-30"}
	refused(t, "an overlap on one day", desk.Create("schedules", hours("11:59", "13:00", year)), http.StatusConflict,
		"start_time", "schedule_overlap")
	refused(t, "an overlap around another schedule", desk.Create("schedules", hours("08:00", "18:00", nil)),
		http.StatusConflict, "start_time", "schedule_overlap")
	desk.Create("schedules", hours("12:00", "13:00", nil)).OK(t)
	desk.Create("schedules", hours("09:00", "12:00", body{"valid_from": "2030-07-01"})).OK(t)
	desk.Create("schedules", hours("09:00", "12:00", body{"weekday": 2})).OK(t)
	desk.Create("schedules", hours("00:00", "09:00", nil)).OK(t)
	desk.Create("schedules", hours("22:00", "24:00", nil)).OK(t)

	refused(t, "a change that creates an overlap", desk.Update("schedules", first.ID(), body{"end_time": "12:30"}),
		http.StatusConflict, "start_time", "schedule_overlap")
	desk.Update("schedules", first.ID(), body{"end_time": "11:30", "room": "7"}).OK(t)
	desk.Update("schedules", first.ID(), body{"active": false}).OK(t)
	desk.Create("schedules", hours("09:00", "12:00", body{"valid_from": "2030-01-01", "valid_until": "2030-06-30"})).OK(t)
	refused(t, "a reactivation that creates an overlap", desk.Update("schedules", first.ID(), body{"active": true}),
		http.StatusConflict, "start_time", "schedule_overlap")
	h.Verify()
}

func TestSuperusersCannotOverlapSchedules(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	operator.Create("schedules", hours("09:00", "12:00", nil)).OK(t)
	refused(t, "a superuser's overlap", operator.Create("schedules", hours("11:00", "14:00", nil)), http.StatusConflict,
		"start_time", "schedule_overlap")
	_, err := h.App.NonconcurrentDB().NewQuery(`UPDATE schedules
		SET start_time = '00:00', end_time = '24:00', weekday = 1, valid_from = '' WHERE doctor IN ({:a}, {:b})`).
		Bind(map[string]any{"a": id("drgone"), "b": id("dr1")}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	if report := h.Violations(); len(report) == 0 {
		t.Error("verify does not find the overlapping schedules")
	}
}

func TestDoctorsWriteOnlyTheirOwnSchedules(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	own := hours("09:00", "12:00", body{"doctor": id("dr1"), "valid_from": "3000-01-01"})
	h.As("doctor1").Create("schedules", own).OK(t)
	if answer := h.As("doctor2").Create("schedules", own); answer.Status < 400 {
		t.Error("a doctor created a schedule for another doctor")
	}
	if answer := h.As("patient1").List("schedules", ""); answer.Status != http.StatusForbidden {
		t.Errorf("a patient who lists schedules got status %d", answer.Status)
	}
}

func TestTimeOffListsTheAffectedVisits(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	booked := h.Record("appointments", id("booked1"))
	starts := booked.GetDateTime("starts").Time()
	span := func(from, until time.Duration) body {
		return body{"doctor": id("dr1"), "starts": starts.Add(from), "ends": starts.Add(until), "reason": "ill"}
	}
	affected := func(answer hospitaltest.Response) (ids []string) {
		list, ok := answer.OK(t).JSON["affected"].([]any)
		if !ok {
			t.Fatalf("the response has no list of visits: %s", answer.Raw)
		}
		for _, v := range list {
			ids = append(ids, v.(map[string]any)["id"].(string))
		}
		return ids
	}
	h.As("patient1").Create("appointments", body{"patient": id("kid1"), "doctor": id("dr1"),
		"starts": starts.Add(time.Hour)}).OK(t)
	made := h.As("doctor1").Create("time_off", span(0, 30*time.Minute))
	if got := affected(made); len(got) != 1 || got[0] != id("booked1") {
		t.Errorf("the time off affects %v", got)
	}
	got := affected(h.As("doctor1").Update("time_off", made.ID(), body{"ends": starts.Add(90 * time.Minute)}))
	if len(got) != 2 {
		t.Errorf("the longer one affects %v", got)
	}
	if got := affected(h.As("receptionist1").Create("time_off", span(30*time.Minute, time.Hour))); len(got) != 0 {
		t.Errorf("one between the visits affects %v", got)
	}
	whole := span(0, 3*time.Hour)
	delete(whole, "doctor")
	if got := affected(h.As("admin1").Create("time_off", whole)); len(got) != 3 { // with a visit of the other doctor
		t.Errorf("closing the hospital affects %v", got)
	}
	if answer := h.As("doctor1").Create("time_off", whole); answer.Status < 400 {
		t.Error("a doctor closed the hospital")
	}
	answer := h.As("doctor1").Update("time_off", made.ID(), body{"active": false}).OK(t)
	if answer.JSON["affected"] != nil {
		t.Errorf("a withdrawn time off affects %v", answer.JSON["affected"])
	}
	if shown := h.As("doctor1").View("time_off", made.ID(), "").OK(t); shown.JSON["affected"] != nil ||
		shown.JSON["@actor"] != nil {
		t.Errorf("a view contains %s", shown.Raw)
	}
}

func TestInvalidTimeOffIsRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := time.Now()
	for what, c := range map[string]struct {
		starts, ends time.Time
		code         string
	}{
		"backwards":     {now.Add(time.Hour), now, "ends_before_starts"},
		"of no length":  {now, now, "ends_before_starts"},
		"for two years": {now, now.AddDate(2, 0, 0), "too_many_days"},
	} {
		refused(t, what, h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": c.starts, "ends": c.ends}),
			http.StatusBadRequest, "ends", c.code)
	}
}
