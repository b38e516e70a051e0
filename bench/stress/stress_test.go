package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStressFindsNoMistakes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and runs the binary")
	}
	binary := filepath.Join(t.TempDir(), "hospital")
	if said, err := exec.Command("go", "build", "-o", binary, "hospital").CombinedOutput(); err != nil {
		t.Fatalf("build the hospital: %v\n%s", err, said)
	}
	var out strings.Builder
	if err := run(t.Context(), options{binary: binary, scenes: []string{"mixed"}, clients: 8, lasts: 2 * time.Second, seed: 1}, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// booked is a visit and its event; asked is the request for it.
var (
	booked = visit{ID: "a", Doctor: doctors[0].id, Patient: "p", Starts: "2030-01-31 09:00:00.000Z", Ends: "2030-01-31 09:30:00.000Z", Status: "pending", Version: 1}
	book   = event{Appointment: "a", Action: "book", To: "pending", NewStarts: booked.Starts}
	asked  = map[string]any{"doctor": booked.Doctor, "patient": "p", "starts": booked.Starts}
)

// with returns a changed copy of a visit.
func with(v visit, change func(v *visit)) visit {
	change(&v)
	return v
}

func TestProofFindsLostWrites(t *testing.T) {
	t.Parallel()
	later := with(booked, func(v *visit) {
		v.Starts, v.Ends, v.Version = "2030-01-31 10:00:00.000Z", "2030-01-31 10:30:00.000Z", 2
	})
	moved := event{Appointment: "a", Action: "reschedule", To: "pending", NewStarts: later.Starts}
	for name, c := range map[string]struct {
		requests func(l *ledger)
		rows     []visit
		events   []event
		wrong    string
	}{
		"an acknowledged visit that is there": {func(l *ledger) { l.tried(l.wanted("a", 0, asked)); l.told(booked) }, []visit{booked}, []event{book}, ""},
		"an acknowledged visit that is gone":  {func(l *ledger) { l.tried(l.wanted("a", 0, asked)); l.told(booked) }, nil, nil, "lost"},
		"an acknowledged visit at another time": {func(l *ledger) {
			l.tried(l.wanted("a", 0, asked))
			l.told(with(booked, func(v *visit) { v.Ends = later.Ends }))
		},
			[]visit{booked}, []event{book}, "lost"},
		"an acknowledged move that is gone": {func(l *ledger) {
			l.tried(l.wanted("a", 0, asked))
			l.told(booked)
			l.tried(l.wanted("a", 1, map[string]any{"starts": later.Starts}))
			l.told(later)
		}, []visit{booked}, []event{book}, "lost"},
		"a move that was not answered": {func(l *ledger) {
			l.tried(l.wanted("a", 0, asked))
			l.told(booked)
			l.tried(l.wanted("a", 1, map[string]any{"starts": later.Starts}))
		}, []visit{later}, []event{book, moved}, ""},
		"a move without a request":                    {func(l *ledger) { l.tried(l.wanted("a", 0, asked)); l.told(booked) }, []visit{later}, []event{book, moved}, "not requested"},
		"a visit that was not answered and is there":  {func(l *ledger) { l.tried(l.wanted("a", 0, asked)) }, []visit{booked}, []event{book}, ""},
		"a visit that was not answered and is not":    {func(l *ledger) { l.tried(l.wanted("a", 0, asked)) }, nil, nil, ""},
		"a visit that was refused and is there":       {func(l *ledger) { r := l.wanted("a", 0, asked); l.tried(r); l.refused(r) }, []visit{booked}, []event{book}, "not requested"},
		"a visit of another patient than asked for":   {func(l *ledger) { l.tried(l.wanted("a", 0, map[string]any{"patient": "q"})) }, []visit{booked}, []event{book}, "not requested"},
		"a visit without a request":                   {func(*ledger) {}, []visit{booked}, []event{book}, "not requested"},
		"a visit with an event too many":              {func(l *ledger) { l.tried(l.wanted("a", 0, asked)); l.told(booked) }, []visit{booked}, []event{book, moved}, "does not follow"},
		"a visit whose event leads to another status": {func(l *ledger) { l.tried(l.wanted("a", 0, asked)); l.told(booked) }, []visit{booked}, []event{{"a", "book", "approved", booked.Starts}}, "does not follow"},
	} {
		s := &stage{ledger: ledger{visits: map[string]*page{}}}
		c.requests(&s.ledger)
		s.compare(c.rows, c.events)
		if said := strings.Join(s.wrong, "\n"); c.wrong == "" && said != "" || !strings.Contains(said, c.wrong) {
			t.Errorf("%s: the proof reports %q, want %q", name, said, c.wrong)
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
		rows  []visit
		wrong string
	}{
		"half an hour over half of another":       {[]visit{booked, with(booked, half)}, "doctor"},
		"a neighbour":                             {[]visit{booked, with(booked, func(v *visit) { half(v); v.Starts = booked.Ends })}, ""},
		"beside a cancelled one":                  {[]visit{booked, with(booked, func(v *visit) { half(v); v.Status = "cancelled" })}, ""},
		"beside one that is overbooked":           {[]visit{booked, with(booked, func(v *visit) { half(v); v.Overbook = true })}, ""},
		"one patient at two doctors":              {[]visit{booked, with(booked, func(v *visit) { half(v); v.Patient, v.Doctor = "p", doctors[1].id })}, "patient"},
		"two in a session for four":               {[]visit{with(booked, evening), with(booked, func(v *visit) { half(v); evening(v) })}, ""},
		"one patient twice in a session for four": {[]visit{with(booked, evening), with(booked, func(v *visit) { v.ID = "b"; evening(v) })}, "patient"},
	} {
		s := &stage{}
		s.overlaps(c.rows)
		if said := strings.Join(s.wrong, "\n"); c.wrong == "" && said != "" || c.wrong != "" && !strings.Contains(said, "double booked: "+c.wrong) {
			t.Errorf("%s: the proof reports %q, want %q", name, said, c.wrong)
		}
	}
}
