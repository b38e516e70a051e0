package statistics_test

import (
	"fmt"
	"slices"
	"time"
)

// figures are numbers of an answer by their place, such as "visits.completed" or "money.EUR.doctors.dr1".
type figures map[string]int64

// recount counts a year again, without SQL, for the days from first to last and one doctor or all.
func (y *year) recount(first, last, doctor string) figures {
	f := figures{}
	in := func(at time.Time) bool {
		day := at.In(y.zone).Format(time.DateOnly)
		return !at.IsZero() && first <= day && day <= last
	}
	of := func(d string) bool { return doctor == "" || d == doctor }
	y.recountVisits(f, in, of)
	for at, d := range y.moves {
		if in(at) && of(d) {
			f["visits.rescheduled"]++
		}
	}
	y.recountMoney(f, in, of)
	for _, c := range y.conditions {
		if in(c.at) && of(c.doctor) && c.state != "entered_in_error" && c.certainty != "refuted" {
			f["clinical.diagnoses."+c.name]++
		}
	}
	for _, d := range y.drugs {
		if in(d.at) && of(d.doctor) {
			f["clinical.drugs."+d.name]++
		}
	}
	return f
}

func (y *year) recountVisits(f figures, in func(time.Time) bool, of func(string) bool) {
	seen := map[string]bool{"pat1": true, "pat2": true} // the hospital of the tests has a completed visit of both
	inOrder := slices.Clone(y.visits)
	slices.SortStableFunc(inOrder, func(a, b visit) int { return a.starts.Compare(b.starts) })
	var waiting, length, approval []int
	for i := 0; i < len(inOrder); {
		j := i
		for j < len(inOrder) && inOrder[j].starts.Equal(inOrder[i].starts) {
			j++
		}
		for _, v := range inOrder[i:j] {
			if !in(v.starts) || !of(v.doctor) {
				continue
			}
			f["visits.total"]++
			f["visits."+v.status]++
			f["visits.types."+v.kind]++
			if !v.requested.IsZero() {
				f["visits.requested"]++
				if !v.approved.IsZero() {
					approval = append(approval, int(v.approved.Sub(v.requested)/time.Hour))
				}
			}
			if v.status == "cancelled" {
				f["visits.cancel_codes."+v.code]++
				if v.code == "no_show" {
					f["visits.missed"]++
					f["visits.doctors."+v.doctor+".missed"]++
				}
				if v.code == "patient" {
					hours := v.starts.Sub(v.cancelled).Hours()
					switch {
					case hours < 24:
						f["visits.cancel_notice.under_24h"]++
					case hours < 72:
						f["visits.cancel_notice.under_72h"]++
					default:
						f["visits.cancel_notice.earlier"]++
					}
				}
				continue
			}
			local := v.starts.In(y.zone)
			weekday := int(local.Weekday())
			if weekday == 0 {
				weekday = 7
			}
			f[fmt.Sprintf("visits.hours.%d.%d", weekday, local.Hour())]++
			minutes := int64(v.ends.Sub(v.starts) / time.Minute)
			f["capacity.booked_minutes"] += minutes
			f["visits.doctors."+v.doctor+".booked"]++
			f["visits.doctors."+v.doctor+".booked_minutes"] += minutes
			if v.status == "completed" {
				f["visits.doctors."+v.doctor+".completed"]++
				if seen[v.patient] {
					f["patients.returning"]++
				} else {
					f["patients.new"]++
				}
				if !v.checkedIn.IsZero() {
					waiting = append(waiting, int(v.started.Sub(v.checkedIn)/time.Minute))
				}
				length = append(length, int(v.completed.Sub(v.started)/time.Minute))
			}
		}
		for _, v := range inOrder[i:j] {
			if v.status == "completed" {
				seen[v.patient] = true
			}
		}
		i = j
	}
	for name, all := range map[string][]int{"waiting_minutes": waiting, "length_minutes": length, "approval_hours": approval} {
		slices.Sort(all)
		if n := len(all); n > 0 {
			f["visits."+name+".count"] = int64(n)
			f["visits."+name+".median"] = int64(all[(n+1)/2-1])
			f["visits."+name+".p90"] = int64(all[(9*n+9)/10-1])
		}
	}
}

func (y *year) recountMoney(f figures, in func(time.Time) bool, of func(string) bool) {
	doctors, currencies := map[string]string{}, map[string]string{}
	for _, b := range y.bills {
		doctors[b.id], currencies[b.id] = b.doctor, b.currency
		if !of(b.doctor) {
			continue
		}
		add := func(number, sum string, sign int64) {
			place := "money." + b.currency + "."
			f[place+number]++
			for _, l := range b.lines {
				total := l.net + l.tax
				f[place+sum] += total
				f[fmt.Sprint(place, "tax_rates.", l.rate, ".net_minor")] += sign * l.net
				f[fmt.Sprint(place, "tax_rates.", l.rate, ".tax_minor")] += sign * l.tax
				f[place+"services."+l.service] += sign * total
				f[place+"doctors."+b.doctor] += sign * total
				if number == "invoices" {
					f[place+"subtotal_minor"] += l.before
					f[place+"discount_minor"] += l.discount
					f[place+"tax_minor"] += l.tax
				} else {
					f[place+"written_off_minor"] += total
				}
			}
		}
		if in(b.issued) && b.kind == "invoice" {
			add("invoices", "billed_minor", 1)
		}
		if in(b.issued) && b.kind == "credit_note" {
			add("credit_notes", "credited_minor", -1)
		}
		if in(b.voided) {
			add("void", "voided_minor", -1)
		}
	}
	for _, p := range y.payments {
		if p.status != "verified" || !in(p.decided) || !of(doctors[p.bill]) {
			continue
		}
		place, sign := "money."+currencies[p.bill]+".", int64(1)
		if p.kind == "refund" {
			f[place+"refunds"]++
			f[place+"refunded_minor"] += p.amount
			sign = -1
		} else {
			f[place+"payments"]++
			f[place+"collected_minor"] += p.amount
		}
		f[place+"methods."+p.method] += sign * p.amount
		f[place+"cashiers."+p.cashier] += sign * p.amount
	}
}
