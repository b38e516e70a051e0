package statistics

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// Answer is the statistics of a period. docs/statistics.md says what each figure is.
type Answer struct {
	From        string       `json:"from"`
	To          string       `json:"to"`
	By          string       `json:"by"`
	Timezone    string       `json:"timezone"`
	Doctor      string       `json:"doctor"`
	Department  string       `json:"department"`
	Total       Section      `json:"total"`
	Before      Section      `json:"before"` // the period of as many days before
	Periods     []Section    `json:"periods"`
	Receivables *receivables `json:"receivables,omitempty"` // today
	NextFree    *NextFree    `json:"next_free,omitempty"`   // today
}

// Section is the figures of some days. Money has at least the currency of the hospital. Those that the role may not read are left out, and lists are of the total only.
type Section struct {
	From     string    `json:"from"`
	To       string    `json:"to"`
	Visits   *Visits   `json:"visits,omitempty"`
	Patients *Patients `json:"patients,omitempty"`
	Capacity *Capacity `json:"capacity,omitempty"`
	Money    []Money   `json:"money,omitzero"`
	Clinical *Clinical `json:"clinical,omitempty"`
}

// Visits are the figures of visitFacts.
type Visits struct {
	Total       int64          `json:"total"`
	Pending     int64          `json:"pending"`
	Approved    int64          `json:"approved"`
	Completed   int64          `json:"completed"`
	Cancelled   int64          `json:"cancelled"`
	Missed      int64          `json:"missed"`
	MissedBP    int64          `json:"missed_bp"` // of the completed and missed ones, in basis points
	Requested   int64          `json:"requested"`
	Rescheduled int64          `json:"rescheduled"`
	Waiting     Duration       `json:"waiting_minutes"`
	Length      Duration       `json:"length_minutes"`
	Approval    Duration       `json:"approval_hours"`
	Types       []Count        `json:"types,omitempty"`
	Codes       []Count        `json:"cancel_codes,omitempty"`
	Notice      []Count        `json:"cancel_notice,omitempty"`
	Hours       []HourCount    `json:"hours,omitempty"`
	Doctors     []DoctorVisits `json:"doctors,omitempty"`
	Departments []DoctorVisits `json:"departments,omitempty"`
}

// Duration is how long something took.
type Duration struct {
	Count  int64 `json:"count"`
	Median int   `json:"median"`
	P90    int   `json:"p90"`
}

// Count is how often something was, by its name.
type Count struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// HourCount is how many visits start in an hour of a weekday; Monday is 1.
type HourCount struct {
	Weekday int   `json:"weekday"`
	Hour    int   `json:"hour"`
	Count   int64 `json:"count"`
}

// DoctorVisits are the visits of a doctor or a department.
type DoctorVisits struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Booked         int64  `json:"booked"`
	Completed      int64  `json:"completed"`
	Missed         int64  `json:"missed"`
	BookedMinutes  int64  `json:"booked_minutes"`
	OfferedMinutes int64  `json:"offered_minutes"`
}

// Patients are the figures of patientFacts.
type Patients struct {
	Registered int64 `json:"registered"`
	New        int64 `json:"new"`
	Returning  int64 `json:"returning"`
}

// Capacity is how much of the time that doctors offer is booked.
type Capacity struct {
	Offered       int64 `json:"offered_minutes"`
	Booked        int64 `json:"booked_minutes"`
	UtilisationBP int64 `json:"utilisation_bp"` // in basis points; 0 if none is offered
}

// Money is the figures of moneyFacts in one currency.
type Money struct {
	Currency    string       `json:"currency"`
	Exponent    int          `json:"currency_exponent"`
	Invoices    int64        `json:"invoices"`
	Subtotal    int64        `json:"subtotal_minor"`
	Discount    int64        `json:"discount_minor"`
	Tax         int64        `json:"tax_minor"`
	Billed      int64        `json:"billed_minor"`
	Void        int64        `json:"void"`
	Voided      int64        `json:"voided_minor"`
	CreditNotes int64        `json:"credit_notes"`
	Credited    int64        `json:"credited_minor"`
	WrittenOff  int64        `json:"written_off_minor"`
	Payments    int64        `json:"payments"`
	Collected   int64        `json:"collected_minor"`
	Refunds     int64        `json:"refunds"`
	Refunded    int64        `json:"refunded_minor"`
	TaxRates    []TaxRate    `json:"tax_rates,omitempty"`
	Services    []AmountOf   `json:"services,omitempty"`
	Doctors     []AmountOf   `json:"doctors,omitempty"`
	Departments []AmountOf   `json:"departments,omitempty"`
	Methods     []NameAmount `json:"methods,omitempty"`
	Cashiers    []AmountOf   `json:"cashiers,omitempty"`
}

// TaxRate is what was billed at a rate, less what was voided and credited.
type TaxRate struct {
	RateBP int64 `json:"rate_bp"`
	Net    int64 `json:"net_minor"`
	Tax    int64 `json:"tax_minor"`
}

// AmountOf is an amount of a record.
type AmountOf struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Amount int64  `json:"amount_minor"`
}

// NameAmount is an amount by its name.
type NameAmount struct {
	Name   string `json:"name"`
	Amount int64  `json:"amount_minor"`
}

// Clinical is the figures of clinicalFacts.
type Clinical struct {
	Diagnoses []Count `json:"diagnoses"`
	Drugs     []Count `json:"drugs"`
}

// NextFree is how long patients wait for a free slot, of the doctors whom they can book.
type NextFree struct {
	Doctors    int     `json:"doctors"`
	Without    int     `json:"without"` // those who have none within the time for which patients can book
	MedianDays float64 `json:"median_days"`
	First      string  `json:"first"`
}

// maxNames is how many diagnoses, drugs and services are listed.
const maxNames = 20

func (q request) answer(app core.App, settings hospital.Settings) (a Answer, err error) {
	a = Answer{From: q.first.Format(time.DateOnly), To: q.last.Format(time.DateOnly), By: q.by,
		Timezone: q.zone.String(), Doctor: q.doctor, Department: q.department, Periods: []Section{}}
	b, err := q.builder(app, settings)
	if err != nil {
		return a, err
	}
	var total facts
	for _, part := range q.split(q.by) {
		counted, err := b.scope.read(part)
		if err != nil {
			return a, err
		}
		total.add(counted)
		a.Periods = append(a.Periods, b.section(part, counted, false))
	}
	before, err := b.scope.read(q.before())
	if err != nil {
		return a, err
	}
	a.Total, a.Before = b.section(q.span, total, true), b.section(q.before(), before, false)
	if q.has(moneySection) && b.scope.all() {
		r, err := b.scope.readReceivables(settings.Currency(), scheduling.Today(kit.Now(app), q.zone).Format(time.DateOnly))
		if err != nil {
			return a, err
		}
		a.Receivables = &r
	}
	if q.has(capacitySection) {
		a.NextFree, err = b.nextFree(app)
	}
	return a, err
}

// section is the figures of some days, with lists or without.
func (b builder) section(p span, f facts, lists bool) Section {
	s := Section{From: p.first.Format(time.DateOnly), To: p.last.Format(time.DateOnly)}
	for _, wanted := range b.sections {
		switch wanted {
		case visitsSection:
			s.Visits = b.visits(p, f.Visits, lists)
		case patientsSection:
			s.Patients = &Patients{f.Patients.Registered, f.Patients.New, f.Patients.Returning}
		case capacitySection:
			c := Capacity{Offered: b.offered(p), Booked: f.Visits.Minutes}
			c.UtilisationBP = ratioBP(c.Booked, c.Offered)
			s.Capacity = &c
		case moneySection:
			s.Money = b.money(f.Money, lists)
		case clinicalSection:
			if lists {
				s.Clinical = &Clinical{b.top(f.Clinical.Diagnoses), b.top(f.Clinical.Drugs)}
			}
		}
	}
	return s
}

func (b builder) visits(p span, f visitFacts, lists bool) *Visits {
	v := &Visits{Pending: f.Status["pending"], Approved: f.Status["approved"], Completed: f.Status["completed"],
		Cancelled: f.Status["cancelled"], Missed: f.Codes["no_show"], Requested: f.Requested, Rescheduled: f.Rescheduled,
		Waiting: durationOf(f.Waiting), Length: durationOf(f.Length), Approval: durationOf(f.Approval)}
	v.Total = v.Pending + v.Approved + v.Completed + v.Cancelled
	v.MissedBP = ratioBP(v.Missed, v.Missed+v.Completed)
	if !lists {
		return v
	}
	v.Types, v.Codes, v.Notice = countsOf(f.Types), countsOf(f.Codes), countsOf(f.Notice)
	for _, key := range slices.Sorted(maps.Keys(f.Hours)) {
		weekday, hour, _ := strings.Cut(key, " ")
		v.Hours = append(v.Hours, HourCount{number(weekday), number(hour), f.Hours[key]})
	}
	departments := map[string]doctorSum{}
	offered := map[string]int64{}
	for id, sum := range f.Doctors {
		department := b.doctors[id].Department
		minutes := b.offeredBy(id, p)
		offered[department] += minutes
		departments[department] = sum.plus(departments[department])
		v.Doctors = append(v.Doctors, sum.named(id, b.doctors[id].Name, minutes))
	}
	for id, sum := range departments {
		v.Departments = append(v.Departments, sum.named(id, b.departments[id], offered[id]))
	}
	for _, list := range [][]DoctorVisits{v.Doctors, v.Departments} {
		slices.SortFunc(list, func(x, y DoctorVisits) int {
			return cmp.Or(cmp.Compare(y.Booked, x.Booked), cmp.Compare(x.ID, y.ID))
		})
	}
	return v
}

func (s doctorSum) plus(o doctorSum) doctorSum {
	return doctorSum{s.Booked + o.Booked, s.Completed + o.Completed, s.Missed + o.Missed, s.Minutes + o.Minutes}
}

func (s doctorSum) named(id, name string, offered int64) DoctorVisits {
	return DoctorVisits{id, name, s.Booked, s.Completed, s.Missed, s.Minutes, offered}
}

func (b builder) money(f moneyFacts, lists bool) []Money {
	all := []Money{}
	currencies := map[string]bool{b.settings.Currency(): true}
	for currency := range f {
		currencies[currency] = true
	}
	for _, currency := range slices.Sorted(maps.Keys(currencies)) {
		sums := f[currency]
		n := sums.Sums
		m := Money{Currency: currency, Exponent: b.settings.ExponentOf(currency), Invoices: n["invoices"],
			Subtotal: n["subtotal"], Discount: n["discount"], Tax: n["tax"], Billed: n["billed"], Void: n["void"],
			Voided: n["voided"], CreditNotes: n["credit_notes"], Credited: n["credited"],
			WrittenOff: n["voided"] + n["credited"], Payments: n["payments"], Collected: n["collected"],
			Refunds: n["refunds"], Refunded: n["refunded"]}
		if lists {
			b.addLists(&m, sums)
		}
		all = append(all, m)
	}
	return all
}

func (b builder) addLists(m *Money, sums moneySums) {
	for _, rate := range slices.SortedFunc(maps.Keys(sums.Net), func(x, y string) int {
		return cmp.Compare(number(x), number(y))
	}) {
		m.TaxRates = append(m.TaxRates, TaxRate{int64(number(rate)), sums.Net[rate], sums.Tax[rate]})
	}
	departments := counts{}
	for id, amount := range sums.Doctors {
		departments[b.doctors[id].Department] += amount
	}
	m.Services = amountsOf(sums.Services, func(id string) string { return b.services[id] })
	m.Services = m.Services[:min(len(m.Services), maxNames)]
	m.Doctors = amountsOf(sums.Doctors, func(id string) string { return b.doctors[id].Name })
	m.Departments = amountsOf(departments, func(id string) string { return b.departments[id] })
	for _, a := range amountsOf(sums.Methods, func(string) string { return "" }) {
		m.Methods = append(m.Methods, NameAmount{a.ID, a.Amount})
	}
	if b.doctor == "" {
		m.Cashiers = amountsOf(sums.Cashiers, func(id string) string { return b.users[id] })
	}
}

// top are the most frequent, without small groups for who is not clinical.
func (b builder) top(c counts) []Count {
	all := countsOf(c)
	if !b.clinical {
		all = slices.DeleteFunc(all, func(one Count) bool { return one.Count < smallGroup })
	}
	return all[:min(len(all), maxNames)]
}

// countsOf are the counts, the largest first.
func countsOf(c counts) []Count {
	all := []Count{}
	for name, n := range c {
		all = append(all, Count{name, n})
	}
	slices.SortFunc(all, func(x, y Count) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), cmp.Compare(x.Name, y.Name))
	})
	return all
}

// amountsOf are the amounts that are not 0, the largest first.
func amountsOf(c counts, name func(id string) string) []AmountOf {
	all := []AmountOf{}
	for id, amount := range c {
		if amount != 0 {
			all = append(all, AmountOf{id, name(id), amount})
		}
	}
	slices.SortFunc(all, func(x, y AmountOf) int {
		return cmp.Or(cmp.Compare(y.Amount, x.Amount), cmp.Compare(x.ID, y.ID))
	})
	return all
}

func durationOf(h histogram) Duration {
	d := Duration{Median: h.percentile(50), P90: h.percentile(90)}
	for _, n := range h {
		d.Count += n
	}
	return d
}

// ratioBP is a share in basis points, rounded half up. It is 0 of nothing.
func ratioBP(part, all int64) int64 {
	if all == 0 {
		return 0
	}
	return (part*20_000 + all) / (2 * all)
}

// number reads a number that this package has written.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
