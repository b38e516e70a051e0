package appointments_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/appointments"
)

// monday is a day far enough ahead on which nobody of the furnished hospital is booked.
func monday() time.Time {
	d := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 30)
	return d.AddDate(0, 0, (8-int(d.Weekday()))%7)
}

// sees gives doctor dr1 these hours on Mondays, and no others.
func sees(h *hospitaltest.Hospital, hours ...body) {
	h.T.Helper()
	admin := h.As("admin1")
	for _, s := range admin.List("schedules", hospitaltest.Filter(`doctor = "`+id("dr1")+`" && active = true`)).IDs() {
		admin.Update("schedules", s, body{"active": false}).OK(h.T)
	}
	for _, more := range hours {
		sent := body{"doctor": id("dr1"), "weekday": 1, "start_time": "09:00", "end_time": "10:30", "slot_minutes": 30, "capacity": 1}
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

// clocks are when slots begin.
func clocks(slots []map[string]any) string {
	var times []string
	for _, s := range slots {
		times = append(times, s["starts"].(string)[11:16])
	}
	return strings.Join(times, " ")
}

// onMonday asks for the free slots of dr1 on that day.
func onMonday(h *hospitaltest.Hospital, who string) []map[string]any {
	h.T.Helper()
	day := monday().Format(time.DateOnly)
	return slotsOf(h.As(who).Do(http.MethodGet, "/api/hospital/doctors/"+id("dr1")+"/slots?from="+day+"&to="+day, nil).OK(h.T))
}

// instead are the slots that a refusal names.
func instead(t *testing.T, answer hospitaltest.Response) []map[string]any {
	t.Helper()
	data, _ := answer.JSON["data"].(map[string]any)
	starts, _ := data["starts"].(map[string]any)
	params, _ := starts["params"].(map[string]any)
	return slotsOf(hospitaltest.Response{JSON: params})
}

func TestSlotsAreTheHoursLessWhatIsBookedAndAway(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{"room": "7"}, body{"start_time": "14:00", "end_time": "16:00", "slot_minutes": 40})
	slots := onMonday(h, "patient1")
	if got := clocks(slots); got != "09:00 09:30 10:00 14:00 14:40 15:20" {
		t.Fatalf("the slots are %s", got)
	}
	if s := slots[0]; s["ends"] != wire(monday().Add(9*time.Hour+30*time.Minute)) || s["room"] != "7" || s["remaining"] != 1.0 || s["doctor"] != id("dr1") {
		t.Errorf("the first slot is %v", s)
	}
	visit := h.As("patient1").Create("appointments", body{"patient": id("pat1"), "doctor": id("dr1"), "starts": slots[1]["starts"]}).OK(t)
	if visit.String("ends") != slots[1]["ends"] || visit.String("room") != "7" {
		t.Errorf("the visit in the slot: %s", visit.Raw)
	}
	h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": monday().Add(15 * time.Hour), "ends": monday().Add(15*time.Hour + time.Minute)}).OK(t)
	if got := clocks(onMonday(h, "patient2")); got != "09:00 10:00 14:00 15:20" {
		t.Errorf("after a booking and a time off the slots are %s", got)
	}
	h.As("patient1").Update("appointments", visit.ID(), body{"status": "cancelled"}).OK(t)
	if got := clocks(onMonday(h, "patient2")); got != "09:00 09:30 10:00 14:00 15:20" {
		t.Errorf("after the cancellation the slots are %s", got)
	}
}

func TestSlotsAreWhatTheAskerMayBook(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	h.At(monday().Add(9*time.Hour + 10*time.Minute))
	h.As("admin1").Update("hospital", "hospitalsetting", body{"min_notice_minutes": 30}).OK(t)
	if got := clocks(onMonday(h, "receptionist1")); got != "09:30 10:00" {
		t.Errorf("at ten past nine the desk is offered %s", got)
	}
	if got := clocks(onMonday(h, "patient1")); got != "10:00" {
		t.Errorf("half an hour ahead a patient is offered %s", got)
	}
	h.As("admin1").Update("doctors", id("dr1"), body{"accepts_online": false}).OK(t)
	if got := clocks(onMonday(h, "patient1")); got != "" {
		t.Errorf("of a doctor for whom one must call, a patient is offered %s", got)
	}
	if got := clocks(onMonday(h, "nurse1")); got != "09:30 10:00" {
		t.Errorf("staff are offered %s", got)
	}
	h.As("admin1").Update("doctors", id("dr1"), body{"active": false}).OK(t)
	if got := clocks(onMonday(h, "nurse1")); got != "" {
		t.Errorf("of a doctor who has left, staff are offered %s", got)
	}
	if answer := h.As("guest").Do(http.MethodGet, "/api/hospital/slots", nil); answer.Status != http.StatusUnauthorized {
		t.Errorf("a guest is answered %d", answer.Status)
	}
	h.As("admin1").Update("users", id("patient1"), body{"status": "suspended"}).OK(t)
	if answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/slots", nil); answer.Status != http.StatusUnauthorized {
		t.Errorf("a suspended account is answered %d", answer.Status)
	}
}

func TestSlotsEndWithTheHorizon(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	h.As("admin1").Update("hospital", "hospitalsetting", body{"booking_horizon_days": 7}).OK(t)
	h.At(monday().AddDate(0, 0, -7).Add(9*time.Hour + 30*time.Minute)) // to the minute
	if got := clocks(onMonday(h, "receptionist1")); got != "09:00 09:30" {
		t.Errorf("a week before, the desk is offered %s", got)
	}
	for starts, status := range map[time.Duration]int{9*time.Hour + 30*time.Minute: http.StatusOK, 10 * time.Hour: http.StatusBadRequest} {
		if answer := h.As("receptionist1").Create("appointments", visit("pat1", "dr1", monday().Add(starts))); answer.Status != status {
			t.Errorf("a visit at %v answered %d %s", starts, answer.Status, answer.Raw)
		}
	}
}

func TestTheFirstSlotsOfAnyFittingDoctor(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	h.As("admin1").Update("doctors", id("dr1"), body{"specialization": "Kardiologie für Ältere"}).OK(t)
	first := func(query string) []map[string]any {
		day := monday().AddDate(0, 0, -1).Format(time.DateOnly)
		return slotsOf(h.As("patient1").Do(http.MethodGet, "/api/hospital/slots?from="+day+"&"+query, nil).OK(t))
	}
	both := first("limit=200")
	if len(both) != 200 || !slices.IsSortedFunc(both, func(a, b map[string]any) int { return strings.Compare(a["starts"].(string), b["starts"].(string)) }) {
		t.Errorf("%d slots, from %v to %v", len(both), both[0], both[len(both)-1])
	}
	if got := clocks(first("specialization=kardiologie+f%C3%BCr+%C3%A4ltere")); got != "09:00 09:30 10:00 09:00 09:30 10:00" {
		t.Errorf("the cardiologist's slots of two weeks are %s", got)
	}
	if n := len(first("department=" + id("general"))); n != 20 {
		t.Errorf("of the department there are %d slots, without a limit", n)
	}
	for _, nobody := range []string{"department=" + id("closed"), "specialization=dentist", "department=nonsense"} {
		if got := first(nobody); len(got) != 0 {
			t.Errorf("%s has slots: %v", nobody, got)
		}
	}
}

func TestQuestionsAboutSlotsThatCannotBe(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for query, want := range map[string]string{
		"from=2030-02-31": "from invalid_date", "from=tomorrow": "from invalid_date", "to=2030-1-1": "to invalid_date", "from=0000-01-01": "from invalid_date",
		"from=2030-02-02&to=2030-02-01": "to ends_before_starts", "from=2030-01-01&to=2030-03-04": "to too_many_days",
		"limit=0": "limit invalid_number", "limit=201": "limit invalid_number", "limit=many": "limit invalid_number", "from=%00": "from invalid_date", "from='": "from invalid_date",
	} {
		field, code, _ := strings.Cut(want, " ")
		if answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/slots?"+query, nil); answer.Status != http.StatusBadRequest || answer.Code(field) != code {
			t.Errorf("%s answered %d %s, want %s", query, answer.Status, answer.Raw, want)
		}
	}
	for query, slots := range map[string]int{"from=2030-01-01&to=2030-03-03": 0, "from=1999-01-01&to=1999-01-02": 0, "from=8999-01-01&to=8999-01-02": 0} {
		if got := slotsOf(h.As("patient1").Do(http.MethodGet, "/api/hospital/slots?"+query, nil).OK(t)); len(got) != slots {
			t.Errorf("%s answers %d slots", query, len(got))
		}
	}
	if answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/doctors/nobody/slots", nil); answer.Status != http.StatusNotFound {
		t.Errorf("the slots of nobody: %d", answer.Status)
	}
}

func TestALostRaceIsOneStepFromAVisit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	nine := monday().Add(9 * time.Hour)
	h.As("patient1").Create("appointments", visit("pat1", "dr1", nine)).OK(t)
	h.As("receptionist1").Create("appointments", visit("pat2", "dr2", nine.Add(time.Hour))).OK(t) // pat2 is elsewhere at ten
	lost := h.As("patient2").Create("appointments", visit("pat2", "dr1", nine))
	refused(t, "the second of two", lost, http.StatusConflict, "starts", "slot_taken")
	offers := instead(t, lost)
	if got := clocks(offers); got != "09:30 09:00 09:30 10:00 09:00" || offers[1]["starts"] != wire(nine.AddDate(0, 0, 7)) {
		t.Errorf("instead one is offered %v", offers)
	}
	h.As("patient2").Create("appointments", body{"patient": id("pat2"), "doctor": id("dr1"), "starts": offers[0]["starts"], "ends": offers[0]["ends"]}).OK(t)
	sees(h) // no hours at all
	refused(t, "a doctor without hours", h.As("patient2").Create("appointments", visit("pat2", "dr1", nine)), http.StatusConflict, "starts", "outside_schedule")
	h.Verify()
}

func TestBookingsKeepToTheSlots(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	at := func(minutes int) time.Time { return monday().Add(time.Duration(minutes) * time.Minute) }
	until := func(v body, minutes int) body { v["ends"] = wire(at(minutes)); return v }
	for what, v := range map[string]body{
		"before the hours": visit("pat1", "dr1", at(8*60+30)), "after the hours": visit("pat1", "dr1", at(10*60+30)),
		"between slots": visit("pat1", "dr1", at(9*60+10)), "on a Tuesday": visit("pat1", "dr1", at(24*60+9*60)),
		"a second late": visit("pat1", "dr1", at(9*60).Add(time.Second)), "beyond the end": until(visit("pat1", "dr1", at(10*60)), 11*60),
	} {
		for _, who := range []string{"patient1", "doctor1", "receptionist1", "admin1"} {
			refused(t, who+" "+what, h.As(who).Create("appointments", v), http.StatusConflict, "starts", "outside_schedule")
		}
	}
	refused(t, "a patient who wants two slots", h.As("patient1").Create("appointments", until(visit("pat1", "dr1", at(9*60)), 10*60)), http.StatusBadRequest, "ends", "slot_length")
	refused(t, "a patient who wants half a slot", h.As("patient1").Create("appointments", until(visit("pat1", "dr1", at(9*60)), 9*60+15)), http.StatusBadRequest, "ends", "slot_length")
	h.As("patient1").Create("appointments", until(visit("pat1", "dr1", at(9*60)), 9*60+30)).OK(t)
	h.As("receptionist1").Create("appointments", until(visit("pat2", "dr1", at(9*60+30)), 10*60+30)).OK(t)
	h.Verify()
}

func TestWalkInsKeepToTheHoursAndNotToTheSlots(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	h.At(monday().Add(9*time.Hour + 17*time.Minute))
	now := visit("walkin", "dr1", monday().Add(9*time.Hour+17*time.Minute))
	refused(t, "a visit between slots", h.As("receptionist1").Create("appointments", now), http.StatusConflict, "starts", "outside_schedule")
	now["visit_type"] = "walk_in"
	made := h.As("receptionist1").Create("appointments", now).OK(t)
	if made.String("ends") != wire(monday().Add(9*time.Hour+47*time.Minute)) {
		t.Errorf("the walk-in ends at %s", made.String("ends"))
	}
	online := visit("pat1", "dr1", monday().Add(10*time.Hour+10*time.Minute))
	online["visit_type"] = "walk_in"
	refused(t, "a patient who says they walk in", h.As("patient1").Create("appointments", online), http.StatusConflict, "starts", "outside_schedule")
}

func TestStaffOverbookOutsideTheHoursAndIntoATimeOff(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": monday(), "ends": monday().Add(24 * time.Hour)}).OK(t)
	desk, nine := h.As("receptionist1"), monday().Add(9*time.Hour)
	refused(t, "a visit while the doctor is away", desk.Create("appointments", visit("pat1", "dr1", nine)), http.StatusConflict, "starts", "doctor_away")
	emergency := visit("pat1", "dr1", nine.Add(-5*time.Hour))
	emergency["overbook"] = true
	refused(t, "overbooking without a note", desk.Create("appointments", emergency), http.StatusBadRequest, "staff_note", "required")
	emergency["staff_note"] = "comes in for it"
	made := desk.Create("appointments", emergency).OK(t)
	refused(t, "making it an ordinary one", desk.Update("appointments", made.ID(), body{"overbook": false}), http.StatusConflict, "starts", "doctor_away")
	h.Verify()
}

func TestAnOverbookedVisitIsMovedAsAnyOther(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	nine := monday().Add(9 * time.Hour)
	h.As("receptionist1").Create("appointments", visit("pat2", "dr1", nine)).OK(t)
	beside := visit("pat1", "dr1", nine)
	beside["overbook"], beside["staff_note"] = true, "urgent"
	made := h.As("receptionist1").Create("appointments", beside).OK(t)
	refused(t, "its patient moving it outside the hours", h.As("patient1").Update("appointments", made.ID(), body{"starts": wire(nine.Add(-3 * time.Hour))}), http.StatusConflict, "starts", "outside_schedule")
	if moved := h.As("patient1").Update("appointments", made.ID(), body{"starts": wire(nine.Add(30 * time.Minute))}).OK(t); moved.JSON["overbook"] != false {
		t.Error("moved into a free slot it is overbooked still")
	}
	h.Verify()
}

func TestNothingIsApprovedWhileTheDoctorIsAway(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("asked1")).GetDateTime("starts").Time()
	away := h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": starts.Add(10 * time.Minute), "ends": starts.Add(20 * time.Minute)}).OK(t)
	refused(t, "approving into a time off", h.As("doctor1").Update("appointments", id("asked1"), body{"status": "approved"}), http.StatusConflict, "starts", "doctor_away")
	h.As("doctor1").Update("time_off", away.ID(), body{"active": false}).OK(t)
	h.As("doctor1").Update("appointments", id("asked1"), body{"status": "approved"}).OK(t)

	h.As("admin1").Create("time_off", body{"starts": starts, "ends": starts.Add(time.Hour)}).OK(t) // the whole hospital
	refused(t, "moving into a closed hospital", h.As("receptionist1").Update("appointments", id("booked1"), body{"starts": wire(starts)}), http.StatusConflict, "starts", "doctor_away")
}

// TestAGroupIsFullWhenItIsFull: fifty want one of three places, all at once.
func TestAGroupIsFullWhenItIsFull(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{"capacity": 3, "slot_minutes": 90})
	nine := monday().Add(9 * time.Hour)
	var members []string
	for range 50 {
		members = append(members, h.As("receptionist1").Create("patients", body{"name": "Member"}).OK(t).ID())
	}
	var in, out atomic.Int32
	var all sync.WaitGroup
	desk := h.As("receptionist1")
	for _, member := range members {
		all.Go(func() {
			switch answer := desk.Create("appointments", body{"patient": member, "doctor": id("dr1"), "starts": wire(nine)}); {
			case answer.Status == http.StatusOK:
				in.Add(1)
			case answer.Code("starts") == "slot_taken":
				out.Add(1)
			default:
				t.Errorf("a booking answered %d %s", answer.Status, answer.Raw)
			}
		})
	}
	all.Wait()
	if in.Load() != 3 || out.Load() != 47 {
		t.Errorf("%d of fifty have one of three places", in.Load())
	}
	if got := onMonday(h, "patient1"); len(got) != 0 {
		t.Errorf("a full group is offered: %v", got)
	}
	visits := h.As("receptionist1").List("appointments", hospitaltest.Filter(`doctor = "`+id("dr1")+`" && starts = "`+wire(nine)+`"`)).IDs()
	desk.Update("appointments", visits[0], body{"status": "cancelled"}).OK(t)
	if got := onMonday(h, "patient1"); len(got) != 1 || got[0]["remaining"] != 1.0 {
		t.Errorf("after a cancellation one is offered %v", got)
	}
	h.Verify()

	_, err := h.App.NonconcurrentDB().NewQuery("UPDATE appointments SET status = 'approved' WHERE id = {:id}").Bind(map[string]any{"id": visits[0]}).Execute()
	if err != nil {
		t.Errorf("the database refuses the third of three: %v", err)
	}
	for _, sql := range []string{
		`INSERT INTO appointments (id, number, patient, doctor, starts, ends, status, capacity) SELECT 'fourth', 'X-1', 'nobody', doctor, starts, ends, 'approved', 3 FROM appointments WHERE id = {:id}`,
		`INSERT INTO appointments (id, number, patient, doctor, starts, ends, status) SELECT 'partly', 'X-2', 'nobody', doctor, strftime('%Y-%m-%d %H:%M:%fZ', starts, '+80 minutes'), strftime('%Y-%m-%d %H:%M:%fZ', starts, '+110 minutes'), 'approved' FROM appointments WHERE id = {:id}`,
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Bind(map[string]any{"id": visits[1]}).Execute(); err == nil || !strings.Contains(err.Error(), "slot_taken") {
			t.Errorf("the database took one more: %v", err)
		}
	}
}

func TestAMovedVisitTakesItsNewSlot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{}, body{"start_time": "14:00", "end_time": "16:00", "slot_minutes": 20})
	nine, two := monday().Add(9*time.Hour), monday().Add(14*time.Hour)
	mine := h.As("patient1").Create("appointments", visit("pat1", "dr1", nine)).OK(t)
	moved := h.As("patient1").Update("appointments", mine.ID(), body{"starts": wire(two)}).OK(t)
	if moved.String("ends") != wire(two.Add(20*time.Minute)) {
		t.Errorf("moved into a slot of 20 minutes it ends at %s", moved.String("ends"))
	}
	refused(t, "a move between slots", h.As("patient1").Update("appointments", mine.ID(), body{"starts": wire(two.Add(10 * time.Minute))}), http.StatusConflict, "starts", "outside_schedule")

	long := visit("pat2", "dr1", nine)
	long["ends"] = wire(nine.Add(time.Hour))
	chosen := h.As("receptionist1").Create("appointments", long).OK(t)
	moved = h.As("patient2").Update("appointments", chosen.ID(), body{"starts": wire(two.Add(20 * time.Minute))}).OK(t)
	if moved.String("ends") != wire(two.Add(80*time.Minute)) {
		t.Errorf("an hour that the desk chose ends at %s when it is moved", moved.String("ends"))
	}
	// onto a part of itself
	moved = h.As("doctor1").Update("appointments", chosen.ID(), body{"starts": wire(two.Add(40 * time.Minute))}).OK(t)
	if moved.String("ends") != wire(two.Add(100*time.Minute)) {
		t.Errorf("moved onto a part of itself it ends at %s", moved.String("ends"))
	}
	h.Verify()
}

func TestANoteTripsNoConflict(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h) // the hours have ended since
	h.As("admin1").Create("time_off", body{"starts": time.Now(), "ends": time.Now().AddDate(0, 6, 0)}).OK(t)
	h.As("doctor1").Update("appointments", id("booked1"), body{"staff_note": "Bring the X-ray"}).OK(t)
	h.As("patient1").Update("appointments", id("asked1"), body{"reason": "worse"}).OK(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"visit_type": "follow_up"}).OK(t)
	h.Verify()
}

func TestAPatientWithTwoDoctorsIsAtOne(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var in, busy atomic.Int32
	var all sync.WaitGroup
	patient := h.As("patient1")
	for i := range 20 {
		all.Go(func() {
			switch answer := patient.Create("appointments", visit("pat1", []string{"dr1", "dr2"}[i%2], monday())); {
			case answer.Status == http.StatusOK:
				in.Add(1)
			case slices.Contains([]string{"patient_busy", "slot_taken"}, answer.Code("starts")):
				busy.Add(1)
			default:
				t.Errorf("a booking answered %d %s", answer.Status, answer.Raw)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 || busy.Load() != 19 {
		t.Errorf("the patient has %d visits at once", in.Load())
	}
	h.Verify()
}

// TestAChangeOfTheZoneMovesTheHoursAndNoVisit: what is booked stays at its instant.
func TestAChangeOfTheZoneMovesTheHoursAndNoVisit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sees(h, body{})
	booked := h.As("patient1").Create("appointments", visit("pat1", "dr1", monday().Add(9*time.Hour))).OK(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Asia/Kolkata"}).OK(t)
	if got := h.Record("appointments", booked.ID()).GetString("starts"); got != booked.String("starts") {
		t.Errorf("the visit is now at %s", got)
	}
	day := monday().Format(time.DateOnly)
	answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/doctors/"+id("dr1")+"/slots?from="+day+"&to="+day, nil).OK(t)
	if got := clocks(slotsOf(answer)); got != "03:30 04:00 04:30" || answer.String("timezone") != "Asia/Kolkata" {
		t.Errorf("in %s the slots begin at %s UTC", answer.String("timezone"), got)
	}
	h.As("patient1").Update("appointments", booked.ID(), body{"reason": "still there"}).OK(t)
	h.Verify()
}

func TestRequestsInATimeOffStillExpire(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("asked1")).GetDateTime("starts").Time()
	h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": starts, "ends": starts.Add(time.Hour)}).OK(t)
	h.At(starts)
	if err := appointments.Expire(h.App); err != nil {
		t.Fatal(err)
	}
	if got := h.Record("appointments", id("asked1")).GetString("status"); got != "cancelled" {
		t.Errorf("the request is %s", got)
	}
	h.Verify()
}
