package appointments_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// wire writes an instant as clients do.
func wire(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000Z") }

// tomorrow is a time without bookings in the test hospital: the next day at noon, at least
// 12 hours from now, and far from midnight.
func tomorrow() time.Time { return time.Now().UTC().Truncate(24 * time.Hour).Add(36 * time.Hour) }

func visit(patient, doctor string, starts time.Time) body {
	return body{"patient": id(patient), "doctor": id(doctor), "starts": wire(starts), "reason": "cough"}
}

// halfAnHour is a visit of half an hour, of any slot length.
func halfAnHour(patient, doctor string, starts time.Time) body {
	v := visit(patient, doctor, starts)
	v["ends"] = wire(starts.Add(30 * time.Minute))
	return v
}

// setSlotMinutes gives all doctors slots of that length.
func setSlotMinutes(h *hospitaltest.Hospital, minutes int) {
	h.T.Helper()
	for _, hours := range h.As("admin1").List("schedules", "").IDs() {
		h.As("admin1").Update("schedules", hours, body{"slot_minutes": minutes}).OK(h.T)
	}
}

func refused(t *testing.T, what string, answer hospitaltest.Response, status int, field, code string) {
	t.Helper()
	if answer.Status != status || answer.Code(field) != code {
		t.Errorf("%s answered %d %s, want %d with %s: %s", what, answer.Status, answer.Raw, status, field, code)
	}
}

func TestPatientBookingsArePendingAndStaffBookingsApproved(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	requested := h.As("patient1").Create("appointments", visit("pat1", "dr1", tomorrow())).OK(t)
	if requested.String("status") != "pending" || requested.String("ends") != wire(tomorrow().Add(30*time.Minute)) ||
		requested.Int("version") != 1 || requested.String("requested_by") != id("patient1") {
		t.Errorf("a patient's booking: %s", requested.Raw)
	}
	made := h.As("receptionist1").Create("appointments", visit("pat2", "dr2", tomorrow())).OK(t)
	if made.String("status") != "approved" || made.String("approved_by") != id("receptionist1") {
		t.Errorf("a receptionist's booking: %s", made.Raw)
	}
	h.Verify()
}

func TestConcurrentCompletionsMakeOneBill(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bills := h.Count("bills")
	h.At(h.Record("appointments", id("booked1")).GetDateTime("ends").Time())
	var done atomic.Int32
	doctor := h.As("doctor1")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			answer := doctor.Update("appointments", id("booked1"), body{"status": "completed"})
			if answer.Status == http.StatusOK {
				done.Add(1)
			} else if answer.Status >= 500 {
				t.Errorf("a completion answered %d %s", answer.Status, answer.Raw)
			}
		})
	}
	all.Wait()
	if h.Count("bills") != bills+1 || done.Load() < 1 {
		t.Errorf("%d bills were made by %d successful completions", h.Count("bills")-bills, done.Load())
	}
	h.Verify()
}

func TestAPatientsRescheduleIsPendingAgainAndKeepsTheLength(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Record("appointments", id("booked1"))
	at := tomorrow().Add(200 * time.Hour)
	moved := h.As("patient1").Update("appointments", id("booked1"), body{"starts": wire(at)}).OK(t)
	if moved.String("status") != "pending" || moved.String("approved_by") != "" ||
		moved.String("ends") != wire(at.Add(30*time.Minute)) || moved.Int("version") != int64(before.GetInt("version"))+1 {
		t.Errorf("after the move: %s", moved.Raw)
	}
	events, err := h.App.FindRecordsByFilter("appointment_events", `appointment = {:a} && action = "reschedule"`, "", 0, 0,
		map[string]any{"a": id("booked1")})
	if err != nil || len(events) != 1 || !events[0].GetDateTime("old_starts").Equal(before.GetDateTime("starts")) ||
		!events[0].GetDateTime("new_starts").Time().Equal(at) {
		t.Errorf("the event of the move: %v %v", events, err)
	}
	h.Verify()
}

func TestCancellingFreesTheSlot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("booked1")).GetDateTime("starts").Time()
	refused(t, "the slot while it is held", h.As("patient2").Create("appointments", visit("pat2", "dr1", starts)),
		http.StatusConflict, "starts", "slot_taken")
	h.As("patient1").Update("appointments", id("booked1"), body{"status": "cancelled", "cancel_note": "better"}).OK(t)
	if r := h.Record("appointments", id("booked1")); r.GetString("cancel_code") != "patient" ||
		r.GetString("cancelled_by") != id("patient1") {
		t.Errorf("cancelled by %s as %s", r.GetString("cancelled_by"), r.GetString("cancel_code"))
	}
	h.As("patient2").Create("appointments", visit("pat2", "dr1", starts)).OK(t)
	h.Verify()
}

func TestInvalidTimesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"min_notice_minutes": 60, "booking_horizon_days": 30}).OK(t)
	patient, desk := h.As("patient1"), h.As("receptionist1")
	now := time.Now().UTC()
	refused(t, "yesterday", patient.Create("appointments", visit("pat1", "dr1", now.Add(-24*time.Hour))), 400, "starts",
		"in_the_past")
	refused(t, "in ten minutes", patient.Create("appointments", visit("pat1", "dr1", now.Add(10*time.Minute))), 400,
		"starts", "too_short_notice")
	refused(t, "next year", desk.Create("appointments", visit("pat1", "dr1", now.Add(31*24*time.Hour))), 400, "starts",
		"beyond_horizon")
	setSlotMinutes(h, 5)
	desk.Create("appointments", visit("pat1", "dr1", now.Truncate(5*time.Minute).Add(10*time.Minute))).OK(t)
	walkIn := visit("walkin", "dr2", now.Add(-14*time.Minute))
	refused(t, "a past visit that is not a walk-in", desk.Create("appointments", walkIn), 400, "starts", "in_the_past")
	walkIn["visit_type"] = "walk_in"
	desk.Create("appointments", walkIn).OK(t)
	walkIn["starts"] = wire(now.Add(-16 * time.Minute))
	refused(t, "a walk-in 16 minutes ago", desk.Create("appointments", walkIn), 400, "starts", "in_the_past")

	invalid := visit("pat1", "dr1", tomorrow())
	invalid["ends"] = wire(tomorrow().Add(-time.Minute))
	refused(t, "an end before the start", patient.Create("appointments", invalid), 400, "ends", "ends_before_starts")
	invalid["ends"] = wire(tomorrow().Add(9 * time.Hour))
	refused(t, "nine hours", patient.Create("appointments", invalid), 400, "ends", "visit_length")
	invalid["ends"] = wire(tomorrow().Add(time.Minute))
	refused(t, "one minute", patient.Create("appointments", invalid), 400, "ends", "visit_length")
	refused(t, "an inactive doctor", patient.Create("appointments", visit("pat1", "drgone", tomorrow())), 409, "doctor",
		"doctor_unavailable")
	refused(t, "another account's patient", patient.Create("appointments", visit("pat2", "dr1", tomorrow())), 400,
		"patient", "not_yours")
}

func TestPatientsCannotChangeAVisitAfterTheCutoff(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"cancel_cutoff_hours": 24}).OK(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("starts").Time().Add(-23 * time.Hour))
	refused(t, "a late cancellation", h.As("patient1").Update("appointments", id("booked1"), body{"status": "cancelled"}),
		409, "starts", "too_late")
	refused(t, "a late move", h.As("patient1").Update("appointments", id("booked1"),
		body{"starts": wire(tomorrow().Add(300 * time.Hour))}), 409, "starts", "too_late")
	h.As("receptionist1").Update("appointments", id("booked1"),
		body{"status": "cancelled", "cancel_code": "patient"}).OK(t)
}

func TestAStaleVersionIsAConflict(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"reason": "first", "version": 1}).OK(t)
	refused(t, "the second of two editors", h.As("receptionist2").Update("appointments", id("booked1"),
		body{"reason": "second", "version": 1}), 409, "version", "stale_version")
	if got := h.Record("appointments", id("booked1")).GetString("reason"); got != "first" {
		t.Errorf("the reason is %q", got)
	}
}

func TestTwoActionsInOneRequestAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("starts").Time())
	for _, change := range []body{
		{"status": "completed", "started_at": wire(time.Now())},
		{"status": "cancelled", "starts": wire(tomorrow().Add(300 * time.Hour))},
		{"checked_in_at": wire(time.Now()), "started_at": wire(time.Now())},
	} {
		refused(t, fmt.Sprint(change), h.As("admin1").Update("appointments", id("booked1"), change), 400, "status",
			"one_at_a_time")
	}
	refused(t, "a reason to cancel without cancelling",
		h.As("admin1").Update("appointments", id("booked1"), body{"cancel_code": "hospital"}), 400, "cancel_code",
		"not_cancelled")
}

func TestSendingAnUnchangedRecordWritesNothing(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, record := range []string{id("booked1"), id("done1")} {
		seen := h.As("doctor1").View("appointments", record, "").OK(t)
		h.As("doctor1").SkipContract().Update("appointments", record, seen.JSON).OK(t)
		if after := h.Record("appointments", record); int64(after.GetInt("version")) != seen.Int("version") {
			t.Errorf("%s has version %d after an unchanged update", record, after.GetInt("version"))
		}
	}
}

func TestCheckInStoresTheServersTime(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := h.Record("appointments", id("booked1")).GetDateTime("starts").Time().Add(3 * time.Minute)
	h.At(now)
	answer := h.As("nurse1").Update("appointments", id("booked1"), body{"checked_in_at": "1999-01-01 00:00:00.000Z"}).OK(t)
	if answer.String("checked_in_at") != wire(now) {
		t.Errorf("checked in at %s", answer.String("checked_in_at"))
	}
	refused(t, "checking in twice", h.As("nurse2").Update("appointments", id("booked1"),
		body{"checked_in_at": wire(now.Add(time.Minute))}), 409, "checked_in_at", "invalid_transition")
}

func TestADoctorBooksOnlyPatientsInTheirCare(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("doctor1").Create("appointments", visit("pat1", "dr1", tomorrow())).OK(t)
	answer := h.As("doctor1").Create("appointments", visit("pat2", "dr1", tomorrow().Add(time.Hour)))
	if answer.Status < 400 {
		t.Error("a doctor booked a patient outside their care, which opens the record")
	}
}

func TestApprovingGivesTheDoctorAccessToTheRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	requested := h.As("patient1").Create("appointments", visit("kid1", "dr2", tomorrow())).OK(t)
	if answer := h.As("doctor2").View("patients", id("kid1"), ""); answer.Status != http.StatusNotFound {
		t.Errorf("before the approval the doctor may view the record: %d", answer.Status)
	}
	h.As("doctor2").Update("appointments", requested.ID(), body{"status": "approved"}).OK(t)
	h.As("doctor2").View("patients", id("kid1"), "").OK(t)
}
