package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// Emergency access also ends for a stream that is already open: the rule is checked for
// each event.
func TestEmergencyAccessEndsAfterAnHour(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	vitals, patient := hospitaltest.ID("vitals2"), hospitaltest.ID("pat2")
	l := listen(t, h, server, "doctor1", "vitals/*", "patients/"+patient)
	announceBoth := func() {
		announce(t, h, "vitals", vitals)
		announce(t, h, "patients", patient)
	}
	doctor := h.As("doctor1")
	document := hospitaltest.ID("shown2")
	file := "/api/files/documents/" + document + "/" + h.Record("documents", document).GetString("file")
	reads := func() (statuses []int) {
		token := doctor.Do(http.MethodPost, "/api/files/token", nil).OK(t).String("token")
		for _, path := range []string{"/api/collections/vitals/records/" + vitals,
			"/api/collections/patients/records/" + patient,
			"/api/hospital/patients/" + patient + "/history", file + "?token=" + token} {
			statuses = append(statuses, doctor.Do(http.MethodGet, path, nil).Status)
		}
		return statuses
	}

	announceBoth()
	time.Sleep(silence)
	if received := l.received(); len(received) != 0 {
		t.Fatalf("before, the doctor received %v", received)
	}
	const left = 3 * time.Second
	h.At(time.Now().Add(left - time.Hour)) // almost an hour ago
	broken := doctor.Create("break_glass", body{"patient": patient, "reason": "found unconscious at the gate"}).OK(t)
	h.At(time.Now())
	announceBoth()
	l.awaits(2)
	if received := l.received(); len(received) != 2 {
		t.Errorf("meanwhile, the doctor received %v", received)
	}
	for i, status := range reads() {
		if status != http.StatusOK {
			t.Errorf("meanwhile, reading %d answers %d", i, status)
		}
	}
	ends, err := time.Parse("2006-01-02 15:04:05.000Z", broken.String("ends"))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(ends) + 10*time.Millisecond)
	before := len(l.actions())
	announceBoth()
	time.Sleep(silence)
	if after := len(l.actions()); after != before {
		t.Errorf("afterwards, the doctor received %d more events", after-before)
	}
	for i, status := range reads() {
		if status != http.StatusNotFound {
			t.Errorf("afterwards, reading %d answers %d", i, status)
		}
	}
}
