package demo

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/hospital"
	"hospital/modules/kit"
)

// filler writes records until one fails; the error stays.
type filler struct {
	tx  core.App
	id  map[string]string // what was made, by a short name
	err error
}

type fields = map[string]any

// desk is who enters the demo data.
func (f *filler) desk() kit.Actor { return kit.Actor{ID: f.id["receptionist"], Role: kit.Receptionist} }

func (f *filler) create(as kit.Actor, name, collection string, values fields) {
	if f.err != nil {
		return
	}
	c, err := f.tx.FindCollectionByNameOrId(collection)
	if err != nil {
		f.err = err
		return
	}
	f.save(as, name, core.NewRecord(c), values)
}

func (f *filler) update(as kit.Actor, name, collection string, values fields) {
	if f.err != nil {
		return
	}
	r, err := f.tx.FindRecordById(collection, f.id[name])
	if err != nil {
		f.err = err
		return
	}
	f.save(as, name, r, values)
}

func (f *filler) save(as kit.Actor, name string, r *core.Record, values fields) {
	r.Load(values)
	if err := f.tx.Save(kit.By(as, r)); err != nil {
		f.err = fmt.Errorf("%s %s: %w", r.Collection().Name, name, err)
		return
	}
	f.id[name] = r.Id
}

func (f *filler) people() {
	system := kit.Actor{Role: kit.System}
	f.id["hospital"] = hospital.ID
	f.update(system, "hospital", "hospital", fields{"name": "Lindenhof Hospital", "address": "Lindenstraße 1, 10969 Berlin",
		"phone": "+49 30 5550100", "email": "desk@hospital.example", "timezone": "Europe/Berlin"})
	f.create(system, operator, core.CollectionNameSuperusers, fields{"email": operator, "password": Password})

	for _, s := range []struct {
		code, name string
		price      int
	}{{"CONS-GEN", "General consultation", 6_500}, {"CONS-CARD", "Cardiology consultation", 12_000}, {"ECG", "Electrocardiogram", 4_250}, {"LAB-CBC", "Complete blood count", 1_990}} {
		f.create(system, s.code, "services", fields{"code": s.code, "name": s.name, "category": "outpatient", "price_minor": s.price, "tax_bp": 0, "active": true})
	}
	for code, name := range map[string]string{"GEN": "General medicine", "CARD": "Cardiology", "PAED": "Paediatrics"} {
		f.create(system, code, "departments", fields{"code": code, "name": name, "active": true})
	}

	for _, a := range accounts {
		name := a.role
		if f.id[name] != "" {
			name += "2"
		}
		f.create(system, name, "users", fields{"email": a.email, "password": Password, "name": a.name, "role": a.role, "verified": true})
	}
	f.create(system, "keller", "doctors", fields{"user": f.id["doctor"], "name": "Dr. Sofia Keller", "department": f.id["GEN"], "specialization": "General medicine",
		"license_no": "BE-10482", "qualifications": "MD, Charité Berlin", "consultation": f.id["CONS-GEN"], "accepts_online": true, "active": true})
	f.create(system, "obi", "doctors", fields{"user": f.id["doctor2"], "name": "Dr. Emeka Obi", "department": f.id["CARD"], "specialization": "Cardiology",
		"license_no": "BE-20957", "qualifications": "MD, FESC", "consultation": f.id["CONS-CARD"], "accepts_online": true, "active": true})
	f.create(system, "haddad", "nurses", fields{"user": f.id["nurse"], "name": "Noor Haddad", "department": f.id["GEN"], "license_no": "N-3341", "active": true})

	f.create(f.desk(), "łukasz", "patients", fields{"user": f.id["patient"], "name": "Łukasz Müller", "birth_date": "1984-03-09", "sex": "male", "blood_group": "A+",
		"phone": "+49 30 5550111", "email": "patient@hospital.example", "address": "Am Markt 4, Berlin", "emergency_name": "Ewa Müller", "emergency_phone": "+49 30 5550112", "emergency_relation": "wife"})
	f.create(f.desk(), "zoe", "patients", fields{"user": f.id["patient"], "name": "Zoë Müller", "birth_date": "2019-11-02", "sex": "female"})
	f.create(f.desk(), "grace", "patients", fields{"user": f.id["patient2"], "name": "Grace Achieng", "birth_date": "1991-07-21", "sex": "female", "blood_group": "O+", "phone": "+49 30 5550121"})
	f.create(f.desk(), "walkin", "patients", fields{"name": "Tarek Aziz", "birth_date": "1957-01-15", "sex": "male", "phone": "+49 30 5550131"})
}

// visits gives every patient a past and a future. The clock stands, for each, at
// the moment it happened.
func (f *filler) visits(now time.Time) {
	today := now.UTC().Truncate(24 * time.Hour).Add(9 * time.Hour)
	patient := kit.Actor{ID: f.id["patient"], Role: kit.Patient}
	keller := kit.Actor{ID: f.id["doctor"], Role: kit.Doctor}
	accountant := kit.Actor{ID: f.id["accountant"], Role: kit.Accountant}

	for i, past := range []struct{ who, doctor, reason string }{
		{"łukasz", "keller", "Annual check-up"}, {"grace", "obi", "Palpitations"}, {"zoe", "keller", "Cough for a week"}, {"łukasz", "obi", "Blood pressure follow-up"},
	} {
		starts := today.AddDate(0, 0, -28+7*i)
		name := fmt.Sprintf("past%d", i)
		f.at(starts.AddDate(0, 0, -3))
		f.create(f.desk(), name, "appointments", fields{"patient": f.id[past.who], "doctor": f.id[past.doctor], "starts": starts, "reason": past.reason, "visit_type": "new"})
		f.at(starts)
		f.update(f.desk(), name, "appointments", fields{"checked_in_at": starts})
		f.update(keller, name, "appointments", fields{"started_at": starts})
		f.at(starts.Add(25 * time.Minute))
		f.update(kit.Actor{ID: f.id["admin"], Role: kit.Admin}, name, "appointments", fields{"status": "completed"})
	}
	f.pay(patient, "past0", "card", true, accountant)
	f.pay(f.desk(), "past1", "cash", false, accountant)

	f.at(now)
	f.create(patient, "soon", "appointments", fields{"patient": f.id["łukasz"], "doctor": f.id["keller"], "starts": today.AddDate(0, 0, 2), "reason": "Knee pain", "visit_type": "new"})
	f.create(patient, "child", "appointments", fields{"patient": f.id["zoe"], "doctor": f.id["keller"], "starts": today.AddDate(0, 0, 2).Add(time.Hour), "reason": "Vaccination", "visit_type": "procedure"})
	f.create(f.desk(), "next", "appointments", fields{"patient": f.id["grace"], "doctor": f.id["obi"], "starts": today.AddDate(0, 0, 3), "reason": "Echocardiography", "visit_type": "follow_up"})
	f.create(f.desk(), "walk", "appointments", fields{"patient": f.id["walkin"], "doctor": f.id["keller"], "starts": today.AddDate(0, 0, 1), "reason": "Wound check", "visit_type": "follow_up"})
}

func (f *filler) at(t time.Time) { kit.SetClock(f.tx, func() time.Time { return t }) }

func (f *filler) pay(as kit.Actor, visit, method string, verify bool, accountant kit.Actor) {
	if f.err != nil {
		return
	}
	bill, err := f.tx.FindFirstRecordByData("bills", "appointment", f.id[visit])
	if err != nil {
		f.err = err
		return
	}
	payment := "payment of " + visit
	f.create(as, payment, "payments", fields{"bill": bill.Id, "method": method, "amount_minor": bill.GetInt("total_minor"), "reference": "demo"})
	if verify {
		f.update(accountant, payment, "payments", fields{"status": "verified"})
	}
}
