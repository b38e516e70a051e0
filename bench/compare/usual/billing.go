package main

import (
	"time"

	"github.com/gin-gonic/gin"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hospital/bench/compare/rival"
)

// bill issues the bill of a completed visit: the doctor's consultation and the charges.
func bill(tx *gorm.DB, v rival.Visit, by rival.Account, at time.Time) error {
	var doctor rival.Doctor
	if err := tx.First(&doctor, "id = ?", v.Doctor).Error; err != nil {
		return err
	}
	var consultation rival.Service
	if err := tx.First(&consultation, "id = ?", doctor.Consultation).Error; err != nil {
		return err
	}
	var charges []rival.Charge
	if err := tx.Find(&charges, "appointment = ? AND quantity > 0", v.ID).Error; err != nil {
		return err
	}
	lines := []rival.BillItem{rival.NewLine(consultation, 1)}
	for _, c := range charges {
		var s rival.Service
		if err := tx.First(&s, "id = ?", c.Service).Error; err != nil {
			return err
		}
		lines = append(lines, rival.NewLine(s, c.Quantity))
	}
	series := rival.Series("INV")
	n, err := nextNumber(tx, series)
	if err != nil {
		return err
	}
	b, lines := rival.NewBill(v.Updated, rival.NumberOf(series, n), by.ID, v, rival.DueOn(at), lines)
	if err := tx.Create(&b).Error; err != nil {
		return err
	}
	return tx.Create(&lines).Error
}

// verifyPayment accepts a pending payment: it gets a receipt, and its bill a new balance.
func (s *server) verifyPayment(c *gin.Context, by rival.Account) (any, error) {
	var body struct{ Status string }
	if err := rival.Decode(c.Request, &body); err != nil {
		return nil, err
	}
	if by.Role != "accountant" || body.Status != "verified" {
		return nil, rival.ErrForbidden
	}
	var p rival.Payment
	err := s.write.Transaction(func(tx *gorm.DB) error {
		locked := tx.Session(&gorm.Session{})
		if s.postgres {
			locked = tx.Clauses(clause.Locking{Strength: "UPDATE"}).Session(&gorm.Session{})
		}
		if err := locked.First(&p, "id = ?", c.Param("id")).Error; err != nil {
			return notFound(err)
		}
		if p.Status != "pending" {
			return rival.ErrTransition
		}
		var b rival.Bill
		if err := locked.First(&b, "id = ?", p.Bill).Error; err != nil {
			return err
		}
		series := rival.Series("RCP")
		n, err := nextNumber(tx, series)
		if err != nil {
			return err
		}
		now := rival.FormatInstant(time.Now())
		p.Receipt, p.Status, p.DecidedBy, p.DecidedAt, p.Updated = rival.NumberOf(series, n), "verified", by.ID, now, now
		p.Version++
		if err := tx.Save(&p).Error; err != nil {
			return err
		}
		var paid int64
		err = tx.Model(&rival.Payment{}).Where("bill = ? AND status = ?", p.Bill, "verified").
			Select("COALESCE(SUM(CASE kind WHEN 'refund' THEN -amount_minor ELSE amount_minor END), 0)").Scan(&paid).Error
		if err != nil {
			return err
		}
		err = tx.Model(&rival.Bill{}).Where("original = ? AND kind = ?", p.Bill, "credit_note").
			Select("COALESCE(SUM(total_minor), 0)").Scan(&b.CreditedMinor).Error
		if err != nil {
			return err
		}
		b.Settle(paid)
		b.Version++
		b.Updated = now
		if err := tx.Save(&b).Error; err != nil {
			return err
		}
		return writeAudit(tx, []rival.Entry{rival.NewEntry(c.Request, by, "update", "payments", p.ID, p.Patient,
			map[string][2]string{"status": {"pending", "verified"}, "receipt": {"", p.Receipt}, "decided_by": {"", by.ID},
				"decided_at": {"", now}})})
	})
	p.Collection = rival.Payments
	return &p, err
}
