package appointments_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
)

// opens reports whether a doctor can open the record of a patient.
func opens(h *hospitaltest.Hospital, doctor, patient string) bool {
	h.T.Helper()
	return h.As(doctor).View("patients", id(patient), "").Status == http.StatusOK
}

// visitOf books a visit of a patient who is in nobody's care, at the front desk.
func visitOf(h *hospitaltest.Hospital, patient, doctor string, in time.Duration) hospitaltest.Response {
	h.T.Helper()
	starts := time.Now().UTC().Truncate(time.Hour).Add(in)
	return h.As("receptionist1").Create("appointments", visit(patient, doctor, starts)).OK(h.T)
}

const day = 24 * time.Hour

func TestACancelledVisitEndsTheAccessItGave(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	if opens(h, "doctor1", "walkin") {
		t.Fatal("the doctor is in the care team before any visit")
	}
	first, second := visitOf(h, "walkin", "dr1", 7*day), visitOf(h, "walkin", "dr1", 8*day)
	if !opens(h, "doctor1", "walkin") {
		t.Fatal("an approved visit does not open the record")
	}
	h.As("doctor1").Update("appointments", first.ID(), body{"status": "cancelled"}).OK(t)
	if !opens(h, "doctor1", "walkin") {
		t.Error("the second visit does not open the record any more")
	}
	h.As("receptionist1").Update("appointments", second.ID(), body{"status": "cancelled"}).OK(t)
	if opens(h, "doctor1", "walkin") {
		t.Error("the record is open after both visits were cancelled")
	}
	h.As("admin1").Create("care_team", body{"patient": id("walkin"), "user": id("doctor1"),
		"starts": wire(time.Now().Add(-time.Hour)), "ends": wire(time.Now().Add(day))}).OK(t)
	third := visitOf(h, "walkin", "dr1", 7*day)
	h.As("doctor1").Update("appointments", third.ID(), body{"status": "cancelled"}).OK(t)
	if !opens(h, "doctor1", "walkin") {
		t.Error("a cancelled visit ended the access that an admin gave")
	}
	h.Verify()
}

// A doctor who is in care today books a visit far ahead, to stay in care until then.
func TestAVisitFarAheadGivesNoAccessYet(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	far := visitOf(h, "walkin", "dr1", 300*day)
	if opens(h, "doctor1", "walkin") {
		t.Error("a visit in 300 days opens the record today")
	}
	period := func() (starts, ends time.Time) {
		entry, err := h.App.FindFirstRecordByFilter("care_team", "appointment = {:visit} && ends > starts",
			dbx.Params{"visit": far.ID()})
		if err != nil {
			return starts, ends
		}
		return entry.GetDateTime("starts").Time(), entry.GetDateTime("ends").Time()
	}
	booked := h.Record("appointments", far.ID())
	wantStarts := booked.GetDateTime("starts").Time().Add(-14 * day)
	wantEnds := booked.GetDateTime("ends").Time().Add(30 * day)
	if starts, ends := period(); !starts.Equal(wantStarts) || !ends.Equal(wantEnds) {
		t.Errorf("the record is open from %s to %s, want %s to %s", starts, ends, wantStarts, wantEnds)
	}
	h.As("receptionist1").Update("appointments", far.ID(),
		body{"starts": wire(time.Now().UTC().Truncate(time.Hour).Add(10 * day))}).OK(t)
	if !opens(h, "doctor1", "walkin") {
		t.Error("after the visit was moved to a near day the record is closed")
	}
	h.As("receptionist1").Update("appointments", far.ID(),
		body{"starts": wire(time.Now().UTC().Truncate(time.Hour).Add(200 * day))}).OK(t)
	if opens(h, "doctor1", "walkin") {
		t.Error("after the visit was moved far ahead the record is open")
	}
	h.As("receptionist1").Update("appointments", far.ID(), body{"status": "cancelled"}).OK(t)
	var later int
	err := h.App.DB().NewQuery("SELECT COUNT(*) FROM care_team WHERE appointment = '" + far.ID() +
		"' AND ends > MAX(starts, '" + wire(time.Now()) + "')").Row(&later)
	if err != nil || later != 0 {
		t.Errorf("a cancelled visit opens the record later (%v)", err)
	}
	h.Verify()
}

func TestAVisitThatItsPatientMovesGivesAccessWhenItIsApprovedAgain(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	if err := h.SQL("UPDATE care_team SET ends = starts WHERE user = '" + id("doctor1") + "'"); err != nil {
		t.Fatal(err)
	}
	patient := h.As("patient1")
	asked := patient.Create("appointments", visit("pat1", "dr1", tomorrow().Add(9*day))).OK(t)
	if opens(h, "doctor1", "pat1") {
		t.Error("a request opens the record")
	}
	h.As("doctor1").Update("appointments", asked.ID(), body{"status": "approved"}).OK(t)
	if !opens(h, "doctor1", "pat1") {
		t.Error("an approved visit does not open the record")
	}
	patient.Update("appointments", asked.ID(), body{"starts": wire(tomorrow().Add(10 * day))}).OK(t)
	if opens(h, "doctor1", "pat1") {
		t.Error("a visit that waits for approval opens the record")
	}
	h.As("doctor1").Update("appointments", asked.ID(), body{"status": "approved"}).OK(t)
	if !opens(h, "doctor1", "pat1") {
		t.Error("a visit that was approved again does not open the record")
	}
	entries, err := h.App.CountRecords("care_team", dbx.HashExp{"appointment": asked.ID()})
	if err != nil || entries != 2 {
		t.Errorf("the visit has %d care team entries, one for each approval (%v)", entries, err)
	}
	h.Verify()
}

// A doctor who cancels as the patient would keep the cancellation from the patient: nobody is
// notified of what they did themselves.
func TestOnlyPatientAndDeskCancelAsThePatient(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	asPatient := body{"status": "cancelled", "cancel_code": "patient"}
	refused(t, "a doctor cancels as the patient", h.As("doctor1").Update("appointments", id("booked1"), asPatient), 400,
		"cancel_code", "invalid_code")
	cancelled := h.As("doctor1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	if cancelled.String("cancel_code") != "hospital" {
		t.Errorf("a doctor cancels as %s", cancelled.String("cancel_code"))
	}
	told, err := h.App.CountRecords("notices", dbx.HashExp{"appointment": id("booked1"), "kind": "cancelled"})
	if err != nil || told == 0 {
		t.Errorf("the patient has %d notices of the cancellation (%v)", told, err)
	}
	h.As("receptionist1").Update("appointments", id("moved1"), asPatient).OK(t)
	h.As("patient1").Update("appointments", id("asked1"), body{"status": "cancelled"}).OK(t)
}
