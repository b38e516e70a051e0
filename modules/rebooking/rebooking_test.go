package rebooking_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

func wire(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000Z") }

// day is one on which nobody is booked; doctors of the furnished hospital have slots at every half hour.
func day() time.Time { return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 40) }

// leave books visits of dr1 at nine and half past, and takes that hour off.
func leave(h *hospitaltest.Hospital) (timeOff string, visits []string) {
	h.T.Helper()
	desk := h.As("receptionist1")
	for i, patient := range []string{"pat1", "pat2"} {
		starts := day().Add(9*time.Hour + time.Duration(i)*30*time.Minute)
		visits = append(visits, desk.Create("appointments", body{"patient": id(patient), "doctor": id("dr1"), "starts": wire(starts)}).OK(h.T).ID())
	}
	away := h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": wire(day().Add(9 * time.Hour)), "ends": wire(day().Add(10 * time.Hour))}).OK(h.T)
	return away.ID(), visits
}

func items(answer hospitaltest.Response) (all []map[string]any) {
	list, _ := answer.JSON["items"].([]any)
	for _, i := range list {
		all = append(all, i.(map[string]any))
	}
	return all
}

func TestAProposalFindsTheNextSlotForEveryVisit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := leave(h)
	// at ten the doctor has another patient, and at half past pat2 is elsewhere
	h.As("receptionist1").Create("appointments", body{"patient": id("walkin"), "doctor": id("dr1"), "starts": wire(day().Add(10 * time.Hour))}).OK(t)
	h.As("receptionist1").Create("appointments", body{"patient": id("pat2"), "doctor": id("dr2"), "starts": wire(day().Add(11 * time.Hour))}).OK(t)
	made := h.As("receptionist1").Create("rebookings", body{"time_off": away}).OK(t)
	var said []string
	for _, i := range items(made) {
		said = append(said, fmt.Sprint(i["appointment"], " ", i["outcome"], " ", i["starts"].(string)[11:16]))
	}
	want := []string{visits[0] + " move 10:30", visits[1] + " move 11:30"}
	if !slices.Equal(said, want) || made.String("status") != "proposed" {
		t.Errorf("proposed is %v, should be %v", said, want)
	}
	for _, v := range visits {
		if r := h.Record("appointments", v); r.GetInt("version") != 1 {
			t.Error("a proposal changed a visit")
		}
	}
}

func TestApplyingMovesAndCancelsInOneStepAndTellsThePatients(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := leave(h)
	notices := h.Count("notices")
	desk := h.As("receptionist1")
	made := desk.Create("rebookings", body{"time_off": away, "note": "Dr. 1 is ill."}).OK(t)
	second := items(made)[1]["id"].(string)
	desk.Update("rebooking_items", second, body{"outcome": "cancel"}).OK(t)
	applied := desk.Update("rebookings", made.ID(), body{"status": "applied", "version": 1}).OK(t)
	if applied.Int("moved") != 1 || applied.Int("cancelled") != 1 || applied.String("applied_by") != id("receptionist1") || applied.Int("version") != 2 {
		t.Errorf("applied: %s", applied.Raw)
	}
	moved, cancelled := h.Record("appointments", visits[0]), h.Record("appointments", visits[1])
	if got := moved.GetString("starts"); got != wire(day().Add(10*time.Hour)) || moved.GetString("status") != "approved" {
		t.Errorf("the first visit is %s at %s", moved.GetString("status"), got)
	}
	if cancelled.GetString("status") != "cancelled" || cancelled.GetString("cancel_code") != "hospital" || cancelled.GetString("cancel_note") != "Dr. 1 is ill." {
		t.Errorf("the second visit is %s, %s: %s", cancelled.GetString("status"), cancelled.GetString("cancel_code"), cancelled.GetString("cancel_note"))
	}
	if n := h.Count("notices") - notices; n != 4 {
		t.Errorf("%d notices were written, want one in the portal and one by mail for each", n)
	}
	for patient, kind := range map[string]string{"patient1": "moved", "patient2": "cancelled"} {
		heard := h.As(patient).List("notices", "sort=-created").Items()
		if len(heard) == 0 || heard[0]["kind"] != kind || heard[0]["old_starts"] == "" {
			t.Errorf("%s hears %v", patient, heard)
		}
	}
	h.Verify()
}

func TestAVisitThatWasSettledOtherwiseIsKept(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := leave(h)
	desk := h.As("receptionist1")
	made := desk.Create("rebookings", body{"time_off": away}).OK(t)
	h.As("patient1").Update("appointments", visits[0], body{"status": "cancelled"}).OK(t)
	h.As("patient2").Update("appointments", visits[1], body{"starts": wire(day().Add(15 * time.Hour))}).OK(t)
	applied := desk.Update("rebookings", made.ID(), body{"status": "applied"}).OK(t)
	for _, i := range items(applied) {
		if i["outcome"] != "keep" || i["why"] == "" {
			t.Errorf("settled as %v", i)
		}
	}
	if got := h.Record("appointments", visits[1]).GetString("starts"); got != wire(day().Add(15*time.Hour)) {
		t.Errorf("the visit that its patient moved is at %s", got)
	}
	h.Verify()
}

func TestWhenOneVisitCannotBeMovedNoneIs(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := leave(h)
	desk := h.As("receptionist1")
	made := desk.Create("rebookings", body{"time_off": away}).OK(t)
	second := items(made)[1]
	h.As("patient1").Create("appointments", body{"patient": id("kid1"), "doctor": id("dr1"), "starts": second["starts"]}).OK(t) // somebody is faster
	events, notices := h.Count("appointment_events"), h.Count("notices")
	refused := desk.Update("rebookings", made.ID(), body{"status": "applied"})
	if refused.Status != http.StatusConflict || refused.Code("status") != "visit_refused" {
		t.Fatalf("applying answered %d %s", refused.Status, refused.Raw)
	}
	params := refused.JSON["data"].(map[string]any)["status"].(map[string]any)["params"].(map[string]any)
	if params["item"] != second["id"] || params["code"] != "slot_taken" || !strings.Contains(refused.String("message"), params["number"].(string)) {
		t.Errorf("the refusal says %s", refused.Raw)
	}
	if h.Record("appointments", visits[0]).GetInt("version") != 1 || h.Count("appointment_events") != events || h.Count("notices") != notices || h.Record("rebookings", made.ID()).GetString("status") != "proposed" {
		t.Error("the refused step left something behind")
	}
	desk.Update("rebooking_items", second["id"].(string), body{"starts": wire(day().Add(16 * time.Hour))}).OK(t)
	desk.Update("rebookings", made.ID(), body{"status": "applied"}).OK(t)
	if r := h.Record("appointments", visits[1]); r.GetString("starts") != wire(day().Add(16*time.Hour)) || r.GetString("ends") != wire(day().Add(16*time.Hour+30*time.Minute)) {
		t.Errorf("the second visit is from %s to %s", r.GetString("starts"), r.GetString("ends"))
	}
	h.Verify()
}

func TestAtOnceAndWithoutAFreeSlot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := leave(h)
	for _, hours := range h.As("admin1").List("schedules", hospitaltest.Filter(`doctor = "`+id("dr1")+`"`)).IDs() {
		h.As("admin1").Update("schedules", hours, body{"valid_until": day().AddDate(0, 0, -1).Format(time.DateOnly)}).OK(t)
	}
	made := h.As("admin1").Create("rebookings", body{"time_off": away, "status": "applied"}).OK(t)
	if made.String("status") != "applied" || made.Int("cancelled") != 2 || made.Int("version") != 2 || len(items(made)) != 2 || items(made)[0]["why"] == "" {
		t.Errorf("at once: %s", made.Raw)
	}
	if got := h.Record("appointments", visits[0]).GetString("status"); got != "cancelled" {
		t.Errorf("the visit is %s", got)
	}
	h.Verify()
}

func TestTheHospitalClosesAndOneDoctorIsRebooked(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	for _, doctor := range []string{"dr1", "dr2"} {
		desk.Create("appointments", body{"patient": id("pat" + doctor[2:]), "doctor": id(doctor), "starts": wire(day().Add(9 * time.Hour))}).OK(t)
	}
	closed := desk.Create("time_off", body{"starts": wire(day()), "ends": wire(day().AddDate(0, 0, 1))}).OK(t)
	one := desk.Create("rebookings", body{"time_off": closed.ID(), "doctor": id("dr2"), "status": "applied"}).OK(t)
	if n := len(items(one)); n != 1 || items(one)[0]["starts"] != wire(day().AddDate(0, 0, 1)) {
		t.Errorf("of one doctor: %s", one.Raw)
	}
	if rest := desk.Create("rebookings", body{"time_off": closed.ID()}).OK(t); len(items(rest)) != 1 {
		t.Errorf("what is left: %s", rest.Raw)
	}
}

func TestATimeOffIsOfItsDoctor(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, _ := leave(h)
	if answer := h.As("receptionist1").Create("rebookings", body{"time_off": away, "doctor": id("dr2")}); answer.Code("doctor") != "not_found" {
		t.Errorf("another doctor's time off answered %d %s", answer.Status, answer.Raw)
	}
}

func TestARebookingIsDecidedOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := leave(h)
	desk := h.As("receptionist1")
	made := desk.Create("rebookings", body{"time_off": away}).OK(t)
	item := items(made)[0]["id"].(string)
	if answer := desk.Update("rebooking_items", item, body{"outcome": "keep"}).OK(t); answer.String("starts") != "" {
		t.Errorf("a visit that is kept is moved to %s", answer.String("starts"))
	}
	if answer := desk.Update("rebooking_items", item, body{"outcome": "move"}); answer.Code("starts") != "required" {
		t.Errorf("a move to nowhere answered %d %s", answer.Status, answer.Raw)
	}
	var all sync.WaitGroup
	var done atomic.Int32
	for range 10 { // an impatient double click, and more
		all.Go(func() {
			if answer := desk.Update("rebookings", made.ID(), body{"status": "applied", "version": 1}); answer.Status == http.StatusOK {
				done.Add(1)
			} else if answer.Status != http.StatusConflict {
				t.Errorf("applying answered %d %s", answer.Status, answer.Raw)
			}
		})
	}
	all.Wait()
	if v := h.Record("appointments", visits[1]).GetInt("version"); done.Load() != 1 || v != 2 {
		t.Errorf("applied %d times; the visit has version %d", done.Load(), v)
	}
	for what, answer := range map[string]hospitaltest.Response{
		"withdrawing": desk.Update("rebookings", made.ID(), body{"status": "withdrawn"}), "reopening": desk.Update("rebookings", made.ID(), body{"status": "proposed"}),
		"another note": desk.Update("rebookings", made.ID(), body{"note": "x"}), "another choice": desk.Update("rebooking_items", item, body{"outcome": "cancel"}),
	} {
		if answer.Status != http.StatusConflict {
			t.Errorf("%s afterwards answered %d %s", what, answer.Status, answer.Raw)
		}
	}
	if answer := desk.Create("rebookings", body{"time_off": away, "status": "withdrawn"}); answer.Code("status") != "invalid_transition" {
		t.Errorf("to begin withdrawn answered %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}

// TestALongLeaveOfABusyDoctor: a week of visits moves behind a week that is booked out.
func TestALongLeaveOfABusyDoctor(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	for _, s := range desk.List("schedules", hospitaltest.Filter(`doctor = "`+id("dr1")+`"`)).IDs() {
		desk.Update("schedules", s, body{"start_time": "09:00", "end_time": "12:00"}).OK(t)
	}
	for n := range 14 {
		for half := range 6 {
			starts := day().AddDate(0, 0, n).Add(9*time.Hour + time.Duration(half)*30*time.Minute)
			patient := desk.Create("patients", body{"name": "Somebody"}).OK(t).ID()
			desk.Create("appointments", body{"patient": patient, "doctor": id("dr1"), "starts": wire(starts)}).OK(t)
		}
	}
	away := h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": wire(day()), "ends": wire(day().AddDate(0, 0, 7))}).OK(t)
	applied := desk.Create("rebookings", body{"time_off": away.ID(), "status": "applied"}).OK(t)
	if applied.Int("moved") != 42 {
		t.Fatalf("%d of 42 visits were moved", applied.Int("moved"))
	}
	for i, item := range items(applied) {
		want := day().AddDate(0, 0, 14+i/6).Add(9*time.Hour + time.Duration(i%6)*30*time.Minute)
		if item["starts"] != wire(want) {
			t.Errorf("visit %d is moved to %v, the next slot is %s", i, item["starts"], wire(want))
		}
	}
	h.Verify()
}
