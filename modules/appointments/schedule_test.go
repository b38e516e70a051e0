package appointments_test

import (
	"net/http"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestARefusedTimeSuggestsFreeSlots(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	nine := monday().Add(9 * time.Hour)
	h.As("patient1").Create("appointments", visit("pat1", "dr1", nine)).OK(t)
	h.As("receptionist1").Create("appointments", visit("pat2", "dr2", nine.Add(time.Hour))).OK(t) // pat2 is busy at ten
	lost := h.As("patient2").Create("appointments", visit("pat2", "dr1", nine))
	refused(t, "the second of two", lost, http.StatusConflict, "starts", "slot_taken")
	slots := suggested(t, lost)
	if got := startTimes(slots); got != "09:30 09:00 09:30 10:00 09:00" ||
		slots[1]["starts"] != wire(nine.AddDate(0, 0, 7)) {
		t.Errorf("the refusal suggests %v", slots)
	}
	h.As("patient2").Create("appointments", body{"patient": id("pat2"), "doctor": id("dr1"), "starts": slots[0]["starts"],
		"ends": slots[0]["ends"]}).OK(t)
	setMondays(h) // no schedules
	refused(t, "a doctor without schedules", h.As("patient2").Create("appointments", visit("pat2", "dr1", nine)),
		http.StatusConflict, "starts", "outside_schedule")
	h.Verify()
}

func TestBookingsOutsideTheSlotsAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	at := func(minutes int) time.Time { return monday().Add(time.Duration(minutes) * time.Minute) }
	until := func(v body, minutes int) body { v["ends"] = wire(at(minutes)); return v }
	for what, v := range map[string]body{
		"before the hours": visit("pat1", "dr1", at(8*60+30)), "after the hours": visit("pat1", "dr1", at(10*60+30)),
		"between slots": visit("pat1", "dr1", at(9*60+10)), "on a Tuesday": visit("pat1", "dr1", at(24*60+9*60)),
		"a second late": visit("pat1", "dr1", at(9*60).Add(time.Second)), "beyond the end": until(visit("pat1", "dr1",
			at(10*60)), 11*60),
	} {
		for _, who := range []string{"patient1", "doctor1", "receptionist1", "admin1"} {
			refused(t, who+" "+what, h.As(who).Create("appointments", v), http.StatusConflict, "starts", "outside_schedule")
		}
	}
	refused(t, "a patient who books two slots", h.As("patient1").Create("appointments",
		until(visit("pat1", "dr1", at(9*60)), 10*60)), http.StatusBadRequest, "ends", "slot_length")
	refused(t, "a patient who books half a slot", h.As("patient1").Create("appointments",
		until(visit("pat1", "dr1", at(9*60)), 9*60+15)), http.StatusBadRequest, "ends", "slot_length")
	h.As("patient1").Create("appointments", until(visit("pat1", "dr1", at(9*60)), 9*60+30)).OK(t)
	h.As("receptionist1").Create("appointments", until(visit("pat2", "dr1", at(9*60+30)), 10*60+30)).OK(t)
	h.Verify()
}

func TestWalkInsMayStartBetweenSlots(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	h.At(monday().Add(9*time.Hour + 17*time.Minute))
	now := visit("walkin", "dr1", monday().Add(9*time.Hour+17*time.Minute))
	refused(t, "a visit between slots", h.As("receptionist1").Create("appointments", now), http.StatusConflict, "starts",
		"outside_schedule")
	now["visit_type"] = "walk_in"
	made := h.As("receptionist1").Create("appointments", now).OK(t)
	if made.String("ends") != wire(monday().Add(9*time.Hour+47*time.Minute)) {
		t.Errorf("the walk-in ends at %s", made.String("ends"))
	}
	online := visit("pat1", "dr1", monday().Add(10*time.Hour+10*time.Minute))
	online["visit_type"] = "walk_in"
	refused(t, "a walk-in booked online", h.As("patient1").Create("appointments", online), http.StatusConflict, "starts",
		"outside_schedule")
}

func TestStaffMayOverbookOutsideTheScheduleAndDuringTimeOff(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": monday(),
		"ends": monday().Add(24 * time.Hour)}).OK(t)
	desk, nine := h.As("receptionist1"), monday().Add(9*time.Hour)
	refused(t, "a visit while the doctor is away", desk.Create("appointments", visit("pat1", "dr1", nine)),
		http.StatusConflict, "starts", "doctor_away")
	emergency := visit("pat1", "dr1", nine.Add(-5*time.Hour))
	emergency["overbook"] = true
	refused(t, "overbooking without a note", desk.Create("appointments", emergency), http.StatusBadRequest, "staff_note",
		"required")
	emergency["staff_note"] = "comes in for it"
	made := desk.Create("appointments", emergency).OK(t)
	refused(t, "clearing overbook during time off", desk.Update("appointments", made.ID(), body{"overbook": false}),
		http.StatusConflict, "starts", "doctor_away")
	h.Verify()
}

func TestReschedulingClearsOverbook(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	nine := monday().Add(9 * time.Hour)
	h.As("receptionist1").Create("appointments", visit("pat2", "dr1", nine)).OK(t)
	beside := visit("pat1", "dr1", nine)
	beside["overbook"], beside["staff_note"] = true, "urgent"
	made := h.As("receptionist1").Create("appointments", beside).OK(t)
	refused(t, "its patient moving it outside the schedule",
		h.As("patient1").Update("appointments", made.ID(), body{"starts": wire(nine.Add(-3 * time.Hour))}),
		http.StatusConflict, "starts", "outside_schedule")
	moved := h.As("patient1").Update("appointments", made.ID(), body{"starts": wire(nine.Add(30 * time.Minute))}).OK(t)
	if moved.JSON["overbook"] != false {
		t.Error("it is still overbooked in a free slot")
	}
	h.Verify()
}

func TestApprovingDuringTimeOffIsRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("asked1")).GetDateTime("starts").Time()
	away := h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": starts.Add(10 * time.Minute),
		"ends": starts.Add(20 * time.Minute)}).OK(t)
	refused(t, "approving during time off", h.As("doctor1").Update("appointments", id("asked1"),
		body{"status": "approved"}), http.StatusConflict, "starts", "doctor_away")
	h.As("doctor1").Update("time_off", away.ID(), body{"active": false}).OK(t)
	h.As("doctor1").Update("appointments", id("asked1"), body{"status": "approved"}).OK(t)

	h.As("admin1").Create("time_off", body{"starts": starts, "ends": starts.Add(time.Hour)}).OK(t) // the whole hospital
	refused(t, "moving into a closure of the hospital",
		h.As("receptionist1").Update("appointments", id("booked1"), body{"starts": wire(starts)}), http.StatusConflict,
		"starts", "doctor_away")
}

func TestARescheduledVisitEndsWithItsNewSlot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{}, body{"start_time": "14:00", "end_time": "16:00", "slot_minutes": 20})
	nine, two := monday().Add(9*time.Hour), monday().Add(14*time.Hour)
	mine := h.As("patient1").Create("appointments", visit("pat1", "dr1", nine)).OK(t)
	moved := h.As("patient1").Update("appointments", mine.ID(), body{"starts": wire(two)}).OK(t)
	if moved.String("ends") != wire(two.Add(20*time.Minute)) {
		t.Errorf("moved into a slot of 20 minutes it ends at %s", moved.String("ends"))
	}
	refused(t, "a move between slots", h.As("patient1").Update("appointments", mine.ID(),
		body{"starts": wire(two.Add(10 * time.Minute))}), http.StatusConflict, "starts", "outside_schedule")

	long := visit("pat2", "dr1", nine)
	long["ends"] = wire(nine.Add(time.Hour))
	chosen := h.As("receptionist1").Create("appointments", long).OK(t)
	moved = h.As("patient2").Update("appointments", chosen.ID(), body{"starts": wire(two.Add(20 * time.Minute))}).OK(t)
	if moved.String("ends") != wire(two.Add(80*time.Minute)) {
		t.Errorf("after a move the hour that the desk chose ends at %s", moved.String("ends"))
	}
	// to a time that overlaps its old one
	moved = h.As("doctor1").Update("appointments", chosen.ID(), body{"starts": wire(two.Add(40 * time.Minute))}).OK(t)
	if moved.String("ends") != wire(two.Add(100*time.Minute)) {
		t.Errorf("moved to a time that overlaps its old one it ends at %s", moved.String("ends"))
	}
	h.Verify()
}

func TestEditingANoteChecksNoTime(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h) // no schedules
	h.As("admin1").Create("time_off", body{"starts": time.Now(), "ends": time.Now().AddDate(0, 6, 0)}).OK(t)
	h.As("doctor1").Update("appointments", id("booked1"), body{"staff_note": "Bring the X-ray"}).OK(t)
	h.As("patient1").Update("appointments", id("asked1"), body{"reason": "worse"}).OK(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"visit_type": "follow_up"}).OK(t)
	h.Verify()
}

func TestChangingTheTimezoneMovesSchedulesButNotVisits(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{})
	booked := h.As("patient1").Create("appointments", visit("pat1", "dr1", monday().Add(9*time.Hour))).OK(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Asia/Kolkata"}).OK(t)
	if got := h.Record("appointments", booked.ID()).GetString("starts"); got != booked.String("starts") {
		t.Errorf("the visit is now at %s", got)
	}
	day := monday().Format(time.DateOnly)
	answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/doctors/"+id("dr1")+"/slots?from="+day+"&to="+day,
		nil).OK(t)
	if got := startTimes(slotsOf(answer)); got != "03:30 04:00 04:30" || answer.String("timezone") != "Asia/Kolkata" {
		t.Errorf("in %s the slots begin at %s UTC", answer.String("timezone"), got)
	}
	h.As("patient1").Update("appointments", booked.ID(), body{"reason": "still there"}).OK(t)
	h.Verify()
}
