package reports

import (
	"cmp"
	"encoding/json"
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/billing"
)

// Statistics are the sums of the books of a period, and the balances that are open today.
type Statistics struct {
	From        string       `json:"from"`
	To          string       `json:"to"`
	By          string       `json:"by"`
	Timezone    string       `json:"timezone"`
	Currency    string       `json:"currency"`
	Exponent    int          `json:"currency_exponent"`
	Total       Figures      `json:"total"`
	Periods     []Figures    `json:"periods"`
	Methods     []Method     `json:"methods"`
	Outstanding money.Amount `json:"outstanding_minor"` // of all bills
	Overdue     money.Amount `json:"overdue_minor"`     // the part of it that was due before today
	Owed        money.Amount `json:"owed_minor"`        // by the hospital, to patients
}

// Figures are the sums of one period. Each entry counts on the day of its event: an
// invoice that is voided later counts as an invoice on the day of issue, and as void on
// the later day.
type Figures struct {
	From           string       `json:"from" db:"-"`
	To             string       `json:"to" db:"-"`
	Invoices       int          `json:"invoices"`
	SubtotalMinor  money.Amount `json:"subtotal_minor"`
	DiscountMinor  money.Amount `json:"discount_minor"`
	TaxMinor       money.Amount `json:"tax_minor"`
	BilledMinor    money.Amount `json:"billed_minor"`
	Voided         int          `json:"voided"`
	VoidedTaxMinor money.Amount `json:"voided_tax_minor"`
	VoidedMinor    money.Amount `json:"voided_minor"`
	CreditNotes    int          `json:"credit_notes"`
	CreditedTax    money.Amount `json:"credited_tax_minor"`
	CreditedMinor  money.Amount `json:"credited_minor"`
	Payments       int          `json:"payments"`
	PaidMinor      money.Amount `json:"paid_minor"`
	Refunds        int          `json:"refunds"`
	RefundedMinor  money.Amount `json:"refunded_minor"`
}

// Method is what was paid and refunded by one payment method.
type Method struct {
	Method        string       `json:"method"`
	Payments      int          `json:"payments"`
	PaidMinor     money.Amount `json:"paid_minor"`
	Refunds       int          `json:"refunds"`
	RefundedMinor money.Amount `json:"refunded_minor"`
}

func statistics(r *kit.Request) error {
	b, err := readBooks(r)
	if err != nil {
		return err
	}
	by := cmp.Or(r.Request.URL.Query().Get("by"), "month")
	if by != "day" && by != "month" {
		return kit.Invalid("by", "unknown_period", "This must be day or month.")
	}
	s, err := b.statistics(r.App, by)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, s)
}

// statistics reads the sums by day or month.
func (b books) statistics(app core.App, by string) (*Statistics, error) {
	zone := b.settings.Zone()
	s := &Statistics{
		From: b.first.Format(time.DateOnly), To: b.last.Format(time.DateOnly), By: by, Timezone: zone.String(),
		Currency: b.settings.Currency(), Exponent: b.settings.Exponent(), Periods: []Figures{}, Methods: []Method{},
	}
	var instants [][2]string // from and to of each period
	for _, p := range b.periods(by) {
		from, to := billing.Period(p.first, p.last, zone)
		instants = append(instants, [2]string{from, to})
		s.Periods = append(s.Periods, Figures{From: p.first.Format(time.DateOnly), To: p.last.Format(time.DateOnly)})
	}
	periods, err := json.Marshal(instants)
	if err != nil {
		return nil, err
	}
	params := dbx.Params{
		"periods": string(periods), "currency": s.Currency, "from": b.from, "to": b.to,
		"today": kit.Now(app).In(zone).Format(time.DateOnly),
	}
	var rows []struct {
		Nth int
		Figures
	}
	if err := app.DB().NewQuery(figuresByPeriod).Bind(params).All(&rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		s.Periods[r.Nth].add(r.Figures)
		s.Total.add(r.Figures)
	}
	s.Total.From, s.Total.To = s.From, s.To
	if err := app.DB().NewQuery(sumsByMethod).Bind(params).All(&s.Methods); err != nil {
		return nil, err
	}
	return s, app.DB().NewQuery(openBalances).Bind(params).Row(&s.Outstanding, &s.Overdue, &s.Owed)
}

type period struct{ first, last time.Time }

// periods are the days of the books, or the months, cut at the first and the last day.
func (b books) periods(by string) (periods []period) {
	for day := b.first; !day.After(b.last); {
		next := day.AddDate(0, 0, 1)
		if by == "month" {
			next = time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		}
		last := next.AddDate(0, 0, -1)
		if last.After(b.last) {
			last = b.last
		}
		periods = append(periods, period{day, last})
		day = next
	}
	return periods
}

func (f *Figures) add(o Figures) {
	f.Invoices += o.Invoices
	f.SubtotalMinor += o.SubtotalMinor
	f.DiscountMinor += o.DiscountMinor
	f.TaxMinor += o.TaxMinor
	f.BilledMinor += o.BilledMinor
	f.Voided += o.Voided
	f.VoidedTaxMinor += o.VoidedTaxMinor
	f.VoidedMinor += o.VoidedMinor
	f.CreditNotes += o.CreditNotes
	f.CreditedTax += o.CreditedTax
	f.CreditedMinor += o.CreditedMinor
	f.Payments += o.Payments
	f.PaidMinor += o.PaidMinor
	f.Refunds += o.Refunds
	f.RefundedMinor += o.RefundedMinor
}

// figuresByPeriod are the figures of each period in three parts: the bills that were
// issued in it, those that were voided in it, and the payments that were verified in it.
// An index finds each part.
const figuresByPeriod = `
	WITH periods AS MATERIALIZED (
		SELECT key AS nth, value ->> 0 AS lo, value ->> 1 AS hi FROM json_each({:periods}))
	SELECT nth,
		SUM(kind = 'invoice') AS invoices,
		SUM((kind = 'invoice') * CAST(subtotal_minor AS INTEGER)) AS subtotal_minor,
		SUM((kind = 'invoice') * CAST(discount_minor AS INTEGER)) AS discount_minor,
		SUM((kind = 'invoice') * CAST(tax_minor AS INTEGER)) AS tax_minor,
		SUM((kind = 'invoice') * CAST(total_minor AS INTEGER)) AS billed_minor,
		0 AS voided, 0 AS voided_tax_minor, 0 AS voided_minor,
		SUM(kind = 'credit_note') AS credit_notes,
		SUM((kind = 'credit_note') * CAST(tax_minor AS INTEGER)) AS credited_tax,
		SUM((kind = 'credit_note') * CAST(total_minor AS INTEGER)) AS credited_minor,
		0 AS payments, 0 AS paid_minor, 0 AS refunds, 0 AS refunded_minor
	FROM periods CROSS JOIN bills
	WHERE issued_at >= lo AND issued_at < hi AND currency = {:currency} GROUP BY nth
	UNION ALL SELECT nth, 0, 0, 0, 0, 0,
		COUNT(*), SUM(CAST(tax_minor AS INTEGER)), SUM(CAST(total_minor AS INTEGER)), 0, 0, 0, 0, 0, 0, 0
	FROM periods CROSS JOIN bills
	WHERE voided_at >= lo AND voided_at < hi AND voided_at != '' AND issued_at != '' AND currency = {:currency}
	GROUP BY nth
	UNION ALL SELECT nth, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		SUM(kind = 'payment'), SUM((kind = 'payment') * CAST(amount_minor AS INTEGER)),
		SUM(kind = 'refund'), SUM((kind = 'refund') * CAST(amount_minor AS INTEGER))
	FROM periods CROSS JOIN payments
	WHERE status = 'verified' AND decided_at >= lo AND decided_at < hi AND currency = {:currency} GROUP BY nth`

const sumsByMethod = `
	SELECT method,
		SUM(kind = 'payment') AS payments, SUM((kind = 'payment') * CAST(amount_minor AS INTEGER)) AS paid_minor,
		SUM(kind = 'refund') AS refunds, SUM((kind = 'refund') * CAST(amount_minor AS INTEGER)) AS refunded_minor
	FROM payments
	WHERE status = 'verified' AND decided_at >= {:from} AND decided_at < {:to} AND currency = {:currency}
	GROUP BY method ORDER BY method`

// openBalances are the balances that are open today. A partial index holds only the
// bills that have one.
const openBalances = `
	SELECT CAST(COALESCE(SUM(MAX(balance_minor, 0)), 0) AS INTEGER),
		CAST(COALESCE(SUM((due_on != '' AND due_on < {:today}) * MAX(balance_minor, 0)), 0) AS INTEGER),
		CAST(COALESCE(SUM(MAX(-balance_minor, 0)), 0) AS INTEGER)
	FROM bills WHERE currency = {:currency} AND balance_minor != 0`
