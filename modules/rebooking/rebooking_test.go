package rebooking_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

func wire(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000Z") }

// day is a day without bookings in the test hospital. Its doctors have slots every half hour.
func day() time.Time { return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 40) }

// timeOffWithVisits books two visits of dr1, at nine and half past, and creates a time off for
// that hour.
func timeOffWithVisits(h *hospitaltest.Hospital) (timeOff string, visits []string) {
	h.T.Helper()
	desk := h.As("receptionist1")
	for i, patient := range []string{"pat1", "pat2"} {
		starts := day().Add(9*time.Hour + time.Duration(i)*30*time.Minute)
		visits = append(visits, desk.Create("appointments",
			body{"patient": id(patient), "doctor": id("dr1"), "starts": wire(starts)}).OK(h.T).ID())
	}
	away := h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": wire(day().Add(9 * time.Hour)),
		"ends": wire(day().Add(10 * time.Hour))}).OK(h.T)
	return away.ID(), visits
}

func items(answer hospitaltest.Response) (all []map[string]any) {
	list, _ := answer.JSON["items"].([]any)
	for _, i := range list {
		all = append(all, i.(map[string]any))
	}
	return all
}

func TestEveryVisitIsProposedItsNextFreeSlot(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := timeOffWithVisits(h)
	// at ten the doctor is booked, and at eleven pat2 is
	h.As("receptionist1").Create("appointments", body{"patient": id("walkin"), "doctor": id("dr1"),
		"starts": wire(day().Add(10 * time.Hour))}).OK(t)
	h.As("receptionist1").Create("appointments", body{"patient": id("pat2"), "doctor": id("dr2"),
		"starts": wire(day().Add(11 * time.Hour))}).OK(t)
	made := h.As("receptionist1").Create("rebookings", body{"time_off": away}).OK(t)
	var proposed []string
	for _, i := range items(made) {
		proposed = append(proposed, fmt.Sprint(i["appointment"], " ", i["outcome"], " ", i["starts"].(string)[11:16]))
	}
	want := []string{visits[0] + " move 10:30", visits[1] + " move 11:30"}
	if !slices.Equal(proposed, want) || made.String("status") != "proposed" {
		t.Errorf("the proposal is %v, want %v", proposed, want)
	}
	for _, v := range visits {
		if r := h.Record("appointments", v); r.GetInt("version") != 1 {
			t.Error("creating a proposal changed a visit")
		}
	}
}

func TestVisitsWithoutAFreeSlotAreCancelled(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, visits := timeOffWithVisits(h)
	for _, hours := range h.As("admin1").List("schedules", hospitaltest.Filter(`doctor = "`+id("dr1")+`"`)).IDs() {
		h.As("admin1").Update("schedules", hours, body{"valid_until": day().AddDate(0, 0, -1).Format(time.DateOnly)}).OK(t)
	}
	made := h.As("admin1").Create("rebookings", body{"time_off": away, "status": "applied"}).OK(t)
	if made.String("status") != "applied" || made.Int("cancelled") != 2 || made.Int("version") != 2 ||
		len(items(made)) != 2 || items(made)[0]["why"] == "" {
		t.Errorf("created as applied: %s", made.Raw)
	}
	if got := h.Record("appointments", visits[0]).GetString("status"); got != "cancelled" {
		t.Errorf("the visit is %s", got)
	}
	h.Verify()
}

func TestRebookingCanBeLimitedToOneDoctor(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	for _, doctor := range []string{"dr1", "dr2"} {
		desk.Create("appointments", body{"patient": id("pat" + doctor[2:]), "doctor": id(doctor),
			"starts": wire(day().Add(9 * time.Hour))}).OK(t)
	}
	closed := desk.Create("time_off", body{"starts": wire(day()), "ends": wire(day().AddDate(0, 0, 1))}).OK(t)
	one := desk.Create("rebookings", body{"time_off": closed.ID(), "doctor": id("dr2"), "status": "applied"}).OK(t)
	if n := len(items(one)); n != 1 || items(one)[0]["starts"] != wire(day().AddDate(0, 0, 1)) {
		t.Errorf("of one doctor: %s", one.Raw)
	}
	if rest := desk.Create("rebookings", body{"time_off": closed.ID()}).OK(t); len(items(rest)) != 1 {
		t.Errorf("the other visits: %s", rest.Raw)
	}
}

func TestTimeOffOfAnotherDoctorIsRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	away, _ := timeOffWithVisits(h)
	answer := h.As("receptionist1").Create("rebookings", body{"time_off": away, "doctor": id("dr2")})
	if answer.Code("doctor") != "not_found" {
		t.Errorf("another doctor's time off answered %d %s", answer.Status, answer.Raw)
	}
}

func TestAWeekOfVisitsMovesBehindABookedOutWeek(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	for _, s := range desk.List("schedules", hospitaltest.Filter(`doctor = "`+id("dr1")+`"`)).IDs() {
		desk.Update("schedules", s, body{"start_time": "09:00", "end_time": "12:00"}).OK(t)
	}
	for n := range 14 {
		for half := range 6 {
			starts := day().AddDate(0, 0, n).Add(9*time.Hour + time.Duration(half)*30*time.Minute)
			patient := desk.Create("patients", body{"name": "Patient"}).OK(t).ID()
			desk.Create("appointments", body{"patient": patient, "doctor": id("dr1"), "starts": wire(starts)}).OK(t)
		}
	}
	away := h.As("doctor1").Create("time_off", body{"doctor": id("dr1"), "starts": wire(day()),
		"ends": wire(day().AddDate(0, 0, 7))}).OK(t)
	applied := desk.Create("rebookings", body{"time_off": away.ID(), "status": "applied"}).OK(t)
	if applied.Int("moved") != 42 {
		t.Fatalf("%d of 42 visits were moved", applied.Int("moved"))
	}
	for i, item := range items(applied) {
		want := day().AddDate(0, 0, 14+i/6).Add(9*time.Hour + time.Duration(i%6)*30*time.Minute)
		if item["starts"] != wire(want) {
			t.Errorf("visit %d is moved to %v, want the next slot %s", i, item["starts"], wire(want))
		}
	}
	h.Verify()
}
