package scheduling_test

import (
	"net/http"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// hours are Mondays of doctor drgone, who has none so far.
func hours(from, until string, more body) body {
	b := body{"doctor": id("drgone"), "weekday": 1, "start_time": from, "end_time": until, "slot_minutes": 20, "capacity": 1}
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

func TestHoursThatCannotBe(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("schedules")
	for what, c := range map[string]struct {
		sent        body
		field, code string
	}{
		"across midnight":         {hours("22:00", "06:00", nil), "end_time", "ends_before_starts"},
		"no time at all":          {hours("09:00", "09:00", nil), "end_time", "ends_before_starts"},
		"too short for a slot":    {hours("09:00", "09:15", nil), "slot_minutes", "slot_too_long"},
		"25 o'clock":              {hours("09:00", "25:00", nil), "end_time", "validation_invalid_format"},
		"nine o'clock":            {hours("9:00", "12:00", nil), "start_time", "validation_invalid_format"},
		"from midnight to itself": {hours("24:00", "24:00", nil), "end_time", "ends_before_starts"},
		"an eighth day":           {hours("09:00", "12:00", body{"weekday": 8}), "weekday", "validation_max_number_constraint"},
		"no day":                  {hours("09:00", "12:00", body{"weekday": 0}), "weekday", "validation_required"},
		"four minutes":            {hours("09:00", "12:00", body{"slot_minutes": 4}), "slot_minutes", "validation_min_number_constraint"},
		"five hours":              {hours("09:00", "18:00", body{"slot_minutes": 300}), "slot_minutes", "validation_max_number_constraint"},
		"for nobody at once":      {hours("09:00", "12:00", body{"capacity": 0}), "capacity", "validation_required"},
		"for a crowd":             {hours("09:00", "12:00", body{"capacity": 51}), "capacity", "validation_max_number_constraint"},
		"31 February":             {hours("09:00", "12:00", body{"valid_from": "2030-02-31"}), "valid_from", "invalid_date"},
		"ended before they began": {hours("09:00", "12:00", body{"valid_from": "2030-02-02", "valid_until": "2030-02-01"}), "valid_until", "ends_before_starts"},
		"of nobody":               {hours("09:00", "12:00", body{"doctor": id("pat1")}), "doctor", "validation_missing_rel_records"},
	} {
		refused(t, what, h.As("receptionist1").Create("schedules", c.sent), http.StatusBadRequest, c.field, c.code)
	}
	if h.Count("schedules") != before {
		t.Error("hours that cannot be were stored")
	}
}

func TestHoursOfADoctorDoNotMeet(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	first := desk.Create("schedules", hours("09:00", "12:00", body{"valid_from": "2030-01-01", "valid_until": "2030-06-30"})).OK(t)
	year := body{"valid_from": "2030-06-30"}
	refused(t, "hours that meet others on one day", desk.Create("schedules", hours("11:59", "13:00", year)), http.StatusConflict, "start_time", "schedule_overlap")
	refused(t, "hours around others", desk.Create("schedules", hours("08:00", "18:00", nil)), http.StatusConflict, "start_time", "schedule_overlap")
	desk.Create("schedules", hours("12:00", "13:00", nil)).OK(t)
	desk.Create("schedules", hours("09:00", "12:00", body{"valid_from": "2030-07-01"})).OK(t)
	desk.Create("schedules", hours("09:00", "12:00", body{"weekday": 2})).OK(t)
	desk.Create("schedules", hours("00:00", "09:00", nil)).OK(t)
	desk.Create("schedules", hours("22:00", "24:00", nil)).OK(t)

	refused(t, "hours that grow into others", desk.Update("schedules", first.ID(), body{"end_time": "12:30"}), http.StatusConflict, "start_time", "schedule_overlap")
	desk.Update("schedules", first.ID(), body{"end_time": "11:30", "room": "7"}).OK(t)
	desk.Update("schedules", first.ID(), body{"active": false}).OK(t)
	desk.Create("schedules", hours("09:00", "12:00", body{"valid_from": "2030-01-01", "valid_until": "2030-06-30"})).OK(t)
	refused(t, "hours that come back over others", desk.Update("schedules", first.ID(), body{"active": true}), http.StatusConflict, "start_time", "schedule_overlap")
	h.Verify()
}

func TestTheOperatorsDashboardIsHeldToTheSame(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	operator.Create("schedules", hours("09:00", "12:00", nil)).OK(t)
	refused(t, "an operator's overlap", operator.Create("schedules", hours("11:00", "14:00", nil)), http.StatusConflict, "start_time", "schedule_overlap")
	if _, err := h.App.NonconcurrentDB().NewQuery("UPDATE schedules SET start_time = '00:00', end_time = '24:00', weekday = 1, valid_from = '' WHERE doctor IN ({:a}, {:b})").
		Bind(map[string]any{"a": id("drgone"), "b": id("dr1")}).Execute(); err != nil {
		t.Fatal(err)
	}
	if report := h.Violations(); len(report) == 0 {
		t.Error("verify does not see that schedules meet")
	}
}

func TestWhoWritesHours(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	own := hours("09:00", "12:00", body{"doctor": id("dr1"), "valid_from": "3000-01-01"})
	h.As("doctor1").Create("schedules", own).OK(t)
	if answer := h.As("doctor2").Create("schedules", own); answer.Status < 400 {
		t.Error("a doctor gave hours to another")
	}
	if answer := h.As("patient1").List("schedules", ""); answer.Status != http.StatusForbidden {
		t.Errorf("a patient who reads the schedules is answered %d", answer.Status)
	}
}

func TestATimeOffNamesTheVisitsItMeets(t *testing.T) {
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
			t.Fatalf("the answer names no visits: %s", answer.Raw)
		}
		for _, v := range list {
			ids = append(ids, v.(map[string]any)["id"].(string))
		}
		return ids
	}
	h.As("patient1").Create("appointments", body{"patient": id("kid1"), "doctor": id("dr1"), "starts": starts.Add(time.Hour)}).OK(t)
	made := h.As("doctor1").Create("time_off", span(0, 30*time.Minute))
	if got := affected(made); len(got) != 1 || got[0] != id("booked1") {
		t.Errorf("the time off meets %v", got)
	}
	if got := affected(h.As("doctor1").Update("time_off", made.ID(), body{"ends": starts.Add(90 * time.Minute)})); len(got) != 2 {
		t.Errorf("the longer one meets %v", got)
	}
	if got := affected(h.As("receptionist1").Create("time_off", span(30*time.Minute, time.Hour))); len(got) != 0 {
		t.Errorf("one between the visits meets %v", got)
	}
	whole := span(0, 3*time.Hour)
	delete(whole, "doctor")
	if got := affected(h.As("admin1").Create("time_off", whole)); len(got) != 3 { // and one of the other doctor
		t.Errorf("closing the hospital meets %v", got)
	}
	if answer := h.As("doctor1").Create("time_off", whole); answer.Status < 400 {
		t.Error("a doctor closed the hospital")
	}
	if answer := h.As("doctor1").Update("time_off", made.ID(), body{"active": false}).OK(t); answer.JSON["affected"] != nil {
		t.Errorf("a time off that was withdrawn meets %v", answer.JSON["affected"])
	}
	if shown := h.As("doctor1").View("time_off", made.ID(), "").OK(t); shown.JSON["affected"] != nil || shown.JSON["@actor"] != nil {
		t.Errorf("a view shows %s", shown.Raw)
	}
}

func TestTimesOffThatCannotBe(t *testing.T) {
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
		refused(t, what, h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": c.starts, "ends": c.ends}), http.StatusBadRequest, "ends", c.code)
	}
}
