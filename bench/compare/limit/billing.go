package main

import (
	"errors"
	"net/http"
	"time"

	"hospital/bench/compare/rival"
)

// bill issues the bill of a completed visit: the doctor's consultation and the charges.
func (t tx) bill(v *rival.Visit, by rival.Account, at time.Time) error {
	var consultation rival.Service
	err := t.row(`SELECT s.id, s.name, s.price_minor, s.tax_bp FROM doctors d JOIN services s ON s.id = d.consultation
		WHERE d.id = ?`, v.Doctor).
		Scan(&consultation.ID, &consultation.Name, &consultation.PriceMinor, &consultation.TaxBp)
	if err != nil {
		return err
	}
	lines := []rival.BillItem{rival.NewLine(consultation, 1)}
	err = t.rows(func(row scanner) error {
		var s rival.Service
		var quantity int64
		err := row.Scan(&s.ID, &s.Name, &s.PriceMinor, &s.TaxBp, &quantity)
		lines = append(lines, rival.NewLine(s, quantity))
		return err
	}, `SELECT s.id, s.name, s.price_minor, s.tax_bp, c.quantity FROM charges c JOIN services s ON s.id = c.service
		WHERE c.appointment = ? AND c.quantity > 0 ORDER BY c.rowid`, v.ID)
	if err != nil {
		return err
	}
	series := rival.Series("INV")
	n, err := t.nextNumber(series)
	if err != nil {
		return err
	}
	b, lines := rival.NewBill(v.Updated, rival.NumberOf(series, n), by.ID, *v, rival.DueOn(at), lines)
	err = t.exec(insertSQL("bills"), b.ID, b.Number, b.Kind, b.Appointment, b.Patient, b.Doctor, b.Status, b.Currency,
		b.SubtotalMinor, b.DiscountMinor, b.TaxMinor, b.TotalMinor, b.PaidMinor, b.CreditedMinor, b.BalanceMinor,
		b.IssuedAt, b.IssuedBy, b.DueOn, b.Original, b.Reason, b.VoidedAt, b.VoidedBy, b.Version, b.Created, b.Updated)
	for _, l := range lines {
		err = errors.Join(err, t.exec(insertSQL("bill_items"), l.ID, l.Bill, l.Service, l.Description, l.Credits,
			l.Currency, l.Quantity, l.UnitMinor, l.DiscountMinor, l.TaxBp, l.TaxMinor, l.TotalMinor, l.Created, l.Updated))
	}
	return err
}

// verifyPayment accepts a pending payment: it gets a receipt, and its bill a new balance.
func (s *server) verifyPayment(r *http.Request) (any, error) {
	by, err := s.account(r)
	if err != nil {
		return nil, err
	}
	var body struct{ Status string }
	if err := rival.Decode(r, &body); err != nil {
		return nil, err
	}
	if by.Role != "accountant" || body.Status != "verified" {
		return nil, rival.ErrForbidden
	}
	p := &rival.Payment{Collection: rival.Payments}
	return p, s.change(func(t tx) error {
		err := t.row(`SELECT `+selected("p", "payments")+` FROM payments p WHERE p.id = ?`, r.PathValue("id")).Scan(&p.ID,
			&p.Number, &p.Receipt, &p.Kind, &p.Bill, &p.Patient, &p.RefundOf, &p.Method, &p.AmountMinor, &p.Currency,
			&p.Reference, &p.Status, &p.RecordedBy, &p.DecidedBy, &p.DecidedAt, &p.Note, &p.Version, &p.Created, &p.Updated)
		if err != nil {
			return errors.Join(rival.ErrNotFound, err)
		}
		if p.Status != "pending" {
			return rival.ErrTransition
		}
		series := rival.Series("RCP")
		n, err := t.nextNumber(series)
		if err != nil {
			return err
		}
		now := rival.FormatInstant(time.Now())
		p.Receipt, p.Status, p.DecidedBy, p.DecidedAt, p.Updated = rival.NumberOf(series, n), "verified", by.ID, now, now
		p.Version++
		err = t.exec(`UPDATE payments SET receipt = ?, status = ?, decided_by = ?, decided_at = ?, version = ?, updated = ?
			WHERE id = ?`, p.Receipt, p.Status, p.DecidedBy, p.DecidedAt, p.Version, p.Updated, p.ID)
		if err != nil {
			return err
		}
		var b rival.Bill
		var paid int64
		err = errors.Join(
			t.row("SELECT total_minor, version FROM bills WHERE id = ?", p.Bill).Scan(&b.TotalMinor, &b.Version),
			t.row(`SELECT COALESCE(SUM(total_minor), 0) FROM bills WHERE original = ? AND kind = 'credit_note'`, p.Bill).
				Scan(&b.CreditedMinor),
			t.row(`SELECT COALESCE(SUM(CASE kind WHEN 'refund' THEN -amount_minor ELSE amount_minor END), 0)
				FROM payments WHERE bill = ? AND status = 'verified'`, p.Bill).Scan(&paid))
		if err != nil {
			return err
		}
		b.Settle(paid)
		return errors.Join(t.exec(`UPDATE bills SET status = ?, paid_minor = ?, credited_minor = ?, balance_minor = ?,
			version = ?, updated = ? WHERE id = ?`, b.Status, b.PaidMinor, b.CreditedMinor, b.BalanceMinor, b.Version+1, now,
			p.Bill), t.writeAudit([]rival.Entry{rival.NewEntry(r, by, "update", "payments", p.ID, p.Patient,
			map[string][2]string{"status": {"pending", "verified"}, "receipt": {"", p.Receipt}, "decided_by": {"", by.ID},
				"decided_at": {"", now}})}))
	})
}
