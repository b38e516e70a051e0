package reports

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
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
	From           string       `json:"from"`
	To             string       `json:"to"`
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
		"periods": string(periods), "currency": s.Currency,
		"today": kit.Now(app).In(zone).Format(time.DateOnly),
	}
	var rows []sum
	if err := app.DB().NewQuery(sumsByPeriod).Bind(params).All(&rows); err != nil {
		return nil, err
	}
	methods := map[string]*Method{}
	for _, row := range rows {
		s.Periods[row.Nth].add(row)
		s.Total.add(row)
		if row.Method != "" && methods[row.Method] == nil {
			methods[row.Method] = &Method{Method: row.Method}
		}
		if row.Method != "" {
			methods[row.Method].add(row)
		}
	}
	s.Total.From, s.Total.To = s.From, s.To
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		s.Methods = append(s.Methods, *methods[name])
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

// sum is what one kind of entry comes to in a period. Bills have no method.
type sum struct {
	Nth           int
	Entry         string
	Method        string
	Entries       int
	SubtotalMinor money.Amount
	DiscountMinor money.Amount
	TaxMinor      money.Amount
	TotalMinor    money.Amount
}

func (f *Figures) add(s sum) {
	switch s.Entry {
	case string(billing.Invoice):
		f.Invoices += s.Entries
		f.SubtotalMinor += s.SubtotalMinor
		f.DiscountMinor += s.DiscountMinor
		f.TaxMinor += s.TaxMinor
		f.BilledMinor += s.TotalMinor
	case string(billing.CreditNote):
		f.CreditNotes += s.Entries
		f.CreditedTax += s.TaxMinor
		f.CreditedMinor += s.TotalMinor
	case billing.VoidEntry:
		f.Voided += s.Entries
		f.VoidedTaxMinor += s.TaxMinor
		f.VoidedMinor += s.TotalMinor
	case string(billing.KindPayment):
		f.Payments += s.Entries
		f.PaidMinor += s.TotalMinor
	case string(billing.KindRefund):
		f.Refunds += s.Entries
		f.RefundedMinor += s.TotalMinor
	}
}

func (m *Method) add(s sum) {
	switch s.Entry {
	case string(billing.KindPayment):
		m.Payments += s.Entries
		m.PaidMinor += s.TotalMinor
	case string(billing.KindRefund):
		m.Refunds += s.Entries
		m.RefundedMinor += s.TotalMinor
	}
}

// sumsByPeriod adds up the sums that billing keeps. Entries that were taken out again leave a sum of 0.
const sumsByPeriod = `
	WITH periods AS MATERIALIZED (
		SELECT key AS nth, value ->> 0 AS lo, value ->> 1 AS hi FROM json_each({:periods}))
	SELECT nth, entry, method, SUM(entries) AS entries,
		SUM(CAST(subtotal_minor AS INTEGER)) AS subtotal_minor, SUM(CAST(discount_minor AS INTEGER)) AS discount_minor,
		SUM(CAST(tax_minor AS INTEGER)) AS tax_minor, SUM(CAST(total_minor AS INTEGER)) AS total_minor
	FROM periods CROSS JOIN billing_sums
	WHERE currency = {:currency} AND starts >= lo AND starts < hi AND entries != 0
	GROUP BY nth, entry, method`

// openBalances are the balances that are open today, of the days on which they are due.
const openBalances = `
	SELECT CAST(COALESCE(SUM(outstanding_minor), 0) AS INTEGER),
		CAST(COALESCE(SUM((due_on != '' AND due_on < {:today}) * outstanding_minor), 0) AS INTEGER),
		CAST(COALESCE(SUM(owed_minor), 0) AS INTEGER)
	FROM open_balances WHERE currency = {:currency}`
