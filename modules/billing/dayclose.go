package billing

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
	"hospital/modules/hospital"
)

// DayClose is the money of one of the hospital's days, by who recorded it and how
// it was paid.
type DayClose struct {
	Date     string         `json:"date"`
	Timezone string         `json:"timezone"`
	Currency string         `json:"currency"`
	Exponent int            `json:"currency_exponent"`
	Rows     []CashierTotal `json:"rows"`
	Total    CashierTotal   `json:"total"`
}

// CashierTotal is the money of one cashier in one method. What was taken is what was
// recorded that day and not rejected, and what of it still waits; what was verified
// and refunded is what entered the books that day, and never changes afterwards.
type CashierTotal struct {
	Cashier       string       `json:"cashier"` // an account; empty for what patients declared themselves
	Name          string       `json:"name"`
	Method        string       `json:"method"`
	Taken         int          `json:"taken"`
	TakenMinor    money.Amount `json:"taken_minor" db:"taken_minor"`
	Waiting       int          `json:"waiting"`
	WaitingMinor  money.Amount `json:"waiting_minor" db:"waiting_minor"`
	Verified      int          `json:"verified"`
	VerifiedMinor money.Amount `json:"verified_minor" db:"verified_minor"`
	Refunds       int          `json:"refunds"`
	RefundedMinor money.Amount `json:"refunded_minor" db:"refunded_minor"`
	NetMinor      money.Amount `json:"net_minor" db:"net_minor"` // verified less refunded
}

// dayOf is a day's payments: those that were recorded on it, and those that were
// verified on it. Each of the three parts is found by an index.
const dayPayments = `
	SELECT recorded_by, method, CAST(amount_minor AS INTEGER) AS amount, 1 AS taken, 1 AS waiting, 0 AS verified, 0 AS refund FROM payments
		WHERE status = 'pending' AND created >= {:from} AND created < {:to} AND currency = {:currency} AND kind = 'payment'
	UNION ALL SELECT recorded_by, method, CAST(amount_minor AS INTEGER), 1, 0, 0, 0 FROM payments
		WHERE status = 'verified' AND created >= {:from} AND created < {:to} AND currency = {:currency} AND kind = 'payment'
	UNION ALL SELECT recorded_by, method, CAST(amount_minor AS INTEGER), 0, 0, kind = 'payment', kind = 'refund' FROM payments
		WHERE status = 'verified' AND decided_at >= {:from} AND decided_at < {:to} AND currency = {:currency}`

func closed(app core.App, settings hospital.Settings, day time.Time, only string) (*DayClose, error) {
	c := &DayClose{Date: day.Format(time.DateOnly), Timezone: settings.Zone().String(), Currency: settings.Currency(), Exponent: settings.Exponent(), Rows: []CashierTotal{}}
	from, to := Period(day, day, settings.Zone())
	err := app.DB().NewQuery(`SELECT cashier, CASE WHEN cashier = '' THEN '' ELSE MAX(name) END AS name, method,
			SUM(taken) AS taken, SUM(taken * amount) AS taken_minor, SUM(waiting) AS waiting, SUM(waiting * amount) AS waiting_minor,
			SUM(verified) AS verified, SUM(verified * amount) AS verified_minor, SUM(refund) AS refunds, SUM(refund * amount) AS refunded_minor, SUM((verified - refund) * amount) AS net_minor
		FROM (SELECT CASE WHEN u.role = 'patient' THEN '' ELSE COALESCE(u.id, '') END AS cashier, u.name, d.* FROM (` + dayPayments + `) d LEFT JOIN users u ON u.id = d.recorded_by)
		WHERE {:only} = '' OR cashier = {:only} GROUP BY cashier, method ORDER BY name, cashier, method`).
		Bind(dbx.Params{"from": from, "to": to, "currency": c.Currency, "only": only}).All(&c.Rows)
	if err != nil {
		return nil, err
	}
	for _, r := range c.Rows {
		t := &c.Total
		t.Taken, t.TakenMinor, t.Waiting, t.WaitingMinor = t.Taken+r.Taken, t.TakenMinor+r.TakenMinor, t.Waiting+r.Waiting, t.WaitingMinor+r.WaitingMinor
		t.Verified, t.VerifiedMinor, t.Refunds, t.RefundedMinor, t.NetMinor = t.Verified+r.Verified, t.VerifiedMinor+r.VerifiedMinor, t.Refunds+r.Refunds, t.RefundedMinor+r.RefundedMinor, t.NetMinor+r.NetMinor
	}
	return c, nil
}
