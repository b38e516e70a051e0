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
)

func TestOverlappingVisitsAreRefusedAndAdjacentOnesAreNot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setSlotMinutes(h, 5)
	desk, at := h.As("receptionist1"), tomorrow()
	desk.Create("appointments", halfAnHour("pat1", "dr1", at)).OK(t)
	for _, shift := range []int{-25, -15, 0, 15, 25} {
		there := at.Add(time.Duration(shift) * time.Minute)
		refused(t, fmt.Sprint("a visit ", shift, " minutes off"),
			desk.Create("appointments", halfAnHour("pat2", "dr1", there)), http.StatusConflict, "starts", "slot_taken")
		refused(t, fmt.Sprint("another visit of the patient ", shift, " minutes off"),
			desk.Create("appointments", halfAnHour("pat1", "dr2", there)), http.StatusConflict, "starts", "patient_busy")
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

func TestSlotsAreSuggestedOutsideTheTransaction(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	refusals := 0
	kit.OnRefusal(h.App, "appointments", func(app core.App, _ *core.Record, refusal error) error {
		refusals++
		if app.IsTransactional() {
			t.Error("free slots are searched inside the transaction of the booking")
		}
		return refusal
	})
	taken := h.Record("appointments", id("booked1")).GetDateTime("starts").Time()
	desk := h.As("receptionist1")
	refused(t, "booking", desk.Create("appointments", visit("walkin", "dr1", taken)), http.StatusConflict, "starts",
		"slot_taken")
	refused(t, "moving", desk.Update("appointments", id("asked1"), body{"starts": wire(taken)}), http.StatusConflict,
		"starts", "slot_taken")
	if refusals != 2 {
		t.Errorf("%d refusals had suggestions, want 2", refusals)
	}
}

func TestStaffMayOverbookWithANote(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk, at := h.As("receptionist1"), tomorrow()
	desk.Create("appointments", visit("pat1", "dr1", at)).OK(t)
	second := visit("pat2", "dr1", at)
	second["overbook"] = true
	refused(t, "overbooking without a note", desk.Create("appointments", second), http.StatusBadRequest, "staff_note",
		"required")
	second["staff_note"] = "emergency"
	refused(t, "a patient who overbooks", h.As("patient2").Create("appointments", second), http.StatusForbidden,
		"overbook", "not_allowed")
	beside := desk.Create("appointments", second).OK(t)
	h.Verify()

	first := desk.List("appointments",
		hospitaltest.Filter(`doctor = "`+id("dr1")+`" && starts = "`+wire(at)+`" && overbook = false`)).IDs()[0]
	desk.Update("appointments", first, body{"reason": "changed beside the other"}).OK(t)
	refused(t, "clearing overbook while the visits overlap",
		desk.Update("appointments", beside.ID(), body{"overbook": false}), http.StatusConflict, "starts", "slot_taken")
	h.At(at)
	desk.Update("appointments", first, body{"checked_in_at": wire(at)}).OK(t)
	h.As("doctor1").Update("appointments", first, body{"status": "completed"}).OK(t)
	h.As("doctor1").Update("appointments", beside.ID(), body{"status": "completed"}).OK(t)
	h.Verify()
}

func TestARequestIsApprovedBesideAnOverbookedVisit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	requested := h.As("patient1").Create("appointments", visit("pat1", "dr1", tomorrow())).OK(t)
	urgent := visit("pat2", "dr1", tomorrow())
	urgent["overbook"], urgent["staff_note"] = true, "emergency"
	h.As("receptionist1").Create("appointments", urgent).OK(t)
	h.As("doctor1").Update("appointments", requested.ID(), body{"status": "approved"}).OK(t)
	h.Verify()
}

func TestOneOfAHundredConcurrentBookingsGetsTheSlot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	w := fixture.New(h.App)
	system := kit.Actor{Role: kit.System}
	var patients []hospitaltest.Client
	for i := range 100 {
		user, patient := fmt.Sprint("user", i, "x"), fmt.Sprint("patient", i, "x")
		w.Create(system, user, "users", fixture.Fields{"email": user + "@example.org", "password": hospitaltest.Password,
			"name": user, "role": "patient"})
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
		t.Errorf("%d bookings succeeded, %d were refused with slot_taken, %d rows were added", booked.Load(), taken.Load(),
			h.Count("appointments")-before)
	}
	h.Verify()
}

func TestTriggersRefuseOverlaps(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, sql := range []string{
		`INSERT INTO appointments (id, number, patient, doctor, starts, ends, status)
			SELECT 'x', 'X-1', 'none', doctor, starts, ends, 'approved' FROM appointments WHERE id = '` + id("booked1") + `'`,
		`UPDATE appointments SET starts = (SELECT starts FROM appointments WHERE id = '` + id("booked1") +
			`'), ends = (SELECT ends FROM appointments WHERE id = '` + id("booked1") + `') WHERE id = '` + id("asked1") + `'`,
		`UPDATE appointments SET ends = starts WHERE id = '` + id("booked1") + `'`,
		`UPDATE appointment_events SET action = 'forged'`,
		`DELETE FROM appointment_events`,
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err == nil {
			t.Errorf("the database accepted %s", sql)
		}
	}
	h.Verify()
}
