package main

import (
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"hospital/bench/compare/rival"
)

var insertCache sync.Map

// insertSQL inserts a row of a table.
func insertSQL(table string) string {
	if found, ok := insertCache.Load(table); ok {
		return found.(string)
	}
	columns := rival.ColumnsOf(table)
	text := `INSERT INTO "` + table + `" (` + rival.Quoted(columns) + `) VALUES (` +
		strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + `)`
	insertCache.Store(table, text)
	return text
}

func (t tx) insertVisit(v *rival.Visit) error {
	return t.exec(insertSQL("appointments"), v.ID, v.Number, v.Patient, v.PatientName, v.Doctor, v.Starts, v.Ends,
		v.Room, v.Capacity, v.VisitType, v.Reason, v.Status, v.CancelCode, v.CancelNote, "", v.Overbook,
		v.RequestedBy, v.RequestedAt, v.ApprovedBy, v.ApprovedAt, v.CheckedInAt, v.StartedAt, v.CompletedAt,
		v.CancelledBy, v.CancelledAt, v.Version,
		v.Created, v.Updated)
}

func (t tx) insertEvent(e rival.Event) error {
	return t.exec(insertSQL("appointment_events"), e.ID, e.Appointment, e.Action, e.From, e.To, e.Actor, e.Note,
		e.OldStarts, e.NewStarts, e.Created, e.Updated)
}

func (s *server) book(r *http.Request) (any, error) {
	by, err := s.account(r)
	if err != nil {
		return nil, err
	}
	var body rival.VisitChange
	if err := rival.Decode(r, &body); err != nil {
		return nil, err
	}
	now := rival.FormatInstant(time.Now())
	v := &rival.Visit{Collection: rival.Visits, ID: rival.NewID(), Patient: body.Patient, Doctor: body.Doctor,
		Starts: body.Starts, Reason: body.Reason, Status: "pending", RequestedBy: by.ID, RequestedAt: now, Version: 1,
		Created: now, Updated: now}
	return v, s.change(func(t tx) error {
		if err := t.checkPeople(v, by); err != nil {
			return err
		}
		if err := t.checkTime(v); err != nil {
			return err
		}
		n, err := t.nextNumber("appointments")
		if err != nil {
			return err
		}
		v.Number = rival.NumberOf("A", n)
		return errors.Join(t.insertVisit(v), t.insertEvent(rival.NewEvent(now, "book", by.ID, rival.Visit{}, *v)),
			t.writeAudit([]rival.Entry{rival.NewEntry(r, by, "create", "appointments", v.ID, v.Patient,
				rival.Changes(rival.Visit{}, *v))}))
	})
}

// checkPeople checks that doctor and patient are active, and that a patient books for themself.
func (t tx) checkPeople(v *rival.Visit, by rival.Account) error {
	var doctor, online, patient bool
	var user string
	err := errors.Join(
		t.row("SELECT active, accepts_online FROM doctors WHERE id = ?", v.Doctor).Scan(&doctor, &online),
		t.row(`SELECT active, name, "user" FROM patients WHERE id = ?`, v.Patient).Scan(&patient, &v.PatientName, &user))
	switch {
	case err != nil:
		return err
	case by.Role == "patient" && user != by.ID:
		return rival.ErrForbidden
	case !doctor || !patient || by.Role == "patient" && !online:
		return rival.ErrInactive
	}
	return nil
}

// checkTime checks that the visit takes a slot of the doctor, and that doctor and patient are
// free.
func (t tx) checkTime(v *rival.Visit) error {
	hours, away, err := agenda(t, v.Doctor, v.Starts, "9999")
	if err != nil {
		return err
	}
	slot, of, err := rival.SlotAt(v.Starts, hours, away)
	if err != nil {
		return err
	}
	v.Ends, v.Room, v.Capacity = slot.Ends, of.Room, of.Capacity
	const overlapping = ` = ? AND starts < ? AND starts > ? AND ends > ?
		AND status IN ('pending', 'approved') AND id != ?`
	var doctor, patient int
	back := rival.LookBack(v.Starts)
	err = errors.Join(
		t.row("SELECT COUNT(*) FROM appointments WHERE doctor"+overlapping, v.Doctor, v.Ends, back, v.Starts, v.ID).
			Scan(&doctor),
		t.row("SELECT COUNT(*) FROM appointments WHERE patient"+overlapping, v.Patient, v.Ends, back, v.Starts, v.ID).
			Scan(&patient))
	switch {
	case err != nil:
		return err
	case doctor >= max(v.Capacity, 1):
		return rival.ErrTaken
	case patient > 0:
		return rival.ErrPatientBusy
	}
	return nil
}

// changeVisit approves, completes or moves a visit.
func (s *server) changeVisit(r *http.Request) (any, error) {
	by, err := s.account(r)
	if err != nil {
		return nil, err
	}
	var body rival.VisitChange
	if err := rival.Decode(r, &body); err != nil {
		return nil, err
	}
	var v *rival.Visit
	err = s.change(func(t tx) error {
		v, err = scanVisit(t.row("SELECT "+visitColumns+" FROM appointments a WHERE a.id = ?", r.PathValue("id")))
		if err != nil {
			return err
		}
		if by.Role == "doctor" {
			var user string
			if err := t.row(`SELECT "user" FROM doctors WHERE id = ?`, v.Doctor).Scan(&user); err != nil || user != by.ID {
				return errors.Join(err, rival.ErrNotFound)
			}
		}
		before, now := *v, time.Now()
		action, err := rival.Apply(v, body, by, now)
		if err != nil {
			return err
		}
		switch action {
		case "approve":
			err = t.approve(v, by, rival.FormatInstant(now))
		case "reschedule":
			if err = t.checkPeople(v, by); err == nil {
				err = t.checkTime(v)
			}
		case "complete":
			err = t.bill(v, by, now)
		}
		if err != nil {
			return err
		}
		return errors.Join(t.exec(`UPDATE appointments SET starts = ?, ends = ?, room = ?, status = ?, requested_at = ?,
			approved_by = ?, approved_at = ?, completed_at = ?, version = ?, updated = ? WHERE id = ?`, v.Starts, v.Ends,
			v.Room, v.Status, v.RequestedAt, v.ApprovedBy, v.ApprovedAt, v.CompletedAt, v.Version, v.Updated, v.ID),
			t.insertEvent(rival.NewEvent(v.Updated, action, by.ID, before, *v)),
			t.writeAudit([]rival.Entry{rival.NewEntry(r, by, "update", "appointments", v.ID, v.Patient,
				rival.Changes(before, *v))}))
	})
	if err != nil {
		return nil, err
	}
	return v.For(by.Role), nil
}

// approve checks people and absences, and adds the doctor to the care team.
func (t tx) approve(v *rival.Visit, by rival.Account, now string) error {
	if err := t.checkPeople(v, by); err != nil {
		return err
	}
	_, away, err := agenda(t, v.Doctor, v.Starts, v.Ends)
	if err != nil {
		return err
	}
	if len(away) > 0 {
		return rival.ErrAway
	}
	var id, ends, user string
	until := rival.CareTeamEnd(*v)
	if err := t.row(`SELECT "user" FROM doctors WHERE id = ?`, v.Doctor).Scan(&user); err != nil {
		return err
	}
	err = t.row(`SELECT id, ends FROM care_team WHERE patient = ? AND "user" = ? AND source = 'appointment'`,
		v.Patient, user).Scan(&id, &ends)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return t.exec(insertSQL("care_team"), rival.NewID(), v.Patient, user, "appointment", "", now, until, now, now)
	case err == nil && ends < until:
		return t.exec("UPDATE care_team SET ends = ?, updated = ? WHERE id = ?", until, now, id)
	}
	return err
}
