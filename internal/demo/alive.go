package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// alive fills the demo hospital with a year of work, and with a day that goes on while somebody looks: twelve doctors in
// five departments, two hundred patients, their visits, notes, prescriptions and bills. The same seed makes the same
// hospital, as far as its times are from now.
type alive struct {
	filler
	random   *rand.Rand
	now      time.Time
	progress func(done, all int)
	done     int
	patients []string
	busy     map[string]bool // the patients who have a visit on a day
}

// The sizes. The emergency department works around the clock, so that the hospital is alive whenever it is started.
const (
	alivePatients = 200
	pastVisits    = 300
	todaysVisits  = 40
	comingVisits  = 30
	emergencySlot = 20 // minutes
)

func (a *alive) fill() {
	a.staff()
	a.people()
	for n := range pastVisits {
		a.past(n)
	}
	a.today()
	for n := range comingVisits {
		a.coming(n)
	}
	a.At(a.now)
	a.quiet()
}

// step counts what is written, for the progress bar.
func (a *alive) step() {
	a.done++
	a.progress(a.done, alivePatients+pastVisits+todaysVisits+comingVisits)
}

func (a *alive) pick(of []string) string { return of[a.random.IntN(len(of))] }

// aliveDoctor is the short name of a doctor. The first two are those of the small demo.
func aliveDoctor(i int) string { return numbered("dr", i+3) }

// numbered is a short name with a number. Ids are filled up with zeros, so a digit must not be the last character.
func numbered(what string, n int) string { return fmt.Sprint(what, n, "x") }

func (a *alive) staff() {
	system := kit.Actor{Role: kit.System}
	for code, name := range map[string]string{"EMERGENCY": "Emergency", "ORTHO": "Orthopaedics"} {
		a.Create(system, code, "departments", fields{"code": code, "name": name, "active": true})
	}
	for i, d := range aliveDoctors {
		doctor := aliveDoctor(i)
		a.Create(system, "doctor"+doctor[2:], "users", fields{"email": fmt.Sprintf("doctor%d@hospital.example", i+3),
			"password": Password, "name": d.name, "role": "doctor", "verified": true})
		a.Create(system, doctor, "doctors", fields{"user": a.ID("doctor" + doctor[2:]), "name": d.name,
			"department": a.ID(d.department), "specialization": d.specialization, "license_no": fmt.Sprint("BE-3", 1000+i),
			"consultation": a.ID("CONSULT"), "follow_up": a.ID("FOLLOW-UP"), "follow_up_days": 30,
			"accepts_online": !d.aroundTheClock, "active": true})
		for weekday := 1; weekday <= 7; weekday++ {
			from, to, slot := "08:00", "16:00", 30
			switch {
			case d.aroundTheClock:
				from, to, slot = "00:00", "24:00", emergencySlot
			case weekday > 5:
				continue
			}
			a.Create(system, fmt.Sprintf("hours%sd%dx", doctor, weekday), "schedules", fields{"doctor": a.ID(doctor),
				"weekday": weekday, "start_time": from, "end_time": to, "slot_minutes": slot, "capacity": 1,
				"room": fmt.Sprint(1+i/4, ".", 10+i)})
		}
	}
}

func (a *alive) people() {
	a.At(a.now.AddDate(-1, 0, -7))
	for n := range alivePatients {
		name := numbered("person", n)
		sex := []string{"female", "male"}[n%2]
		born := a.now.AddDate(-1-a.random.IntN(88), -a.random.IntN(12), -a.random.IntN(28))
		a.Create(a.desk(), name, "patients", fields{"name": a.pick(givenNames) + " " + a.pick(familyNames),
			"birth_date": born.Format(time.DateOnly), "sex": sex, "phone": fmt.Sprintf("+49 30 555%04d", 2000+n),
			"blood_group": a.pick([]string{"A+", "B+", "O+", "O-", "AB+", ""}), "confirmed_distinct": true})
		a.patients = append(a.patients, name)
		a.step()
	}
}

// visit books a visit of somebody who has none on that day, and returns its name.
func (a *alive) visit(name, doctor string, starts, booked time.Time) (patient string) {
	day := starts.In(berlin).Format(time.DateOnly)
	for patient = a.pick(a.patients); a.busy[day+patient]; {
		patient = a.pick(a.patients)
	}
	a.busy[day+patient] = true
	a.At(booked)
	kind := a.pick([]string{"new", "new", "follow_up", "procedure", "telehealth"})
	reason := complaints[a.random.IntN(len(complaints))].reason
	a.book(a.desk(), name, patient, doctor, starts, reason, kind)
	a.step()
	return patient
}

// slot is a time of a doctor some days from today, in office hours; of the emergency department at any hour.
func (a *alive) slot(i, days int) (starts time.Time, ok bool) {
	d := aliveDoctors[i]
	year, month, day := a.now.In(berlin).AddDate(0, 0, days).Date()
	if d.aroundTheClock {
		return time.Date(year, month, day, a.random.IntN(24), emergencySlot*a.random.IntN(3), 0, 0, berlin), true
	}
	starts = time.Date(year, month, day, 8+a.random.IntN(8), 30*a.random.IntN(2), 0, 0, berlin)
	return starts, starts.Weekday() != time.Saturday && starts.Weekday() != time.Sunday
}

// free returns a doctor and a slot that no visit of the demo has.
func (a *alive) free(days func() int) (i int, starts time.Time) {
	for {
		i = a.random.IntN(len(aliveDoctors))
		at, ok := a.slot(i, days())
		key := aliveDoctor(i) + at.String()
		if ok && !a.busy[key] {
			a.busy[key] = true
			return i, at
		}
	}
}

// past writes a visit of the last year, with what was done, found and paid.
func (a *alive) past(n int) {
	i, starts := a.free(func() int { return -1 - a.random.IntN(360) })
	doctor := aliveDoctor(i)
	name := numbered("past", n)
	patient := a.visit(name, doctor, starts, starts.Add(-time.Duration(1+a.random.IntN(20*24))*time.Hour))
	switch a.random.IntN(20) {
	case 0:
		a.At(starts.Add(-time.Duration(a.random.IntN(60)) * time.Hour))
		a.Update(a.desk(), name, "appointments", fields{"status": "cancelled", "cancel_code": "patient"})
	case 1:
		a.At(starts.Add(40 * time.Minute))
		a.Update(a.desk(), name, "appointments", fields{"status": "cancelled", "cancel_code": "no_show"})
	default:
		a.complete(name, patient, doctor, starts)
	}
}

// complete writes what happens at a visit until it is billed and paid.
func (a *alive) complete(name, patient, doctor string, starts time.Time) {
	arrived := starts.Add(-time.Duration(a.random.IntN(20)) * time.Minute)
	if arrived.In(berlin).Day() != starts.In(berlin).Day() {
		arrived = starts
	}
	a.At(arrived)
	a.Update(a.desk(), name, "appointments", fields{"checked_in_at": arrived})
	began := starts.Add(time.Duration(a.random.IntN(15)) * time.Minute)
	a.At(began)
	a.Update(a.doctor(doctor), name, "appointments", fields{"started_at": began})
	a.document(name, patient, doctor)
	if a.random.IntN(4) == 0 {
		a.Create(a.desk(), name+"c", "charges", fields{"appointment": a.ID(name),
			"service": a.ID(a.pick([]string{"ECG", "LAB-CBC"})), "quantity": 1})
	}
	ended := began.Add(time.Duration(8+a.random.IntN(25)) * time.Minute)
	a.At(ended)
	a.Update(a.doctor(doctor), name, "appointments", fields{"status": "completed"})
	a.pay(name, ended)
}

// document writes the vitals of a visit, and of every second one its notes and what was prescribed.
func (a *alive) document(name, patient, doctor string) {
	found := complaints[a.random.IntN(len(complaints))]
	a.Create(a.nurse(), name+"v", "vitals", fields{"patient": a.ID(patient), "appointment": a.ID(name),
		"systolic": 110 + a.random.IntN(45), "diastolic": 65 + a.random.IntN(30), "pulse": 58 + a.random.IntN(40),
		"weight_g": 1000 * (50 + a.random.IntN(50))})
	if a.random.IntN(2) == 0 || found.condition == "" {
		return
	}
	as := a.doctor(doctor)
	encounter := a.Find(name+"e", "encounters", "appointment", a.ID(name))
	a.Create(as, name+"d", "conditions", fields{"patient": a.ID(patient), "encounter": encounter.Id,
		"text": found.condition, "code": found.code, "certainty": "confirmed"})
	a.Update(as, name+"e", "encounters", fields{"complaint": found.reason, "notes": "As expected.",
		"assessment": found.condition, "status": "signed"})
	if found.drug != "" {
		a.Create(as, name+"p", "prescriptions", fields{"appointment": a.ID(name)})
		a.Create(as, name+"i", "prescription_items", fields{"prescription": a.ID(name + "p"), "drug": found.drug,
			"strength": found.strength, "frequency": found.frequency})
		a.Update(as, name+"p", "prescriptions", fields{"status": "issued",
			"override_reason": "The patient knows it."})
	}
}

// pay pays most bills within some weeks, if that is over.
func (a *alive) pay(name string, ended time.Time) {
	paid := ended.Add(time.Duration(a.random.IntN(30*24)) * time.Hour)
	bill := a.Find(name+"b", "bills", "appointment", a.ID(name))
	if total := bill.GetInt("total_minor"); a.random.IntN(8) > 0 && paid.Before(a.now) && total > 0 {
		a.At(paid)
		a.Create(a.desk(), name+"m", "payments", fields{"bill": bill.Id, "amount_minor": total,
			"method": a.pick([]string{"cash", "card", "transfer"}), "reference": "demo " + name})
		a.Update(kit.Actor{ID: a.ID("accountant1"), Role: role.Accountant}, name+"m", "payments", fields{"status": "verified"})
	}
}

// today writes the visits of the day: those before now are over, the last ones are going on, and the rest is to come.
func (a *alive) today() {
	for n := range todaysVisits {
		name := numbered("today", n)
		// from five hours ago until five hours from now, if that is today
		doctor, starts := a.around(time.Duration(n-todaysVisits/2) * 15 * time.Minute)
		if starts.IsZero() {
			a.step()
			continue
		}
		patient := a.visit(name, doctor, starts, starts.Add(-time.Duration(2+a.random.IntN(100))*time.Hour))
		switch age := a.now.Sub(starts); {
		case age > 45*time.Minute && n%7 == 3:
			a.At(starts.Add(40 * time.Minute))
			a.Update(a.desk(), name, "appointments", fields{"status": "cancelled", "cancel_code": "no_show"})
		case age > 45*time.Minute:
			a.complete(name, patient, doctor, starts)
		case age > 15*time.Minute: // in visit
			a.At(starts)
			a.Update(a.desk(), name, "appointments", fields{"checked_in_at": starts})
			a.Update(a.doctor(doctor), name, "appointments", fields{"started_at": starts})
		case age > -20*time.Minute: // waiting
			a.At(a.now)
			a.Update(a.desk(), name, "appointments", fields{"checked_in_at": a.now})
		}
	}
}

// around is a free slot of the emergency department at a time from now. It is the zero time if that is another day.
func (a *alive) around(from time.Duration) (doctor string, starts time.Time) {
	starts = a.now.Add(from).In(berlin).Truncate(emergencySlot * time.Minute)
	if starts.Format(time.DateOnly) != a.now.In(berlin).Format(time.DateOnly) {
		starts = a.now.Add(-from).In(berlin).Truncate(emergencySlot * time.Minute) // the other side of now
	}
	for i, d := range aliveDoctors {
		if key := aliveDoctor(i) + starts.String(); d.aroundTheClock && !a.busy[key] {
			a.busy[key] = true
			return aliveDoctor(i), starts
		}
	}
	return "", time.Time{}
}

// coming writes visits of the next two weeks, and requests of patients with an account.
func (a *alive) coming(n int) {
	i, starts := a.free(func() int { return 1 + a.random.IntN(13) })
	doctor := aliveDoctor(i)
	name := numbered("coming", n)
	if n%5 != 0 {
		a.visit(name, doctor, starts, a.now)
		return
	}
	a.At(a.now)
	a.step()
	patient := []string{"patient1", "patient2"}[n/5%2]
	record := map[string]string{"patient1": "kid1", "patient2": "pat2"}[patient]
	if day := starts.In(berlin).Format(time.DateOnly); !a.busy[day+record] && !aliveDoctors[i].aroundTheClock {
		a.busy[day+record] = true
		a.book(kit.Actor{ID: a.ID(patient), Role: role.Patient}, name, record, doctor, starts, "Pain in the knee", "new")
	}
}

// quiet marks the messages of the past as sent or not needed, so that the server does not deliver a year at its start.
func (a *alive) quiet() {
	a.SQL(`UPDATE notices SET status = CASE channel WHEN 'portal' THEN 'sent' ELSE 'skipped' END,
		sent_at = CASE channel WHEN 'portal' THEN next_try_at ELSE '' END, seen = 1
		WHERE next_try_at < '` + kit.FormatInstant(a.now.Add(-time.Hour)) + `' AND status = 'pending'`)
}
