package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// findings summarises the database after a scenario.
type findings struct {
	visits       int // booked by the clients
	acknowledged int // of visits
	unanswered   int // of visits: the client got no response
	events       int
	lost         int // acknowledged, but not in the database
}

func (f findings) String() string {
	return fmt.Sprintf("%d visits = %d acknowledged + %d unanswered, with %d events; lost: %d", f.visits, f.acknowledged,
		f.unanswered, f.events, f.lost)
}

// event is an entry in the history of a visit.
type event struct{ Appointment, Action, To, NewStarts string }

// verifyData compares the database with what the clients sent and received.
func (s *runner) verifyData() error {
	violations, err := s.server.Verify(s.ctx)
	if err != nil {
		return err
	}
	s.failures = append(violations, s.failures...)
	db, err := core.DefaultDBConnect(filepath.Join(s.dir, "data.db"))
	if err != nil {
		return err
	}
	defer db.Close()

	var rows []visit
	var events []event
	var damage, numbers string
	for _, err := range []error{
		db.NewQuery(`SELECT id, doctor, patient, starts, ends, status, overbook, version
			FROM appointments WHERE doctor LIKE 'stress%'`).All(&rows),
		db.NewQuery(`SELECT appointment, action, "to", new_starts FROM appointment_events ORDER BY _rowid_`).All(&events),
		db.NewQuery("PRAGMA integrity_check").Row(&damage),
		db.NewQuery(`SELECT (SELECT COUNT(*) FROM appointments) || ' visits, ' ||
			COUNT(DISTINCT number) || ' numbers up to ' || MAX(number) FROM appointments`).Row(&numbers),
	} {
		if err != nil {
			return fmt.Errorf("read the data: %w", err)
		}
	}
	if damage != "ok" {
		s.fail("the database file is damaged: %s", damage)
	}
	all := s.template.before + len(rows)
	if want := fmt.Sprintf("%d visits, %[1]d numbers up to A-%06[1]d", all); numbers != want {
		s.fail("the numbers have gaps or duplicates: %s, want %s", numbers, want)
	}
	s.compare(rows, events)
	s.checkOverlaps(rows)
	return nil
}

// compare checks every visit that is in the database or should be.
func (s *runner) compare(rows []visit, events []event) {
	stored, steps := map[string]visit{}, map[string][]event{}
	for _, v := range rows {
		stored[v.ID] = v
		if s.requestLog.visits[v.ID] == nil {
			s.fail("not requested: %+v", v)
		}
	}
	for _, e := range events {
		steps[e.Appointment] = append(steps[e.Appointment], e)
	}
	s.found.visits = len(rows)
	for id, p := range s.requestLog.visits {
		v, there := stored[id]
		switch {
		case there && len(p.acknowledged) > 0:
			s.found.acknowledged++
		case there:
			s.found.unanswered++
		}
		history := historyOf(v, steps[id])
		s.found.events += len(history)
		if v.Version != len(history) || there && history[len(history)-1] != v {
			s.fail("%+v does not match its events, which lead to %+v", v, history)
			continue
		}
		s.checkLost(p, history)
		s.checkUnrequested(p, history)
	}
}

// historyOf rebuilds each version of a visit from its events. They do not tell the end and
// the overbook flag of former versions.
func historyOf(v visit, steps []event) (history []visit) {
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

// checkLost finds acknowledged states that are not in the database.
func (s *runner) checkLost(p *visitLog, history []visit) {
	for version, acknowledged := range p.acknowledged {
		var was visit
		if version <= len(history) {
			was = history[version-1]
		}
		if was.Ends == "" { // a former version
			acknowledged.Ends, acknowledged.Overbook = "", false
		}
		if was != acknowledged {
			s.found.lost++
			s.fail("lost: acknowledged %+v, stored %+v", acknowledged, was)
		}
	}
}

// checkUnrequested finds stored states that were neither acknowledged nor requested.
func (s *runner) checkUnrequested(p *visitLog, history []visit) {
	for i, was := range history {
		requested := slices.ContainsFunc(p.requests, func(r *request) bool {
			return r.version == i && r.mayHaveSucceeded() &&
				r.matches(was)
		})
		if _, acknowledged := p.acknowledged[i+1]; !acknowledged && !requested {
			s.fail("not requested: %+v", was)
		}
	}
}

// checkOverlaps finds double bookings, independently of the hospital's own check.
func (s *runner) checkOverlaps(rows []visit) {
	instant := func(text string) time.Time {
		at, err := kit.ParseInstant(text)
		if err != nil {
			s.fail("%v", err)
		}
		return at
	}
	for _, a := range rows {
		ofDoctor, ofPatient := []string{}, []string{}
		for _, b := range rows {
			if !a.active() || !b.active() || b.Starts > a.Starts || b.Ends <= a.Starts {
				continue // b does not take place when a starts
			}
			if a.Doctor == b.Doctor && !a.Overbook && !b.Overbook {
				ofDoctor = append(ofDoctor, b.ID)
			}
			if a.Patient == b.Patient {
				ofPatient = append(ofPatient, b.ID)
			}
		}
		if n := capacity(a.Doctor, instant(a.Starts)); len(ofDoctor) > n {
			s.fail("double booked: doctor %s has %d visits at %s, and may have %d: %v", a.Doctor, len(ofDoctor), a.Starts, n,
				ofDoctor)
		}
		if len(ofPatient) > 1 {
			s.fail("double booked: patient %s has %d visits at %s: %v", a.Patient, len(ofPatient), a.Starts, ofPatient)
		}
	}
}
