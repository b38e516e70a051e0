package demo

import (
	"fmt"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/tools/filesystem"

	"hospital/internal/kit"
)

// doctor is the actor of the doctor "dr1" or "dr2".
func (f filler) doctor(name string) kit.Actor {
	return kit.Actor{ID: f.ID("doctor" + name[2:]), Role: role.Doctor}
}

func (f filler) nurse() kit.Actor { return kit.Actor{ID: f.ID("nurse1"), Role: role.Nurse} }

// visitNotes are the clinical records of the past visits.
var visitNotes = []struct {
	complaint, notes, plan, condition, code, drug, strength, frequency string
	systolic, diastolic, pulse                                         int
}{
	{"Annual check-up", "Lungs clear, abdomen soft. Blood pressure raised.", "Measure at home for two weeks.",
		"Essential hypertension", "I10", "Ramipril", "5 mg", "once a day", 152, 94, 72},
	{"Palpitations", "Regular rhythm at rest. ECG without findings.", "Holter over 24 hours.", "Palpitations", "R00.2",
		"Magnesium", "300 mg", "once a day", 118, 76, 88},
	{"Cough for a week", "Throat red, lungs clear, no fever.", "Rest, plenty to drink.", "Acute bronchitis", "J20.9",
		"Ambroxol syrup", "15 mg/5 ml", "twice a day", 0, 0, 104},
	{"Blood pressure follow-up", "Values at home around 135/85.", "Continue as before.", "", "", "", "", "", 134, 84, 70},
}

// documentVisit writes the clinical records of a past visit, and signs the encounter.
func (f filler) documentVisit(n int, visit, patient, doctor string) {
	v, as, name := visitNotes[n-1], f.doctor(doctor), func(what string) string { return fmt.Sprint(what, n) }
	f.Create(f.nurse(), name("vitals"), "vitals", fields{"patient": f.ID(patient), "appointment": f.ID(visit),
		"systolic": v.systolic, "diastolic": v.diastolic, "pulse": v.pulse, "temperature_c10": 366})
	f.Create(as, name("notes"), "encounters", fields{"appointment": f.ID(visit), "complaint": v.complaint,
		"notes": v.notes, "plan": v.plan})
	f.Update(as, name("notes"), "encounters", fields{"status": "signed"})
	if v.condition == "" {
		return
	}
	f.Create(as, name("condition"), "conditions", fields{"patient": f.ID(patient), "encounter": f.ID(name("notes")),
		"text": v.condition, "code": v.code, "certainty": "confirmed"})
	f.Create(as, name("rx"), "prescriptions", fields{"appointment": f.ID(visit)})
	f.Create(as, name("item"), "prescription_items", fields{"prescription": f.ID(name("rx")), "drug": v.drug,
		"strength": v.strength, "frequency": v.frequency})
	f.Update(as, name("rx"), "prescriptions", fields{"status": "issued"})
}

// unfinished writes open encounters, draft prescriptions and rarer records.
func (f filler) unfinished() {
	doctor, admin := f.doctor("dr1"), kit.Actor{ID: f.ID("admin1"), Role: role.Admin}
	f.Create(f.nurse(), "allergy1", "allergies", fields{"patient": f.ID("pat1"), "substance": "Penicillin",
		"category": "medication", "criticality": "high", "reaction": "Hives"})
	f.Create(doctor, "open1", "encounters", fields{"appointment": f.ID("booked1"), "complaint": "Blood test results"})
	f.Create(doctor, "draft1", "prescriptions", fields{"appointment": f.ID("booked1")})
	f.Create(doctor, "drug1", "prescription_items", fields{"prescription": f.ID("draft1"), "drug": "Paracetamol",
		"strength": "500 mg", "frequency": "at most every 6 hours", "as_needed": true})
	for name, title := range map[string]string{"shown1": "Blood count", "kept1": "Letter to a colleague"} {
		file, err := filesystem.NewFileFromBytes([]byte(title+"\nof the demo hospital.\n"), "document.txt")
		if err != nil {
			f.Err = err
			return
		}
		f.Create(doctor, name, "documents", fields{"patient": f.ID("pat1"), "kind": "other", "title": title, "file": file,
			"visible_to_patient": name == "shown1"})
	}
	f.threads()
	f.Create(f.nurse(), "glass1", "break_glass", fields{"patient": f.ID("pat1"),
		"reason": "Collapsed in the waiting room"})
	f.Create(f.desk(), "twin1", "patients", fields{"name": "Lukasz Muller", "birth_date": "1984-03-09"})
	f.Create(admin, "merge1", "patient_merges", fields{"duplicate": f.ID("twin1"), "survivor": f.ID("pat1"),
		"reason": "Registered twice, once without the accents"})
}

// webhook writes a webhook that is switched off, and a delivery that was skipped.
func (f filler) webhook() {
	f.Create(kit.Actor{ID: f.ID("admin1"), Role: role.Admin}, "webhook1", "webhooks", fields{"name": "SMS gateway",
		"url": "https://gateway.example/hospital", "events": []string{"hospital.notice"}})
	f.Create(kit.Actor{Role: kit.System}, "delivery1", "webhook_deliveries", fields{"webhook": f.ID("webhook1"),
		"event": "event1000000000", "type": "hospital.test", "subject": "webhooks/" + f.ID("webhook1"), "number": 1,
		"status": "skipped", "body": `{"specversion":"1.0","type":"hospital.test"}`,
		"error": "The webhook was switched off.", "expires": kit.FormatInstant(time.Now().AddDate(0, 1, 0))})
}
