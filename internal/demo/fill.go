package demo

import (
	"fmt"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/fixture"
	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// filler writes the demo hospital.
type filler struct{ *fixture.Writer }

type fields = fixture.Fields

// desk is the receptionist who enters most of the demo data.
func (f filler) desk() kit.Actor {
	return kit.Actor{ID: f.ID("receptionist1"), Role: role.Receptionist}
}

// people writes the settings, the price list, the accounts, the staff with their schedules,
// and the patients.
func (f filler) people() {
	system := kit.Actor{Role: kit.System}
	f.Named("hospital", hospital.ID)
	f.Update(system, "hospital", "hospital", fields{
		"name": "Lindenhof Hospital", "address": "Lindenstraße 1, 10969 Berlin", "phone": "+49 30 5550100",
		"email": "desk@hospital.example", "timezone": "Europe/Berlin",
		"confirm_email": false, // the demo has no mail server
	})
	f.Create(system, "operator", core.CollectionNameSuperusers, fields{"email": operator, "password": Password})

	for _, s := range []struct {
		code, name string
		price      int
	}{
		{"CONSULT", "General consultation", 6_500},
		{"CONS-CARD", "Cardiology consultation", 12_000},
		{"ECG", "Electrocardiogram", 4_250},
		{"LAB-CBC", "Complete blood count", 1_990},
		{"FOLLOW-UP", "Follow-up within a month", 3_000},
	} {
		f.Create(system, s.code, "services", fields{
			"code": s.code, "name": s.name, "category": "outpatient", "price_minor": s.price, "tax_bp": 0, "active": true,
		})
	}
	for code, name := range map[string]string{"GENERAL": "General medicine", "CARD": "Cardiology", "PAED": "Paediatrics"} {
		f.Create(system, code, "departments", fields{"code": code, "name": name, "active": true})
	}
	for _, a := range accounts {
		name := a.role + "1"
		if f.ID(name) != "" {
			name = a.role + "2"
		}
		f.Create(system, name, "users", fields{
			"email": a.email, "password": Password, "name": a.name, "role": a.role, "verified": true,
		})
	}
	f.staff(system)
	f.patients()
}

func (f filler) staff(system kit.Actor) {
	f.Create(system, "dr1", "doctors", fields{
		"user": f.ID("doctor1"), "name": "Dr. Sofia Keller", "department": f.ID("GENERAL"),
		"specialization": "General medicine", "license_no": "BE-10482", "qualifications": "MD, Charité Berlin",
		"consultation": f.ID("CONSULT"), "follow_up": f.ID("FOLLOW-UP"), "follow_up_days": 30,
		"accepts_online": true, "active": true,
	})
	f.Create(system, "dr2", "doctors", fields{
		"user": f.ID("doctor2"), "name": "Dr. Emeka Obi", "department": f.ID("CARD"),
		"specialization": "Cardiology", "license_no": "BE-20957", "qualifications": "MD, FESC",
		"consultation": f.ID("CONS-CARD"), "accepts_online": true, "active": true,
	})
	for weekday := 1; weekday <= 5; weekday++ {
		for i, h := range []struct {
			doctor, from, to, room string
			slot, capacity         int
		}{
			{"dr1", "08:00", "12:00", "1.04", 30, 1},
			{"dr1", "13:00", "17:00", "1.04", 30, 1},
			{"dr2", "09:00", "15:00", "2.11", 20, 1},
		} {
			f.Create(system, fmt.Sprintf("hours%dd%d", i+1, weekday), "schedules", fields{
				"doctor": f.ID(h.doctor), "weekday": weekday, "start_time": h.from, "end_time": h.to,
				"slot_minutes": h.slot, "capacity": h.capacity, "room": h.room,
			})
		}
	}
	f.Create(system, "group", "schedules", fields{
		"doctor": f.ID("dr2"), "weekday": 3, "start_time": "16:00", "end_time": "17:00",
		"slot_minutes": 60, "capacity": 8, "room": "Gym",
	})
	f.Create(system, "ns1", "nurses", fields{
		"user": f.ID("nurse1"), "name": "Noor Haddad", "department": f.ID("GENERAL"), "license_no": "N-3341", "active": true,
	})
}

func (f filler) patients() {
	account := func(name string) kit.Actor { return kit.Actor{ID: f.ID(name), Role: role.Patient} }
	f.Create(account("patient1"), "pat1", "patients", fields{
		"user": f.ID("patient1"), "name": "Łukasz Müller", "birth_date": "1984-03-09", "sex": "male", "blood_group": "A+",
		"phone": "+49 30 5550111", "email": "patient@hospital.example", "address": "Am Markt 4, Berlin",
		"emergency_name": "Ewa Müller", "emergency_phone": "+49 30 5550112", "emergency_relation": "wife",
	})
	f.Create(account("patient1"), "kid1", "patients", fields{
		"user": f.ID("patient1"), "name": "Zoë Müller", "birth_date": "2019-11-02", "sex": "female",
	})
	f.Create(account("patient2"), "pat2", "patients", fields{
		"user": f.ID("patient2"), "name": "Grace Achieng", "birth_date": "1991-07-21", "sex": "female",
		"blood_group": "O+", "phone": "+49 30 5550121",
	})
	f.Create(f.desk(), "walkin", "patients", fields{
		"name": "Tarek Aziz", "birth_date": "1957-01-15", "sex": "male", "phone": "+49 30 5550131",
	})
	f.Create(f.desk(), "link1", "link_codes", fields{"patient": f.ID("walkin")})
	f.Create(kit.Importer, "old1", "identifiers", fields{"patient": f.ID("walkin"), "kind": "patient",
		"system": "card index", "value": "B-1957-031"})
	f.Create(kit.Importer, "olddr1", "staff_identifiers", fields{"doctor": f.ID("dr1"), "kind": "doctor",
		"system": "card index", "value": "Keller"})
	f.Create(kit.Importer, "import1", "imports", fields{"kind": "patients", "system": "card index", "lines": 1, "added": 1,
		"file": "cards.csv", "status": "done", "finished_at": time.Now()})
	f.Create(kit.Actor{Role: kit.System}, "told1", "link_notices", fields{"user": f.ID("patient1"),
		"patient": f.ID("kid1"), "kind": "linked", "status": "skipped"})
	f.webhook()
	f.Create(account("patient1"), "nomail1", "notice_preferences", fields{"user": f.ID("patient1"),
		"kind": "payment_verified", "email": false})
}

// visits writes past and future visits of every patient, each with the clock at its time.
func (f filler) visits(now time.Time) {
	patient := kit.Actor{ID: f.ID("patient1"), Role: role.Patient}
	admin := kit.Actor{ID: f.ID("admin1"), Role: role.Admin}
	accountant := kit.Actor{ID: f.ID("accountant1"), Role: role.Accountant}

	for i, past := range []struct{ patient, doctor, reason string }{
		{"pat1", "dr1", "Annual check-up"},
		{"pat2", "dr2", "Palpitations"},
		{"kid1", "dr1", "Cough for a week"},
		{"pat1", "dr2", "Blood pressure follow-up"},
	} {
		starts := workday(now, -28+7*i, 10, 0)
		name := fmt.Sprintf("done%d", i+1)
		f.At(starts.AddDate(0, 0, -3))
		f.book(f.desk(), name, past.patient, past.doctor, starts, past.reason, "new")
		f.At(starts)
		f.Update(f.desk(), name, "appointments", fields{"checked_in_at": starts})
		f.documentVisit(i+1, name, past.patient, past.doctor)
		f.Update(admin, name, "appointments", fields{"started_at": starts})
		f.At(starts.Add(25 * time.Minute))
		f.Update(admin, name, "appointments", fields{"status": "completed"})
	}
	f.pay(patient, "1", "card")
	f.pay(f.desk(), "2", "cash")
	f.Update(accountant, "paid2", "payments", fields{"status": "verified"})

	f.At(now)
	f.book(patient, "asked1", "pat1", "dr1", workday(now, 2, 10, 0), "Knee pain", "new")
	f.book(patient, "asked2", "kid1", "dr1", workday(now, 2, 11, 0), "Vaccination", "procedure")
	f.book(f.desk(), "booked1", "pat1", "dr1", workday(now, 4, 14, 30), "Blood test results", "follow_up")
	f.book(f.desk(), "booked2", "pat2", "dr2", workday(now, 3, 9, 40), "Echocardiography", "follow_up")
	f.book(f.desk(), "walk", "walkin", "dr1", workday(now, 1, 8, 30), "Wound check", "follow_up")
	f.sales(accountant)
	f.unfinished()
	f.Create(f.desk(), "away2", "time_off", fields{
		"doctor": f.ID("dr2"), "starts": workday(now, 21, 0, 0), "ends": workday(now, 24, 0, 0), "reason": "Congress",
	})
}

func (f filler) book(as kit.Actor, name, patient, doctor string, starts time.Time, reason, visitType string) {
	f.Create(as, name, "appointments", fields{
		"patient": f.ID(patient), "doctor": f.ID(doctor), "starts": starts, "reason": reason, "visit_type": visitType,
	})
}

// sales are a charge for a future visit, a draft bill without a visit, and one with a discount
// that is pending.
func (f filler) sales(accountant kit.Actor) {
	f.Create(f.desk(), "charge1", "charges", fields{"appointment": f.ID("booked2"), "service": f.ID("ECG"), "quantity": 1})
	f.Create(accountant, "draft1", "bills", fields{"patient": f.ID("pat1")})
	f.Create(accountant, "crutches1", "bill_items", fields{"bill": f.ID("draft1"), "description": "Crutches",
		"quantity": 2, "unit_minor": 1_250, "tax_bp": 1_900})
	f.Create(accountant, "sale1", "bills", fields{"patient": f.ID("pat2")})
	f.Create(accountant, "splint1", "bill_items", fields{"bill": f.ID("sale1"), "description": "Wrist splint",
		"quantity": 1, "unit_minor": 4_990, "tax_bp": 1_900})
	f.Create(accountant, "cheaper1", "discounts", fields{"bill": f.ID("sale1"), "bp": 5_000,
		"reason": "The fitting took three tries"})
}

// berlin is the zone of the demo hospital.
var berlin, _ = time.LoadLocation("Europe/Berlin") // built into the binary

// workday is a time some days from now, moved from a weekend to the next Monday.
func workday(now time.Time, days, hour, minute int) time.Time {
	year, month, day := now.In(berlin).AddDate(0, 0, days).Date()
	at := time.Date(year, month, day, hour, minute, 0, 0, berlin)
	switch at.Weekday() {
	case time.Saturday:
		return at.AddDate(0, 0, 2)
	case time.Sunday:
		return at.AddDate(0, 0, 1)
	}
	return at
}

// pay records a pending payment of the whole bill.
func (f filler) pay(as kit.Actor, n, method string) {
	bill := f.Find("bill"+n, "bills", "appointment", f.ID("done"+n))
	f.Create(as, "paid"+n, "payments", fields{"bill": bill.Id, "method": method,
		"amount_minor": bill.GetInt("total_minor"), "reference": "demo"})
}
