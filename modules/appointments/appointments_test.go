package appointments_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/fixture"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules/appointments"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// wire writes an instant as clients do.
func wire(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000Z") }

// tomorrow is a time at which nobody of the furnished hospital is booked.
// tomorrow is the next day at noon, at least 12 hours from now, far from midnight.
func tomorrow() time.Time { return time.Now().UTC().Truncate(24 * time.Hour).Add(36 * time.Hour) }

func visit(patient, doctor string, starts time.Time) body {
	return body{"patient": id(patient), "doctor": id(doctor), "starts": wire(starts), "reason": "cough"}
}

// halfAnHour is a visit that the front desk makes half an hour long, whatever the slots are.
func halfAnHour(patient, doctor string, starts time.Time) body {
	v := visit(patient, doctor, starts)
	v["ends"] = wire(starts.Add(30 * time.Minute))
	return v
}

// every gives all doctors slots of so many minutes.
func every(h *hospitaltest.Hospital, minutes int) {
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

func TestAPatientsBookingWaitsAndStaffsIsApproved(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	asked := h.As("patient1").Create("appointments", visit("pat1", "dr1", tomorrow())).OK(t)
	if asked.String("status") != "pending" || asked.String("ends") != wire(tomorrow().Add(30*time.Minute)) || asked.Int("version") != 1 || asked.String("requested_by") != id("patient1") {
		t.Errorf("a patient's booking: %s", asked.Raw)
	}
	made := h.As("receptionist1").Create("appointments", visit("pat2", "dr2", tomorrow())).OK(t)
	if made.String("status") != "approved" || made.String("approved_by") != id("receptionist1") {
		t.Errorf("a receptionist's booking: %s", made.Raw)
	}
	h.Verify()
}

func TestOverlapsAreRefusedAndNeighboursAreNot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	every(h, 5)
	desk, at := h.As("receptionist1"), tomorrow()
	desk.Create("appointments", halfAnHour("pat1", "dr1", at)).OK(t)
	for _, shift := range []int{-25, -15, 0, 15, 25} {
		there := at.Add(time.Duration(shift) * time.Minute)
		refused(t, fmt.Sprint("a visit ", shift, " minutes off"), desk.Create("appointments", halfAnHour("pat2", "dr1", there)), http.StatusConflict, "starts", "slot_taken")
		refused(t, fmt.Sprint("the patient elsewhere ", shift, " minutes off"), desk.Create("appointments", halfAnHour("pat1", "dr2", there)), http.StatusConflict, "starts", "patient_busy")
	}
	inside := visit("pat2", "dr1", at.Add(10*time.Minute)) // five minutes
	refused(t, "a visit inside another", desk.Create("appointments", inside), http.StatusConflict, "starts", "slot_taken")
	around := visit("pat2", "dr1", at.Add(-2*time.Hour))
	around["ends"] = wire(at.Add(time.Hour))
	refused(t, "a visit around another", desk.Create("appointments", around), http.StatusConflict, "starts", "slot_taken")
	desk.Create("appointments", halfAnHour("pat2", "dr1", at.Add(-30*time.Minute))).OK(t)
	desk.Create("appointments", halfAnHour("pat2", "dr1", at.Add(30*time.Minute))).OK(t)
	h.Verify()
}

func TestNobodyWaitsWhileARefusalIsExplained(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	explained := 0
	kit.OnRefusal(h.App, "appointments", func(app core.App, _ *core.Record, refusal error) error {
		explained++
		if app.IsTransactional() {
			t.Error("the next free slots are looked for in the transaction of the booking")
		}
		return refusal
	})
	taken := h.Record("appointments", id("booked1")).GetDateTime("starts").Time()
	desk := h.As("receptionist1")
	refused(t, "booking", desk.Create("appointments", visit("walkin", "dr1", taken)), http.StatusConflict, "starts", "slot_taken")
	refused(t, "moving", desk.Update("appointments", id("asked1"), body{"starts": wire(taken)}), http.StatusConflict, "starts", "slot_taken")
	if explained != 2 {
		t.Errorf("%d refusals were explained", explained)
	}
}

func TestStaffMayOverbookWithANote(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk, at := h.As("receptionist1"), tomorrow()
	desk.Create("appointments", visit("pat1", "dr1", at)).OK(t)
	second := visit("pat2", "dr1", at)
	second["overbook"] = true
	refused(t, "overbooking without a note", desk.Create("appointments", second), http.StatusBadRequest, "staff_note", "required")
	second["staff_note"] = "emergency"
	refused(t, "a patient who overbooks", h.As("patient2").Create("appointments", second), http.StatusForbidden, "overbook", "not_allowed")
	beside := desk.Create("appointments", second).OK(t)
	h.Verify()

	first := desk.List("appointments", hospitaltest.Filter(`doctor = "`+id("dr1")+`" && starts = "`+wire(at)+`" && overbook = false`)).IDs()[0]
	desk.Update("appointments", first, body{"reason": "changed beside the other"}).OK(t)
	refused(t, "making the second an ordinary one", desk.Update("appointments", beside.ID(), body{"overbook": false}), http.StatusConflict, "starts", "slot_taken")
	h.At(at)
	desk.Update("appointments", first, body{"checked_in_at": wire(at)}).OK(t)
	h.As("doctor1").Update("appointments", first, body{"status": "completed"}).OK(t)
	h.As("doctor1").Update("appointments", beside.ID(), body{"status": "completed"}).OK(t)
	h.Verify()
}

func TestARequestIsApprovedBesideAnOverbookedVisit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	asked := h.As("patient1").Create("appointments", visit("pat1", "dr1", tomorrow())).OK(t)
	urgent := visit("pat2", "dr1", tomorrow())
	urgent["overbook"], urgent["staff_note"] = true, "emergency"
	h.As("receptionist1").Create("appointments", urgent).OK(t)
	h.As("doctor1").Update("appointments", asked.ID(), body{"status": "approved"}).OK(t)
	h.Verify()
}

// TestAHundredPatientsWantOneSlot is the race this module exists for.
func TestAHundredPatientsWantOneSlot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	w := fixture.New(h.App)
	system := kit.Actor{Role: kit.System}
	var patients []hospitaltest.Client
	for i := range 100 {
		user, patient := fmt.Sprint("user", i, "x"), fmt.Sprint("patient", i, "x")
		w.Create(system, user, "users", fixture.Fields{"email": user + "@example.org", "password": hospitaltest.Password, "name": user, "role": "patient"})
		w.Create(system, patient, "patients", fixture.Fields{"user": w.ID(user), "name": patient})
		if w.Err != nil {
			t.Fatal(w.Err)
		}
		token, err := h.Record("users", w.ID(user)).NewAuthToken()
		if err != nil {
			t.Fatal(err)
		}
		patients = append(patients, h.WithToken(token))
	}
	before := h.Count("appointments")
	var booked, taken atomic.Int32
	var all sync.WaitGroup
	for i, patient := range patients {
		all.Go(func() {
			wanted := visit("", "dr1", tomorrow())
			wanted["patient"] = w.ID(fmt.Sprint("patient", i, "x"))
			switch answer := patient.Create("appointments", wanted); {
			case answer.Status == http.StatusOK:
				booked.Add(1)
			case answer.Status == http.StatusConflict && answer.Code("starts") == "slot_taken":
				taken.Add(1)
			default:
				t.Errorf("a booking answered %d %s", answer.Status, answer.Raw)
			}
		})
	}
	all.Wait()
	if booked.Load() != 1 || taken.Load() != 99 || h.Count("appointments") != before+1 {
		t.Errorf("%d booked, %d were told it is taken, %d rows", booked.Load(), taken.Load(), h.Count("appointments")-before)
	}
	h.Verify()
}

func TestTwentyCompletionsMakeOneBill(t *testing.T) {
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
		t.Errorf("%d bills after %d successful completions", h.Count("bills")-bills, done.Load())
	}
	h.Verify()
}

func TestAPatientsMoveReturnsToPendingAndKeepsTheLength(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Record("appointments", id("booked1"))
	at := tomorrow().Add(200 * time.Hour)
	moved := h.As("patient1").Update("appointments", id("booked1"), body{"starts": wire(at)}).OK(t)
	if moved.String("status") != "pending" || moved.String("approved_by") != "" || moved.String("ends") != wire(at.Add(30*time.Minute)) || moved.Int("version") != int64(before.GetInt("version"))+1 {
		t.Errorf("after the move: %s", moved.Raw)
	}
	events, err := h.App.FindRecordsByFilter("appointment_events", `appointment = {:a} && action = "reschedule"`, "", 0, 0, map[string]any{"a": id("booked1")})
	if err != nil || len(events) != 1 || !events[0].GetDateTime("old_starts").Equal(before.GetDateTime("starts")) || !events[0].GetDateTime("new_starts").Time().Equal(at) {
		t.Errorf("the event of the move: %v %v", events, err)
	}
	h.Verify()
}

func TestCancellingFreesTheSlotAtOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("booked1")).GetDateTime("starts").Time()
	refused(t, "the slot while it is held", h.As("patient2").Create("appointments", visit("pat2", "dr1", starts)), http.StatusConflict, "starts", "slot_taken")
	h.As("patient1").Update("appointments", id("booked1"), body{"status": "cancelled", "cancel_note": "better"}).OK(t)
	if r := h.Record("appointments", id("booked1")); r.GetString("cancel_code") != "patient" || r.GetString("cancelled_by") != id("patient1") {
		t.Errorf("cancelled by %s as %s", r.GetString("cancelled_by"), r.GetString("cancel_code"))
	}
	h.As("patient2").Create("appointments", visit("pat2", "dr1", starts)).OK(t)
	h.Verify()
}

func TestTimesThatCannotBe(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"min_notice_minutes": 60, "booking_horizon_days": 30}).OK(t)
	patient, desk := h.As("patient1"), h.As("receptionist1")
	now := time.Now().UTC()
	refused(t, "yesterday", patient.Create("appointments", visit("pat1", "dr1", now.Add(-24*time.Hour))), 400, "starts", "in_the_past")
	refused(t, "in ten minutes", patient.Create("appointments", visit("pat1", "dr1", now.Add(10*time.Minute))), 400, "starts", "too_short_notice")
	refused(t, "next year", desk.Create("appointments", visit("pat1", "dr1", now.Add(31*24*time.Hour))), 400, "starts", "beyond_horizon")
	every(h, 5)
	desk.Create("appointments", visit("pat1", "dr1", now.Truncate(5*time.Minute).Add(10*time.Minute))).OK(t)
	walkIn := visit("walkin", "dr2", now.Add(-14*time.Minute))
	refused(t, "a late visit that is no walk-in", desk.Create("appointments", walkIn), 400, "starts", "in_the_past")
	walkIn["visit_type"] = "walk_in"
	desk.Create("appointments", walkIn).OK(t)
	walkIn["starts"] = wire(now.Add(-16 * time.Minute))
	refused(t, "a walk-in of long ago", desk.Create("appointments", walkIn), 400, "starts", "in_the_past")

	backwards := visit("pat1", "dr1", tomorrow())
	backwards["ends"] = wire(tomorrow().Add(-time.Minute))
	refused(t, "an end before the start", patient.Create("appointments", backwards), 400, "ends", "ends_before_starts")
	backwards["ends"] = wire(tomorrow().Add(9 * time.Hour))
	refused(t, "nine hours", patient.Create("appointments", backwards), 400, "ends", "visit_length")
	backwards["ends"] = wire(tomorrow().Add(time.Minute))
	refused(t, "one minute", patient.Create("appointments", backwards), 400, "ends", "visit_length")
	refused(t, "a doctor who has left", patient.Create("appointments", visit("pat1", "drgone", tomorrow())), 409, "doctor", "doctor_unavailable")
	refused(t, "somebody else's child", patient.Create("appointments", visit("pat2", "dr1", tomorrow())), 400, "patient", "not_yours")
}

func TestPatientsKeepTheHospitalsNotice(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"cancel_cutoff_hours": 24}).OK(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("starts").Time().Add(-23 * time.Hour))
	refused(t, "a late cancellation", h.As("patient1").Update("appointments", id("booked1"), body{"status": "cancelled"}), 409, "starts", "too_late")
	refused(t, "a late move", h.As("patient1").Update("appointments", id("booked1"), body{"starts": wire(tomorrow().Add(300 * time.Hour))}), 409, "starts", "too_late")
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled", "cancel_code": "patient"}).OK(t)
}

func TestAStaleVersionIsAConflict(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"reason": "first", "version": 1}).OK(t)
	refused(t, "the second of two editors", h.As("receptionist2").Update("appointments", id("booked1"), body{"reason": "second", "version": 1}), 409, "version", "stale_version")
	if got := h.Record("appointments", id("booked1")).GetString("reason"); got != "first" {
		t.Errorf("the reason is %q", got)
	}
}

func TestOneThingAtATime(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(h.Record("appointments", id("booked1")).GetDateTime("starts").Time())
	for _, change := range []body{
		{"status": "completed", "started_at": wire(time.Now())},
		{"status": "cancelled", "starts": wire(tomorrow().Add(300 * time.Hour))},
		{"checked_in_at": wire(time.Now()), "started_at": wire(time.Now())},
	} {
		refused(t, fmt.Sprint(change), h.As("admin1").Update("appointments", id("booked1"), change), 400, "status", "one_at_a_time")
	}
	refused(t, "a reason to cancel without cancelling", h.As("admin1").Update("appointments", id("booked1"), body{"cancel_code": "hospital"}), 400, "cancel_code", "not_cancelled")
}

func TestSendingARecordBackUnchangedChangesNothing(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, record := range []string{id("booked1"), id("done1")} {
		seen := h.As("doctor1").View("appointments", record, "").OK(t)
		h.As("doctor1").SkipContract().Update("appointments", record, seen.JSON).OK(t)
		if after := h.Record("appointments", record); int64(after.GetInt("version")) != seen.Int("version") {
			t.Errorf("%s has now version %d", record, after.GetInt("version"))
		}
	}
}

func TestTheServersClockIsTheOneThatCounts(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := h.Record("appointments", id("booked1")).GetDateTime("starts").Time().Add(3 * time.Minute)
	h.At(now)
	answer := h.As("nurse1").Update("appointments", id("booked1"), body{"checked_in_at": "1999-01-01 00:00:00.000Z"}).OK(t)
	if answer.String("checked_in_at") != wire(now) {
		t.Errorf("checked in at %s", answer.String("checked_in_at"))
	}
	refused(t, "checking in twice", h.As("nurse2").Update("appointments", id("booked1"), body{"checked_in_at": wire(now.Add(time.Minute))}), 409, "checked_in_at", "invalid_transition")
}

func TestADoctorBooksOnlyPatientsInTheirCare(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("doctor1").Create("appointments", visit("pat1", "dr1", tomorrow())).OK(t)
	if answer := h.As("doctor1").Create("appointments", visit("pat2", "dr1", tomorrow().Add(time.Hour))); answer.Status < 400 {
		t.Error("a doctor gave themselves a patient, and with it the record")
	}
}

func TestApprovingOpensTheRecordToTheDoctor(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	asked := h.As("patient1").Create("appointments", visit("kid1", "dr2", tomorrow())).OK(t)
	if answer := h.As("doctor2").View("patients", id("kid1"), ""); answer.Status != http.StatusNotFound {
		t.Errorf("before the approval the doctor sees the record: %d", answer.Status)
	}
	h.As("doctor2").Update("appointments", asked.ID(), body{"status": "approved"}).OK(t)
	h.As("doctor2").View("patients", id("kid1"), "").OK(t)
}

func TestRequestsThatNobodyApprovedExpire(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.At(h.Record("appointments", id("asked1")).GetDateTime("starts").Time())
	if err := appointments.Expire(h.App); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"asked1", "asked2"} {
		if r := h.Record("appointments", id(name)); r.GetString("status") != "cancelled" || r.GetString("cancel_code") != "expired" {
			t.Errorf("%s is %s %s", name, r.GetString("status"), r.GetString("cancel_code"))
		}
	}
	if r := h.Record("appointments", id("booked1")); r.GetString("status") != "approved" {
		t.Errorf("an approved visit is %s", r.GetString("status"))
	}
	h.Verify()
}

func TestTheDatabaseItselfRefusesOverlaps(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, sql := range []string{
		`INSERT INTO appointments (id, number, patient, doctor, starts, ends, status) SELECT 'x', 'X-1', 'nobody', doctor, starts, ends, 'approved' FROM appointments WHERE id = '` + id("booked1") + `'`,
		`UPDATE appointments SET starts = (SELECT starts FROM appointments WHERE id = '` + id("booked1") + `'), ends = (SELECT ends FROM appointments WHERE id = '` + id("booked1") + `') WHERE id = '` + id("asked1") + `'`,
		`UPDATE appointments SET ends = starts WHERE id = '` + id("booked1") + `'`,
		`UPDATE appointment_events SET action = 'forged'`,
		`DELETE FROM appointment_events`,
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("the database took %s", sql)
		}
	}
	h.Verify()
}
