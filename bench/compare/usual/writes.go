package main

import (
	"errors"
	"time"

	"github.com/gin-gonic/gin"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hospital/bench/compare/rival"
)

type counter struct {
	ID, Series string
	Value      int64
}

// nextNumber takes the next number of a series. It locks the series until the end of the
// transaction.
func nextNumber(tx *gorm.DB, series string) (int64, error) {
	c := counter{ID: rival.NewID(), Series: series, Value: 1}
	err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "series"}},
		DoUpdates: clause.Assignments(map[string]any{"value": gorm.Expr("counters.value + 1")})},
		clause.Returning{}).Create(&c).Error
	return c.Value, err
}

// writeAudit appends entries to the audit log. The counter is the lock of the chain.
func writeAudit(tx *gorm.DB, entries []rival.Entry) error {
	if _, err := nextNumber(tx, "audit"); err != nil {
		return err
	}
	var last rival.Entry
	if err := tx.Select("seq", "hash").Order("seq DESC").Limit(1).Find(&last).Error; err != nil {
		return err
	}
	rival.Chain(last.Seq, last.Hash, entries)
	if err := tx.CreateInBatches(entries, 500).Error; err != nil {
		return err
	}
	listed := rival.NewListed(entries)
	return tx.CreateInBatches(listed, 500).Error
}

func (s *server) book(c *gin.Context, by rival.Account) (any, error) {
	var body rival.VisitChange
	if err := rival.Decode(c.Request, &body); err != nil {
		return nil, err
	}
	now, note := rival.FormatInstant(time.Now()), ""
	v := &rival.Visit{ID: rival.NewID(), Patient: body.Patient, Doctor: body.Doctor, Starts: body.Starts,
		StaffNote: &note, Reason: body.Reason, Status: "pending", RequestedBy: by.ID, RequestedAt: now, Version: 1,
		Created: now, Updated: now}
	err := s.write.Transaction(func(tx *gorm.DB) error {
		if _, err := s.checkPeople(tx, v, by); err != nil {
			return err
		}
		if err := checkTime(tx, v); err != nil {
			return err
		}
		n, err := nextNumber(tx, "appointments")
		if err != nil {
			return err
		}
		v.Number = rival.NumberOf("A", n)
		if err := tx.Create(v).Error; err != nil {
			return err
		}
		return writeLog(tx, c, by, "create", "book", rival.Visit{}, *v)
	})
	return v.For(by.Role), err
}

// writeLog writes the event and the audit entry of a change.
func writeLog(tx *gorm.DB, c *gin.Context, by rival.Account, kind, action string, before, after rival.Visit) error {
	e := rival.NewEvent(after.Updated, action, by.ID, before, after)
	if err := tx.Create(&e).Error; err != nil {
		return err
	}
	return writeAudit(tx, []rival.Entry{rival.NewEntry(c.Request, by, kind, "appointments", after.ID, after.Patient,
		rival.Changes(before, after))})
}

// checkPeople checks that doctor and patient are active, and that a patient books for themself.
// It locks both in PostgreSQL, so that no other booking of theirs runs beside this one.
func (s *server) checkPeople(tx *gorm.DB, v *rival.Visit, by rival.Account) (doctor rival.Doctor, err error) {
	if s.postgres {
		tx = tx.Clauses(clause.Locking{Strength: "UPDATE"}).Session(&gorm.Session{})
	}
	var patient rival.Patient
	if err := tx.First(&doctor, "id = ?", v.Doctor).Error; err != nil {
		return doctor, err
	}
	if err := tx.First(&patient, "id = ?", v.Patient).Error; err != nil {
		return doctor, err
	}
	v.PatientName = patient.Name
	switch {
	case by.Role == "patient" && patient.User != by.ID:
		return doctor, rival.ErrForbidden
	case !doctor.Active || !patient.Active || by.Role == "patient" && !doctor.AcceptsOnline:
		return doctor, rival.ErrInactive
	}
	return doctor, nil
}

// checkTime checks that the visit takes a slot of the doctor, and that doctor and patient are
// free.
func checkTime(tx *gorm.DB, v *rival.Visit) error {
	hours, away, err := agenda(tx, v.Doctor, v.Starts, "9999")
	if err != nil {
		return err
	}
	slot, of, err := rival.SlotAt(v.Starts, hours, away)
	if err != nil {
		return err
	}
	v.Ends, v.Room, v.Capacity = slot.Ends, of.Room, of.Capacity
	busy := func(column, id string) (n int64, err error) {
		err = tx.Model(&rival.Visit{}).Where(
			column+" = ? AND starts < ? AND starts > ? AND ends > ? AND status IN ? AND id != ?", id, v.Ends,
			rival.LookBack(v.Starts), v.Starts, []string{"pending", "approved"}, v.ID).Count(&n).Error
		return n, err
	}
	if n, err := busy("doctor", v.Doctor); err != nil || n >= int64(max(v.Capacity, 1)) {
		return errors.Join(err, rival.ErrTaken)
	}
	if n, err := busy("patient", v.Patient); err != nil || n > 0 {
		return errors.Join(err, rival.ErrPatientBusy)
	}
	return nil
}

// changeVisit approves, completes or moves a visit.
func (s *server) changeVisit(c *gin.Context, by rival.Account) (any, error) {
	var body rival.VisitChange
	if err := rival.Decode(c.Request, &body); err != nil {
		return nil, err
	}
	var v rival.Visit
	err := s.write.Transaction(func(tx *gorm.DB) error {
		query := tx.Session(&gorm.Session{})
		if s.postgres {
			query = query.Clauses(clause.Locking{Strength: "UPDATE"})
		}
		if err := query.First(&v, "id = ?", c.Param("id")).Error; err != nil {
			return notFound(err)
		}
		if by.Role == "doctor" {
			var d rival.Doctor
			if err := tx.First(&d, "id = ?", v.Doctor).Error; err != nil || d.User == nil || *d.User != by.ID {
				return errors.Join(err, rival.ErrNotFound)
			}
		}
		before, now := v, time.Now()
		action, err := rival.Apply(&v, body, by, now)
		if err != nil {
			return err
		}
		switch action {
		case "approve":
			err = s.approve(tx, &v, by)
		case "reschedule":
			if _, err = s.checkPeople(tx, &v, by); err == nil {
				err = checkTime(tx, &v)
			}
		case "complete":
			err = bill(tx, v, by, now)
		}
		if err != nil {
			return err
		}
		if err := tx.Save(&v).Error; err != nil {
			return err
		}
		return writeLog(tx, c, by, "update", action, before, v)
	})
	return v.For(by.Role), err
}

// approve checks people and absences, and adds the doctor to the care team.
func (s *server) approve(tx *gorm.DB, v *rival.Visit, by rival.Account) error {
	doctor, err := s.checkPeople(tx, v, by)
	if err != nil {
		return err
	}
	_, away, err := agenda(tx, v.Doctor, v.Starts, v.Ends)
	if err != nil {
		return err
	}
	if len(away) > 0 {
		return rival.ErrAway
	}
	var member rival.CareTeam
	err = tx.First(&member, `patient = ? AND "user" = ? AND source = ?`, v.Patient, *doctor.User, "appointment").Error
	until := rival.CareTeamEnd(*v)
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return tx.Create(&rival.CareTeam{ID: rival.NewID(), Patient: v.Patient, User: *doctor.User, Source: "appointment",
			Starts: v.Updated, Ends: until, Created: v.Updated, Updated: v.Updated}).Error
	case err == nil && member.Ends < until:
		member.Ends, member.Updated = until, v.Updated
		return tx.Save(&member).Error
	}
	return err
}
