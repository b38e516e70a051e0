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
)

// Fifty patients book one of three places at the same time.
func TestConcurrentGroupBookingsStopAtTheCapacity(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	setMondays(h, body{"capacity": 3, "slot_minutes": 90})
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
		t.Errorf("%d of 50 bookings succeeded for three places", in.Load())
	}
	if got := onMonday(h, "patient1"); len(got) != 0 {
		t.Errorf("a full group has free slots: %v", got)
	}
	visits := h.As("receptionist1").List("appointments",
		hospitaltest.Filter(`doctor = "`+id("dr1")+`" && starts = "`+wire(nine)+`"`)).IDs()
	desk.Update("appointments", visits[0], body{"status": "cancelled"}).OK(t)
	if got := onMonday(h, "patient1"); len(got) != 1 || got[0]["remaining"] != 1.0 {
		t.Errorf("after a cancellation the free slots are %v", got)
	}
	h.Verify()

	_, err := h.App.NonconcurrentDB().NewQuery("UPDATE appointments SET status = 'approved' WHERE id = {:id}").
		Bind(map[string]any{"id": visits[0]}).Execute()
	if err != nil {
		t.Errorf("the database refused the third of three: %v", err)
	}
	for _, sql := range []string{
		`INSERT INTO appointments (id, number, patient, doctor, starts, ends, status, capacity)
			SELECT 'fourth', 'X-1', 'none', doctor, starts, ends, 'approved', 3 FROM appointments WHERE id = {:id}`,
		`INSERT INTO appointments (id, number, patient, doctor, starts, ends, status)
			SELECT 'partly', 'X-2', 'none', doctor, strftime('%Y-%m-%d %H:%M:%fZ', starts, '+80 minutes'),
			strftime('%Y-%m-%d %H:%M:%fZ', starts, '+110 minutes'), 'approved' FROM appointments WHERE id = {:id}`,
	} {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Bind(map[string]any{"id": visits[1]}).Execute(); err == nil ||
			!strings.Contains(err.Error(), "slot_taken") {
			t.Errorf("the database accepted one more: %v", err)
		}
	}
}

func TestAPatientCannotBeAtTwoDoctorsAtOnce(t *testing.T) {
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
		t.Errorf("%d concurrent bookings of one patient succeeded, want 1", in.Load())
	}
	h.Verify()
}
