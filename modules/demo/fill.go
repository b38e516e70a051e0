package demo

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/hospital"
	"hospital/modules/kit"
	"hospital/modules/seed"
)

// filler writes the demo hospital.
type filler struct{ *seed.Writer }

type fields = seed.Fields

// desk is who enters the demo data.
func (f filler) desk() kit.Actor {
	return kit.Actor{ID: f.ID("receptionist"), Role: kit.Receptionist}
}

func (f filler) people() {
	system := kit.Actor{Role: kit.System}
	f.Named("hospital", hospital.ID)
	f.Update(system, "hospital", "hospital", fields{"name": "Lindenhof Hospital", "address": "Lindenstraße 1, 10969 Berlin",
		"phone": "+49 30 5550100", "email": "desk@hospital.example", "timezone": "Europe/Berlin"})
	f.Create(system, operator, core.CollectionNameSuperusers, fields{"email": operator, "password": Password})

	for _, s := range []struct {
		code, name string
		price      int
	}{{"CONS-GEN", "General consultation", 6_500}, {"CONS-CARD", "Cardiology consultation", 12_000}, {"ECG", "Electrocardiogram", 4_250}, {"LAB-CBC", "Complete blood count", 1_990}} {
		f.Create(system, s.code, "services", fields{"code": s.code, "name": s.name, "category": "outpatient", "price_minor": s.price, "tax_bp": 0, "active": true})
	}
	for code, name := range map[string]string{"GEN": "General medicine", "CARD": "Cardiology", "PAED": "Paediatrics"} {
		f.Create(system, code, "departments", fields{"code": code, "name": name, "active": true})
	}

	for _, a := range accounts {
		name := a.role
		if f.ID(name) != "" {
			name += "2"
		}
		f.Create(system, name, "users", fields{"email": a.email, "password": Password, "name": a.name, "role": a.role, "verified": true})
	}
	f.Create(system, "keller", "doctors", fields{"user": f.ID("doctor"), "name": "Dr. Sofia Keller", "department": f.ID("GEN"), "specialization": "General medicine",
		"license_no": "BE-10482", "qualifications": "MD, Charité Berlin", "consultation": f.ID("CONS-GEN"), "accepts_online": true, "active": true})
	f.Create(system, "obi", "doctors", fields{"user": f.ID("doctor2"), "name": "Dr. Emeka Obi", "department": f.ID("CARD"), "specialization": "Cardiology",
		"license_no": "BE-20957", "qualifications": "MD, FESC", "consultation": f.ID("CONS-CARD"), "accepts_online": true, "active": true})
	f.Create(system, "haddad", "nurses", fields{"user": f.ID("nurse"), "name": "Noor Haddad", "department": f.ID("GEN"), "license_no": "N-3341", "active": true})

	f.Create(f.desk(), "łukasz", "patients", fields{"user": f.ID("patient"), "name": "Łukasz Müller", "birth_date": "1984-03-09", "sex": "male", "blood_group": "A+",
		"phone": "+49 30 5550111", "email": "patient@hospital.example", "address": "Am Markt 4, Berlin", "emergency_name": "Ewa Müller", "emergency_phone": "+49 30 5550112", "emergency_relation": "wife"})
	f.Create(f.desk(), "zoe", "patients", fields{"user": f.ID("patient"), "name": "Zoë Müller", "birth_date": "2019-11-02", "sex": "female"})
	f.Create(f.desk(), "grace", "patients", fields{"user": f.ID("patient2"), "name": "Grace Achieng", "birth_date": "1991-07-21", "sex": "female", "blood_group": "O+", "phone": "+49 30 5550121"})
	f.Create(f.desk(), "walkin", "patients", fields{"name": "Tarek Aziz", "birth_date": "1957-01-15", "sex": "male", "phone": "+49 30 5550131"})
}

// visits gives every patient a past and a future. The clock stands, for each, at
// the moment it happened.
func (f filler) visits(now time.Time) {
	today := now.UTC().Truncate(24 * time.Hour).Add(9 * time.Hour)
	patient := kit.Actor{ID: f.ID("patient"), Role: kit.Patient}
	keller := kit.Actor{ID: f.ID("doctor"), Role: kit.Doctor}
	accountant := kit.Actor{ID: f.ID("accountant"), Role: kit.Accountant}

	for i, past := range []struct{ who, doctor, reason string }{
		{"łukasz", "keller", "Annual check-up"}, {"grace", "obi", "Palpitations"}, {"zoe", "keller", "Cough for a week"}, {"łukasz", "obi", "Blood pressure follow-up"},
	} {
		starts := today.AddDate(0, 0, -28+7*i)
		name := fmt.Sprintf("past%d", i)
		f.At(starts.AddDate(0, 0, -3))
		f.Create(f.desk(), name, "appointments", fields{"patient": f.ID(past.who), "doctor": f.ID(past.doctor), "starts": starts, "reason": past.reason, "visit_type": "new"})
		f.At(starts)
		f.Update(f.desk(), name, "appointments", fields{"checked_in_at": starts})
		f.Update(keller, name, "appointments", fields{"started_at": starts})
		f.At(starts.Add(25 * time.Minute))
		f.Update(kit.Actor{ID: f.ID("admin"), Role: kit.Admin}, name, "appointments", fields{"status": "completed"})
	}
	f.pay(patient, "past0", "card", true, accountant)
	f.pay(f.desk(), "past1", "cash", false, accountant)

	f.At(now)
	f.Create(patient, "soon", "appointments", fields{"patient": f.ID("łukasz"), "doctor": f.ID("keller"), "starts": today.AddDate(0, 0, 2), "reason": "Knee pain", "visit_type": "new"})
	f.Create(patient, "child", "appointments", fields{"patient": f.ID("zoe"), "doctor": f.ID("keller"), "starts": today.AddDate(0, 0, 2).Add(time.Hour), "reason": "Vaccination", "visit_type": "procedure"})
	f.Create(f.desk(), "next", "appointments", fields{"patient": f.ID("grace"), "doctor": f.ID("obi"), "starts": today.AddDate(0, 0, 3), "reason": "Echocardiography", "visit_type": "follow_up"})
	f.Create(f.desk(), "walk", "appointments", fields{"patient": f.ID("walkin"), "doctor": f.ID("keller"), "starts": today.AddDate(0, 0, 1), "reason": "Wound check", "visit_type": "follow_up"})
}

func (f filler) pay(as kit.Actor, visit, method string, verify bool, accountant kit.Actor) {
	bill := f.Find("bill of "+visit, "bills", "appointment", f.ID(visit))
	payment := "payment of " + visit
	f.Create(as, payment, "payments", fields{"bill": bill.Id, "method": method, "amount_minor": bill.GetInt("total_minor"), "reference": "demo"})
	if verify {
		f.Update(accountant, payment, "payments", fields{"status": "verified"})
	}
}
