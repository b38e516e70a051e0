package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNoVisitIsLostUnderLoad(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and runs the binary")
	}
	binary := filepath.Join(t.TempDir(), "hospital")
	if output, err := exec.Command("go", "build", "-o", binary, "hospital").CombinedOutput(); err != nil {
		t.Fatalf("build the hospital: %v\n%s", err, output)
	}
	var out strings.Builder
	if err := run(t.Context(), options{binary: binary, scenarios: []string{"mixed"}, clients: 8, lasts: 2 * time.Second,
		seed: 1}, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// booked is a visit and book its event; fields is the request for it.
var (
	booked = visit{ID: "a", Doctor: doctors[0].id, Patient: "p", Starts: "2030-01-31 09:00:00.000Z",
		Ends: "2030-01-31 09:30:00.000Z", Status: "pending", Version: 1}
	book   = event{Appointment: "a", Action: "book", To: "pending", NewStarts: booked.Starts}
	fields = map[string]any{"doctor": booked.Doctor, "patient": "p", "starts": booked.Starts}
)

// with is a changed copy of a visit.
func with(v visit, change func(v *visit)) visit {
	change(&v)
	return v
}

func TestProofFindsLostAndUnrequestedVisits(t *testing.T) {
	t.Parallel()
	later := with(booked, func(v *visit) {
		v.Starts, v.Ends, v.Version = "2030-01-31 10:00:00.000Z", "2030-01-31 10:30:00.000Z", 2
	})
	moved := event{Appointment: "a", Action: "reschedule", To: "pending", NewStarts: later.Starts}
	for name, c := range map[string]struct {
		requests func(l *requestLog)
		rows     []visit
		events   []event
		failure  string
	}{
		"an acknowledged visit that is stored": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0,
				fields))
			l.acknowledge(booked)
		}, []visit{booked}, []event{book}, ""},
		"an acknowledged visit that is missing": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0,
				fields))
			l.acknowledge(booked)
		}, nil, nil, "lost"},
		"an acknowledged visit at another time": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0, fields))
			l.acknowledge(with(booked, func(v *visit) { v.Ends = later.Ends }))
		},
			[]visit{booked}, []event{book}, "lost"},
		"an acknowledged move that is missing": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0, fields))
			l.acknowledge(booked)
			l.countTry(l.addRequest("a", 1, map[string]any{"starts": later.Starts}))
			l.acknowledge(later)
		}, []visit{booked}, []event{book}, "lost"},
		"a move that was not answered": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0, fields))
			l.acknowledge(booked)
			l.countTry(l.addRequest("a", 1, map[string]any{"starts": later.Starts}))
		}, []visit{later}, []event{book, moved}, ""},
		"a move without a request": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0,
				fields))
			l.acknowledge(booked)
		}, []visit{later}, []event{book, moved}, "not requested"},
		"an unanswered visit that is stored": {func(l *requestLog) { l.countTry(l.addRequest("a", 0, fields)) },
			[]visit{booked}, []event{book}, ""},
		"an unanswered visit that is missing": {func(l *requestLog) { l.countTry(l.addRequest("a", 0, fields)) }, nil,
			nil, ""},
		"a refused visit that is stored": {func(l *requestLog) {
			r := l.addRequest("a", 0,
				fields)
			l.countTry(r)
			l.countRefusal(r)
		}, []visit{booked}, []event{book}, "not requested"},
		"a visit of another patient than requested": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0,
				map[string]any{"patient": "q"}))
		}, []visit{booked}, []event{book}, "not requested"},
		"a visit without a request": {func(*requestLog) {}, []visit{booked}, []event{book},
			"not requested"},
		"a visit with one event too many": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0,
				fields))
			l.acknowledge(booked)
		}, []visit{booked}, []event{book, moved}, "does not match"},
		"a visit whose event leads to another status": {func(l *requestLog) {
			l.countTry(l.addRequest("a", 0,
				fields))
			l.acknowledge(booked)
		}, []visit{booked}, []event{{"a", "book", "approved", booked.Starts}},
			"does not match"},
	} {
		s := &runner{requestLog: requestLog{visits: map[string]*visitLog{}}}
		c.requests(&s.requestLog)
		s.compare(c.rows, c.events)
		if got := strings.Join(s.failures, "\n"); c.failure == "" && got != "" || !strings.Contains(got, c.failure) {
			t.Errorf("%s: the failures are %q, want %q", name, got, c.failure)
		}
	}
}

func TestProofFindsDoubleBookings(t *testing.T) {
	t.Parallel()
	half := func(v *visit) {
		v.ID, v.Patient, v.Starts, v.Ends = "b", "q", "2030-01-31 09:15:00.000Z", "2030-01-31 09:45:00.000Z"
	}
	evening := func(v *visit) {
		v.Doctor, v.Starts, v.Ends = doctors[2].id, "2030-01-31 19:00:00.000Z", "2030-01-31 20:00:00.000Z"
	}
	for name, c := range map[string]struct {
		rows    []visit
		failure string
	}{
		"overlapping by a quarter of an hour": {[]visit{booked, with(booked, half)}, "doctor"},
		"adjacent": {[]visit{booked,
			with(booked, func(v *visit) { half(v); v.Starts = booked.Ends })}, ""},
		"beside a cancelled one": {[]visit{booked,
			with(booked, func(v *visit) { half(v); v.Status = "cancelled" })}, ""},
		"beside one that is overbooked": {[]visit{booked,
			with(booked, func(v *visit) { half(v); v.Overbook = true })}, ""},
		"one patient at two doctors": {[]visit{booked,
			with(booked, func(v *visit) { half(v); v.Patient, v.Doctor = "p", doctors[1].id })}, "patient"},
		"two in a session for four": {[]visit{with(booked, evening),
			with(booked, func(v *visit) { half(v); evening(v) })}, ""},
		"one patient twice in a session for four": {[]visit{with(booked, evening),
			with(booked, func(v *visit) { v.ID = "b"; evening(v) })}, "patient"},
	} {
		s := &runner{}
		s.checkOverlaps(c.rows)
		if got := strings.Join(s.failures, "\n"); c.failure == "" && got != "" || c.failure != "" &&
			!strings.Contains(got, "double booked: "+c.failure) {
			t.Errorf("%s: the failures are %q, want %q", name, got, c.failure)
		}
	}
}
