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
