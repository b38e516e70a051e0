package billing

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
	"hospital/modules/hospital"
)

// DayClose is the money of one day, by cashier and payment method.
type DayClose struct {
	Date     string         `json:"date"`
	Timezone string         `json:"timezone"`
	Currency string         `json:"currency"`
	Exponent int            `json:"currency_exponent"`
	Rows     []CashierTotal `json:"rows"`
	Total    CashierTotal   `json:"total"`

	SelfVerified []SelfVerified `json:"self_verified"`
}

// SelfVerified is a cash payment that the same person recorded and verified.
type SelfVerified struct {
	Receipt string       `json:"receipt"`
	Number  string       `json:"number"`
	Cashier string       `json:"cashier"`
	Name    string       `json:"name"`
	Amount  money.Amount `json:"amount_minor"`
	At      string       `json:"decided_at"`
}

// selfVerifiedOfDay is the cash that was verified on a day by who recorded it.
const selfVerifiedOfDay = `
	SELECT p.receipt, p.number, p.recorded_by AS cashier, COALESCE(u.name, '') AS name,
		CAST(p.amount_minor AS INTEGER) AS amount, p.decided_at AS at
	FROM payments p LEFT JOIN users u ON u.id = p.recorded_by
	WHERE p.status = 'verified' AND p.decided_at >= {:from} AND p.decided_at < {:to} AND p.currency = {:currency}
		AND p.kind = 'payment' AND p.method = 'cash' AND p.decided_by = p.recorded_by
		AND ({:only} = '' OR p.recorded_by = {:only})
	ORDER BY p.receipt`

// CashierTotal is the money of one cashier in one method. Taken is what was recorded
// that day and not rejected, Waiting the part of it that is not verified yet. Verified
// and Refunded are what was verified that day; they never change afterwards.
type CashierTotal struct {
	Cashier       string       `json:"cashier"` // id of the account; empty for payments that patients declared
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

// paymentsOfDay is the payments that were recorded on a day, and those that were
// verified on it. An index finds each of the three parts.
const paymentsOfDay = `
	SELECT recorded_by, method, CAST(amount_minor AS INTEGER) AS amount,
			1 AS taken, 1 AS waiting, 0 AS verified, 0 AS refund FROM payments
		WHERE status = 'pending' AND created >= {:from} AND created < {:to}
			AND currency = {:currency} AND kind = 'payment'
	UNION ALL SELECT recorded_by, method, CAST(amount_minor AS INTEGER), 1, 0, 0, 0 FROM payments
		WHERE status = 'verified' AND created >= {:from} AND created < {:to}
			AND currency = {:currency} AND kind = 'payment'
	UNION ALL SELECT recorded_by, method, CAST(amount_minor AS INTEGER), 0, 0,
			kind = 'payment', kind = 'refund' FROM payments
		WHERE status = 'verified' AND decided_at >= {:from} AND decided_at < {:to}
			AND currency = {:currency}`

// totalsOfDay adds them up by cashier and method, of all cashiers or only one.
const totalsOfDay = `
	SELECT cashier, CASE WHEN cashier = '' THEN '' ELSE MAX(name) END AS name, method,
		SUM(taken) AS taken, SUM(taken * amount) AS taken_minor,
		SUM(waiting) AS waiting, SUM(waiting * amount) AS waiting_minor,
		SUM(verified) AS verified, SUM(verified * amount) AS verified_minor,
		SUM(refund) AS refunds, SUM(refund * amount) AS refunded_minor,
		SUM((verified - refund) * amount) AS net_minor
	FROM (SELECT CASE WHEN u.role = 'patient' THEN '' ELSE COALESCE(u.id, '') END AS cashier, u.name, d.*
		FROM (` + paymentsOfDay + `) d LEFT JOIN users u ON u.id = d.recorded_by)
	WHERE {:only} = '' OR cashier = {:only} GROUP BY cashier, method ORDER BY name, cashier, method`

// newDayClose computes the day close of all cashiers; when only is not empty, of that account.
func newDayClose(app core.App, settings hospital.Settings, day time.Time, only string) (*DayClose, error) {
	c := &DayClose{
		Date: day.Format(time.DateOnly), Timezone: settings.Zone().String(),
		Currency: settings.Currency(), Exponent: settings.Exponent(), Rows: []CashierTotal{},
		SelfVerified: []SelfVerified{},
	}
	from, to := Period(day, day, settings.Zone())
	params := dbx.Params{"from": from, "to": to, "currency": c.Currency, "only": only}
	if err := app.DB().NewQuery(totalsOfDay).Bind(params).All(&c.Rows); err != nil {
		return nil, err
	}
	if err := app.DB().NewQuery(selfVerifiedOfDay).Bind(params).All(&c.SelfVerified); err != nil {
		return nil, err
	}
	for _, row := range c.Rows {
		c.Total.add(row)
	}
	return c, nil
}

func (t *CashierTotal) add(row CashierTotal) {
	t.Taken += row.Taken
	t.TakenMinor += row.TakenMinor
	t.Waiting += row.Waiting
	t.WaitingMinor += row.WaitingMinor
	t.Verified += row.Verified
	t.VerifiedMinor += row.VerifiedMinor
	t.Refunds += row.Refunds
	t.RefundedMinor += row.RefundedMinor
	t.NetMinor += row.NetMinor
}
