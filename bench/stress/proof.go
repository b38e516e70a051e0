package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// findings are the numbers of the comparison after a scene.
type findings struct {
	visits       int // that the clients booked
	acknowledged int // of these
	unanswered   int // of these: their clients got no answer
	events       int
	lost         int // acknowledged, but missing
}

func (f findings) String() string {
	return fmt.Sprintf("%d visits = %d acknowledged + %d unanswered, with %d events; lost: %d", f.visits, f.acknowledged, f.unanswered, f.events, f.lost)
}

// event is a row of appointment_events.
type event struct{ Appointment, Action, To, NewStarts string }

// prove compares the database with the ledger.
func (s *stage) prove() error {
	broken, err := s.server.verify(s.ctx)
	if err != nil {
		return err
	}
	s.wrong = append(broken, s.wrong...)
	db, err := core.DefaultDBConnect(filepath.Join(s.dir, "data.db"))
	if err != nil {
		return err
	}
	defer db.Close()

	var rows []visit
	var events []event
	var damage, numbers string
	for _, err := range []error{
		db.NewQuery("SELECT id, doctor, patient, starts, ends, status, overbook, version FROM appointments WHERE doctor LIKE 'stress%'").All(&rows),
		db.NewQuery(`SELECT appointment, action, "to", new_starts FROM appointment_events ORDER BY _rowid_`).All(&events),
		db.NewQuery("PRAGMA integrity_check").Row(&damage),
		db.NewQuery("SELECT (SELECT COUNT(*) FROM appointments) || ' visits, ' || COUNT(DISTINCT number) || ' numbers up to ' || MAX(number) FROM appointments").Row(&numbers),
	} {
		if err != nil {
			return fmt.Errorf("read what is left: %w", err)
		}
	}
	if damage != "ok" {
		s.mistake("the database file is damaged: %s", damage)
	}
	all := s.house.before + len(rows)
	if want := fmt.Sprintf("%d visits, %[1]d numbers up to A-%06[1]d", all); numbers != want {
		s.mistake("the numbers have gaps or duplicates: %s instead of %s", numbers, want)
	}
	s.compare(rows, events)
	s.overlaps(rows)
	return nil
}

// compare checks every visit that exists or should exist.
func (s *stage) compare(rows []visit, events []event) {
	stored, steps := map[string]visit{}, map[string][]event{}
	for _, v := range rows {
		stored[v.ID] = v
		if s.ledger.visits[v.ID] == nil {
			s.mistake("not requested: %+v", v)
		}
	}
	for _, e := range events {
		steps[e.Appointment] = append(steps[e.Appointment], e)
	}
	s.found.visits = len(rows)
	for id, p := range s.ledger.visits {
		v, there := stored[id]
		switch {
		case there && len(p.told) > 0:
			s.found.acknowledged++
		case there:
			s.found.unanswered++
		}
		history := life(v, steps[id])
		s.found.events += len(history)
		if v.Version != len(history) || there && history[len(history)-1] != v {
			s.mistake("%+v does not follow from its events, which give %+v", v, history)
			continue
		}
		s.lost(p, history)
		s.unasked(p, history)
	}
}

// life reconstructs the versions of a visit from its events. The end of a former version
// is not known, nor whether it was overbooked.
func life(v visit, steps []event) (history []visit) {
	was := visit{ID: v.ID, Doctor: v.Doctor, Patient: v.Patient}
	for _, step := range steps {
		was.Version++
		was.Status = step.To
		if step.NewStarts != "" {
			was.Starts = step.NewStarts
		}
		history = append(history, was)
	}
	if n := len(history); n > 0 {
		history[n-1].Ends, history[n-1].Overbook = v.Ends, v.Overbook
	}
	return history
}

// lost reports acknowledged states of a visit that are not in the database.
func (s *stage) lost(p *page, history []visit) {
	for version, told := range p.told {
		var was visit
		if version <= len(history) {
			was = history[version-1]
		}
		if was.Ends == "" { // unknown for a former version
			told.Ends, told.Overbook = "", false
		}
		if was != told {
			s.found.lost++
			s.mistake("lost: acknowledged %+v, stored %+v", told, was)
		}
	}
}

// unasked reports stored states that no request asked for.
func (s *stage) unasked(p *page, history []visit) {
	for i, was := range history {
		asked := slices.ContainsFunc(p.requests, func(r *request) bool { return r.version == i && r.open() && r.fits(was) })
		if _, told := p.told[i+1]; !told && !asked {
			s.mistake("not requested: %+v", was)
		}
	}
}

// overlaps looks for visits at the same time, independently of the hospital's own code.
func (s *stage) overlaps(rows []visit) {
	instant := func(text string) time.Time {
		at, err := kit.ParseInstant(text)
		if err != nil {
			s.mistake("%v", err)
		}
		return at
	}
	for _, a := range rows {
		ofDoctor, ofPatient := []string{}, []string{}
		for _, b := range rows {
			if !a.active() || !b.active() || b.Starts > a.Starts || b.Ends <= a.Starts {
				continue // b does not overlap the start of a
			}
			if a.Doctor == b.Doctor && !a.Overbook && !b.Overbook {
				ofDoctor = append(ofDoctor, b.ID)
			}
			if a.Patient == b.Patient {
				ofPatient = append(ofPatient, b.ID)
			}
		}
		if n := capacity(a.Doctor, instant(a.Starts)); len(ofDoctor) > n {
			s.mistake("double booked: doctor %s has %d visits at %s, but a capacity of %d: %v", a.Doctor, len(ofDoctor), a.Starts, n, ofDoctor)
		}
		if len(ofPatient) > 1 {
			s.mistake("double booked: patient %s has %d visits at %s: %v", a.Patient, len(ofPatient), a.Starts, ofPatient)
		}
	}
}
