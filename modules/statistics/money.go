package statistics

import (
	"strconv"

	"github.com/pocketbase/dbx"

	"hospital/modules/billing"
)

// moneyFacts are about bills and payments, in minor units, by currency. Each entry counts on the day of its event: an
// invoice that is voided later counts as billed on the day of issue, and as voided on the later day. An amount is with
// tax unless it says otherwise.
//
//   - Sums: invoices and billed (issued invoices: how many, and their totals), subtotal (before discount and tax),
//     discount, tax; void and voided (how many, totals); credit_notes and credited; payments and collected, refunds and
//     refunded (verified ones). Written off is what was voided and credited.
//   - Net: by tax rate in basis points, what was billed without tax, less what was voided and credited. Tax: the tax.
//   - Services: by service, what was billed less what was voided and credited. Lines without a service are under "".
//   - Doctors: the same by doctor of the visit. Sales without a visit are under "".
//   - Methods: by payment method, what was collected less what was refunded. Cashiers: by who recorded it.
type moneyFacts map[string]moneySums

type moneySums struct {
	Sums     counts `json:"sums,omitempty"`
	Net      counts `json:"net,omitempty"`
	Tax      counts `json:"tax,omitempty"`
	Services counts `json:"services,omitempty"`
	Doctors  counts `json:"doctors,omitempty"`
	Methods  counts `json:"methods,omitempty"`
	Cashiers counts `json:"cashiers,omitempty"`
}

func (f *moneyFacts) add(other moneyFacts) {
	for currency, sums := range other {
		f.of(currency, func(m *moneySums) {
			m.Sums.add(sums.Sums)
			m.Net.add(sums.Net)
			m.Tax.add(sums.Tax)
			m.Services.add(sums.Services)
			m.Doctors.add(sums.Doctors)
			m.Methods.add(sums.Methods)
			m.Cashiers.add(sums.Cashiers)
		})
	}
}

// of changes the sums of a currency.
func (f *moneyFacts) of(currency string, change func(m *moneySums)) {
	if *f == nil {
		*f = moneyFacts{}
	}
	sums := (*f)[currency]
	change(&sums)
	(*f)[currency] = sums
}

// entries are the bills that were issued or voided in a period, each with the sign of its amounts. A credit note is of
// the doctor of the bill that it credits.
func (s scope) entries() string {
	return `WITH entries AS MATERIALIZED (
		SELECT b.id, b.kind AS entry, CASE b.kind WHEN 'credit_note' THEN -1 ELSE 1 END AS sign, b.currency,
			b.subtotal_minor, b.discount_minor, b.tax_minor, b.total_minor,
			CASE b.kind WHEN 'credit_note' THEN COALESCE(o.doctor, '') ELSE b.doctor END AS doctor
		FROM bills b LEFT JOIN bills o ON o.id = b.original
		WHERE b.issued_at >= {:from} AND b.issued_at < {:to}
		UNION ALL
		SELECT b.id, '` + billing.VoidEntry + `', -1, b.currency, b.subtotal_minor, b.discount_minor, b.tax_minor,
			b.total_minor, b.doctor
		FROM bills b WHERE b.voided_at != '' AND b.issued_at != '' AND b.voided_at >= {:from} AND b.voided_at < {:to})`
}

func (s scope) countMoney(p span) (f moneyFacts, err error) {
	for _, count := range []func(span, *moneyFacts) error{s.countBills, s.countLines, s.countPayments} {
		if err := count(p, &f); err != nil {
			return f, err
		}
	}
	return f, nil
}

// entryNames are the names of the number and the sum of each kind of entry.
var entryNames = map[string][2]string{
	string(billing.Invoice):     {"invoices", "billed"},
	string(billing.CreditNote):  {"credit_notes", "credited"},
	billing.VoidEntry:           {"void", "voided"},
	string(billing.KindPayment): {"payments", "collected"},
	string(billing.KindRefund):  {"refunds", "refunded"},
}

func (s scope) countBills(p span, f *moneyFacts) error {
	var rows []struct {
		Entry, Currency, Doctor                 string
		N, Sign, Subtotal, Discount, Tax, Total int64
	}
	err := s.app.DB().NewQuery(s.entries() + `
		SELECT entry, currency, doctor, sign, COUNT(*) AS n, SUM(CAST(subtotal_minor AS INTEGER)) AS subtotal,
			SUM(CAST(discount_minor AS INTEGER)) AS discount, SUM(CAST(tax_minor AS INTEGER)) AS tax,
			SUM(CAST(total_minor AS INTEGER)) AS total
		FROM entries WHERE TRUE` + s.ofDoctors("doctor") + ` GROUP BY entry, currency, doctor, sign`).
		Bind(s.params(p)).All(&rows)
	for _, r := range rows {
		f.of(r.Currency, func(m *moneySums) {
			names := entryNames[r.Entry]
			m.Sums.count(names[0], r.N)
			m.Sums.count(names[1], r.Total)
			if r.Entry == string(billing.Invoice) {
				m.Sums.count("subtotal", r.Subtotal)
				m.Sums.count("discount", r.Discount)
				m.Sums.count("tax", r.Tax)
			}
			m.Doctors.count(r.Doctor, r.Sign*r.Total)
		})
	}
	return err
}

func (s scope) countLines(p span, f *moneyFacts) error {
	var rows []struct {
		Currency, Service string
		Rate, Tax, Total  int64
	}
	err := s.app.DB().NewQuery(s.entries() + `
		SELECT e.currency, i.service, CAST(i.tax_bp AS INTEGER) AS rate,
			SUM(e.sign * CAST(i.tax_minor AS INTEGER)) AS tax, SUM(e.sign * CAST(i.total_minor AS INTEGER)) AS total
		FROM entries e CROSS JOIN bill_items i ON i.bill = e.id
		WHERE TRUE` + s.ofDoctors("e.doctor") + ` GROUP BY e.currency, i.service, rate`).Bind(s.params(p)).All(&rows)
	for _, r := range rows {
		rate := strconv.FormatInt(r.Rate, 10)
		f.of(r.Currency, func(m *moneySums) {
			m.Net.count(rate, r.Total-r.Tax)
			m.Tax.count(rate, r.Tax)
			m.Services.count(r.Service, r.Total)
		})
	}
	return err
}

func (s scope) countPayments(p span, f *moneyFacts) error {
	var rows []struct {
		Kind, Currency, Method, Cashier string
		N, Amount                       int64
	}
	ofDoctors := ""
	if !s.all() {
		ofDoctors = "JOIN bills b ON b.id = p.bill"
	}
	err := s.app.DB().NewQuery(`
		SELECT p.kind, p.currency, p.method, p.recorded_by AS cashier, COUNT(*) AS n,
			SUM(CAST(p.amount_minor AS INTEGER)) AS amount
		FROM payments p ` + ofDoctors + ` WHERE p.status = 'verified' AND p.decided_at >= {:from} AND p.decided_at < {:to}` +
		s.ofDoctors("b.doctor") + ` GROUP BY p.kind, p.currency, p.method, cashier`).Bind(s.params(p)).All(&rows)
	for _, r := range rows {
		f.of(r.Currency, func(m *moneySums) {
			names := entryNames[r.Kind]
			m.Sums.count(names[0], r.N)
			m.Sums.count(names[1], r.Amount)
			amount := r.Amount
			if r.Kind == string(billing.KindRefund) {
				amount = -amount
			}
			m.Methods.count(r.Method, amount)
			m.Cashiers.count(r.Cashier, amount)
		})
	}
	return err
}

// receivables are what patients have still to pay today, by the days since it was due.
type receivables struct {
	Total    int64 `json:"total_minor"`
	NotDue   int64 `json:"not_due_minor"`
	Days30   int64 `json:"days_1_to_30_minor"`
	Days60   int64 `json:"days_31_to_60_minor"`
	Days90   int64 `json:"days_61_to_90_minor"`
	Older    int64 `json:"days_over_90_minor"`
	ToRefund int64 `json:"to_refund_minor"` // what the hospital owes to patients
}

// readReceivables adds up the balances that billing keeps by the day on which they are due.
func (s scope) readReceivables(currency, today string) (r receivables, err error) {
	err = s.app.DB().NewQuery(`
		WITH open AS (SELECT CAST(outstanding_minor AS INTEGER) AS due, CAST(owed_minor AS INTEGER) AS owed,
			CASE WHEN due_on = '' THEN 0 ELSE CAST(julianday({:today}) - julianday(due_on) AS INTEGER) END AS late
			FROM open_balances WHERE currency = {:currency})
		SELECT COALESCE(SUM(due), 0), COALESCE(SUM((late <= 0) * due), 0), COALESCE(SUM((late BETWEEN 1 AND 30) * due), 0),
			COALESCE(SUM((late BETWEEN 31 AND 60) * due), 0), COALESCE(SUM((late BETWEEN 61 AND 90) * due), 0),
			COALESCE(SUM((late > 90) * due), 0), COALESCE(SUM(owed), 0)
		FROM open`).Bind(dbx.Params{"currency": currency, "today": today}).
		Row(&r.Total, &r.NotDue, &r.Days30, &r.Days60, &r.Days90, &r.Older, &r.ToRefund)
	return r, err
}
