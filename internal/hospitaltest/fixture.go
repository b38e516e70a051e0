package hospitaltest

import (
	"fmt"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"hospital/internal/fixture"
	"hospital/internal/kit"
	"hospital/modules/audit"
	"hospital/modules/hospital"
)

// Password is the password of every account.
const Password = "correct-horse-battery"

// Accounts are the accounts in the hospital, two of every role.
var Accounts = []string{"admin1", "admin2", "doctor1", "doctor2", "nurse1", "nurse2", "receptionist1", "receptionist2",
	"accountant1", "accountant2", "patient1", "patient2"}

// RoleOf returns the role of one of the Accounts, or of "guest".
func RoleOf(account string) kit.Role {
	if account == "guest" {
		return kit.Guest
	}
	return kit.Role(account[:len(account)-1])
}

// cheapPasswords makes password hashing fast.
func cheapPasswords(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	users.Fields.GetByName("password").(*core.PasswordField).Cost = 4
	if err := app.Save(users); err != nil {
		return err
	}
	codes, err := app.FindCollectionByNameOrId(core.CollectionNameOTPs)
	if err != nil {
		return err
	}
	codes.Fields.GetByName("password").(*core.PasswordField).Cost = 4
	return app.Save(codes)
}

// fill creates the fixture: two accounts of each role, doctors with slots every half hour of
// the day (UTC), a child of patient1, a patient without an account, and a visit of every
// kind for each doctor.
func fill(tx core.App) error {
	w := fixture.New(tx)
	system := kit.Actor{Role: kit.System}
	desk := kit.Actor{ID: ID("receptionist1"), Role: role.Receptionist}
	now := time.Now().UTC().Truncate(time.Hour)

	w.Named("hospital", hospital.ID)
	// Without confirm_email, tests can use an account right after registering.
	// Without quiet hours, mails do not depend on the hour in which a test runs.
	w.Update(system, "hospital", "hospital", fixture.Fields{"name": "Test Hospital", "confirm_email": false,
		"quiet_from": "", "quiet_until": "", "reminder_leads": ""})
	for _, limit := range hospital.Limits { // tests book and upload more than people
		w.Update(system, "hospital", "hospital", fixture.Fields{limit: 0})
	}
	w.Create(system, "consult", "services", fixture.Fields{"code": "CONS", "name": "Consultation", "price_minor": 5_000,
		"tax_bp": 700, "active": true})
	w.Create(system, "again", "services", fixture.Fields{"code": "AGAIN", "name": "Follow-up", "price_minor": 2_000,
		"tax_bp": 700, "active": true})
	w.Create(system, "ecg", "services", fixture.Fields{"code": "EKG", "name": "Electrocardiogram", "price_minor": 3_333,
		"tax_bp": 750, "active": true})
	w.Create(system, "retired", "services", fixture.Fields{"code": "OLD", "name": "Leeches", "price_minor": 100})
	w.Create(system, "general", "departments", fixture.Fields{"code": "GEN", "name": "General", "active": true})
	w.Create(system, "closed", "departments", fixture.Fields{"code": "OLD", "name": "Closed"})

	for _, account := range Accounts {
		w.Create(system, account, "users", fixture.Fields{"email": account + "@example.org", "password": Password,
			"name": account, "role": string(RoleOf(account))})
	}
	for _, n := range []string{"1", "2"} {
		w.Create(system, "dr"+n, "doctors", fixture.Fields{"user": ID("doctor" + n), "name": "Dr. " + n,
			"department": ID("general"), "license_no": "L" + n, "phone": "1" + n,
			"consultation": ID("consult"), "accepts_online": true, "active": true})
		for weekday := 1; weekday <= 7; weekday++ { // tests run at any hour
			w.Create(system, fmt.Sprintf("hours%sd%d", n, weekday), "schedules",
				fixture.Fields{"doctor": ID("dr" + n), "weekday": weekday,
					"start_time": "00:00", "end_time": "24:00", "slot_minutes": 30, "capacity": 1, "valid_from": "2020-01-01",
					"valid_until": "2999-12-31", "room": "Room " + n})
		}
		w.Create(system, "away"+n, "time_off", fixture.Fields{"doctor": ID("dr" + n),
			"starts": now.Add(1000 * 24 * time.Hour), "ends": now.Add(1001 * 24 * time.Hour), "reason": "congress"})
		w.Create(system, "ns"+n, "nurses", fixture.Fields{"user": ID("nurse" + n), "name": "Nurse " + n,
			"license_no": "N" + n, "active": true})
		w.Create(system, "pat"+n, "patients", fixture.Fields{"user": ID("patient" + n), "name": "Patient " + n,
			"birth_date": "1980-01-0" + n, "national_id": "ID" + n,
			"phone": "2" + n, "medical_history": "history " + n})
	}
	w.Create(system, "retireddr", "users", fixture.Fields{"email": "retired@example.org", "password": Password,
		"name": "Retired", "role": "doctor", "status": "suspended"})
	w.Create(system, "drgone", "doctors", fixture.Fields{"user": ID("retireddr"), "name": "Dr. Gone"})
	w.Create(system, "kid1", "patients", fixture.Fields{"user": ID("patient1"), "name": "Child of 1",
		"birth_date": "2020-05-05"})
	w.Create(system, "walkin", "patients", fixture.Fields{"name": "Without Account"})

	visit := func(name, patient, doctor string, starts time.Time) {
		w.Create(desk, name, "appointments", fixture.Fields{"patient": ID(patient), "doctor": ID(doctor), "starts": starts,
			"reason": "reason of " + name, "staff_note": "note on " + name})
	}
	for i, v := range []struct{ n, patient, doctor string }{{"1", "pat1", "dr1"}, {"2", "pat2", "dr2"}} {
		starts := now.Add(-48 * time.Hour)
		w.At(starts.Add(-time.Hour))
		visit("done"+v.n, v.patient, v.doctor, starts)
		w.At(starts.Add(20 * time.Minute))
		w.Update(kit.Actor{ID: ID("doctor" + v.n), Role: role.Doctor}, "done"+v.n, "appointments",
			fixture.Fields{"status": "completed"})
		bill := w.Find("bill"+v.n, "bills", "appointment", ID("done"+v.n))
		w.Create(kit.Actor{ID: ID("patient" + v.n), Role: role.Patient}, "paid"+v.n, "payments",
			fixture.Fields{"bill": bill.Id, "method": "card", "amount_minor": 1_000, "reference": "ref" + v.n})

		w.At(time.Now())
		visit("booked"+v.n, v.patient, v.doctor, now.Add(72*time.Hour+time.Duration(i)*time.Hour))
		w.Create(kit.Actor{ID: ID("patient" + v.n), Role: role.Patient}, "asked"+v.n, "appointments",
			fixture.Fields{"patient": ID(v.patient), "doctor": ID(v.doctor),
				"starts": now.Add(96 * time.Hour), "reason": "reason of asked" + v.n})
	}
	visit("walk", "walkin", "dr2", now.Add(120*time.Hour))
	for _, n := range []string{"1", "2"} { // a visit that the desk moved, and one during a time off
		visit("moved"+n, "pat"+n, "dr"+n, now.Add(150*time.Hour))
		w.Update(desk, "moved"+n, "appointments", fixture.Fields{"starts": now.Add(152 * time.Hour)})
		visit("meets"+n, "pat"+n, "dr"+n, now.Add(170*time.Hour))
		w.Create(desk, "sick"+n, "time_off", fixture.Fields{"doctor": ID("dr" + n), "starts": now.Add(170 * time.Hour),
			"ends": now.Add(172 * time.Hour), "reason": "ill"})
		w.Create(desk, "rebook"+n, "rebookings", fixture.Fields{"time_off": ID("sick" + n)})
	}
	for _, n := range []string{"1", "2"} {
		w.Create(system, "team"+n, "care_team", fixture.Fields{"patient": ID("walkin"), "user": ID("nurse" + n),
			"source": "manual", "starts": now.Add(-time.Hour), "ends": now.Add(time.Hour * 24)})
	}
	for _, n := range []string{"1", "2"} { // a charge, a draft of a sale, and one with a discount
		accountant := kit.Actor{ID: ID("accountant" + n), Role: role.Accountant}
		w.Create(desk, "charge"+n, "charges", fixture.Fields{"appointment": ID("moved" + n), "service": ID("ecg"),
			"quantity": 1})
		w.Create(accountant, "draft"+n, "bills", fixture.Fields{"patient": ID("pat" + n)})
		w.Create(accountant, "crutches"+n, "bill_items", fixture.Fields{"bill": ID("draft" + n), "description": "Crutches",
			"quantity": 2, "unit_minor": 1_250, "tax_bp": 700})
		w.Create(accountant, "sale"+n, "bills", fixture.Fields{"patient": ID("pat" + n)})
		w.Create(accountant, "splint"+n, "bill_items", fixture.Fields{"bill": ID("sale" + n), "description": "Splint",
			"quantity": 1, "unit_minor": 5_000, "tax_bp": 700})
		w.Create(accountant, "cheaper"+n, "discounts", fixture.Fields{"bill": ID("sale" + n), "bp": 5_000,
			"reason": "staff sale"})
	}
	verdicts := map[string]string{"1": "justified", "2": "unjustified"}
	for _, n := range []string{"1", "2"} { // an invitation, a registration, a new password, a session
		w.Create(kit.Actor{ID: ID("admin" + n), Role: role.Admin}, "invited"+n, "invitations",
			fixture.Fields{"email": "invited" + n + "@example.org", "role": "nurse"})
		w.Create(system, "wants"+n, "registrations", fixture.Fields{"email": "wants" + n + "@example.org", "name": "Wants " + n,
			"password_hash": "none", "status": "pending", "expires": now.Add(24 * time.Hour)})
		w.Create(system, "told"+n, "security_notices", fixture.Fields{"address": "nurse" + n + "@example.org",
			"change": "password", "status": "sent", "sent_at": now, "expires": now.Add(24 * time.Hour)})
		w.Create(system, "day"+n, "statistics_days", fixture.Fields{"day": "2000-01-0" + n, "facts": "{}"})
		w.Create(system, "odd"+n, "unusual_reads", fixture.Fields{"reader": ID("nurse" + n), "patient": ID("pat" + n),
			"rule": "vip", "day": "2020-01-0" + n, "first_at": now, "last_at": now, "count": 1, "key": "odd" + n,
			"verdict": verdicts[n], "review_note": "asked for " + n})
		w.Create(system, "in"+n, "sessions", fixture.Fields{"user": ID("nurse" + n), "started": now, "last_used": now,
			"expires": now.Add(24 * time.Hour), "address": "192.0.2." + n, "token_hash": "an old key"})
	}
	for i, n := range []string{"1", "2"} {
		w.Create(system, "old"+n, "identifiers", fixture.Fields{"patient": ID("pat" + n), "kind": "patient",
			"system": "old system", "value": "471" + n})
		w.Create(system, "oldvisit"+n, "identifiers", fixture.Fields{"patient": ID("pat" + n), "kind": "appointment",
			"appointment": ID("done" + n), "system": "old system", "value": "V" + n})
		w.Create(system, "olddr"+n, "staff_identifiers", fixture.Fields{"doctor": ID("dr" + n), "kind": "doctor",
			"system": "old system", "value": "D" + n})
		w.Create(system, "import"+n, "imports", fixture.Fields{"kind": "patients", "system": "old system", "lines": 1,
			"file": "patients" + n + ".csv", "status": "done", "finished_at": now})
		w.Create(system, "webhook"+n, "webhooks", fixture.Fields{"name": "Gateway " + n,
			"url":    "https://gateway.example/" + n,
			"events": []string{"hospital.notice", "hospital.appointment.cancelled"}}) // switched off
		w.Create(system, "delivery"+n, "webhook_deliveries", fixture.Fields{"webhook": ID("webhook" + n),
			"event": ID("event" + n), "type": "hospital.test", "subject": "webhooks/" + ID("webhook"+n), "body": "{}",
			"number": i + 1, "status": "failed", "attempts": 14, "error": "The receiver answered 500.",
			"response_status": 500, "expires": now.AddDate(0, 1, 0)})
		w.Create(system, "told"+n, "link_notices", fixture.Fields{"user": ID("patient" + n),
			"patient": ID("pat" + n), "kind": "linked", "status": "skipped"})
		w.Create(system, "feed"+n, "calendar_feeds", fixture.Fields{"user": ID("patient" + n), "secret_hash": "feed" + n,
			"issued_for": "an earlier password"})
		for _, account := range []string{"patient", "doctor"} {
			w.Create(system, account[:2]+"pref"+n, "notice_preferences", fixture.Fields{"user": ID(account + n),
				"kind": "prescription", "email": true})
		}
	}
	w.Create(desk, "link1", "link_codes", fixture.Fields{"patient": ID("walkin")})
	// A care team entry that has expired.
	w.Create(system, "expired", "care_team", fixture.Fields{"patient": ID("pat2"), "user": ID("doctor1"),
		"source": "manual", "starts": now.Add(-90 * 24 * time.Hour), "ends": now.Add(-60 * 24 * time.Hour)})
	w.Update(system, "hospital", "hospital", fixture.Fields{"reminder_leads": "48h, 2h"}) // of visits booked by tests
	kit.SetClock(tx, time.Now)
	for _, account := range Accounts { // everybody has viewed a record
		patient := "pat" + account[len(account)-1:]
		seen := audit.Entry{Actor: kit.Actor{ID: ID(account), Role: RoleOf(account), Name: account}, Action: "view",
			Collection: "patients", Record: ID(patient), Patient: ID(patient), Outcome: audit.Done}
		if w.Err == nil {
			w.Err = audit.Write(tx, seen)
		}
	}
	if w.Err == nil { // desks have listed patients
		w.Err = audit.Write(tx, listOf("receptionist1", "pat1", "pat2"), listOf("receptionist2", "pat2", "walkin"))
	}
	fillClinical(w)
	return w.Err
}

// listOf is the entry of a list of several patients.
func listOf(account string, patients ...string) audit.Entry {
	e := audit.Entry{Actor: kit.Actor{ID: ID(account), Role: RoleOf(account), Name: account}, Action: "list",
		Collection: "patients", Outcome: audit.Done}
	for _, patient := range patients {
		e.Patients = append(e.Patients, ID(patient))
	}
	return e
}

// fillClinical adds the clinical records of each patient.
func fillClinical(w *fixture.Writer) {
	for _, n := range []string{"1", "2"} {
		doctor, nurse := kit.Actor{ID: ID("doctor" + n), Role: role.Doctor}, kit.Actor{ID: ID("nurse" + n), Role: role.Nurse}
		patient, admin := kit.Actor{ID: ID("patient" + n), Role: role.Patient},
			kit.Actor{ID: ID("admin" + n), Role: role.Admin}
		pat, done, booked := ID("pat"+n), ID("done"+n), ID("booked"+n)

		w.Create(doctor, "notes"+n, "encounters", fixture.Fields{"appointment": done, "complaint": "cough",
			"notes": "notes " + n, "plan": "rest"})
		w.Update(doctor, "notes"+n, "encounters", fixture.Fields{"status": "signed"})
		w.Create(doctor, "open"+n, "encounters", fixture.Fields{"appointment": booked, "notes": "unsigned " + n})
		w.Create(nurse, "vitals"+n, "vitals", fixture.Fields{"patient": pat, "appointment": done, "systolic": 150,
			"diastolic": 80, "pulse": 70})
		w.Create(nurse, "wrong"+n, "vitals", fixture.Fields{"patient": pat, "pulse": 290})
		w.Create(nurse, "right"+n, "vitals", fixture.Fields{"patient": pat, "pulse": 90, "corrects": ID("wrong" + n)})
		w.Create(doctor, "condition"+n, "conditions", fixture.Fields{"patient": pat, "encounter": ID("notes" + n),
			"text": "Asthma", "code": "J45.0", "certainty": "confirmed"})
		w.Create(nurse, "allergy"+n, "allergies", fixture.Fields{"patient": pat, "substance": "Penicillin",
			"category": "medication", "criticality": "high", "reaction": "rash"})
		w.Create(doctor, "shown"+n, "documents", fixture.Fields{"patient": pat, "kind": "lab_report", "title": "Blood count",
			"file": textFile("shown" + n), "visible_to_patient": true})
		w.Create(doctor, "kept"+n, "documents",
			fixture.Fields{"patient": pat, "kind": "other", "title": "Not for the patient yet", "file": textFile("kept" + n)})
		w.Create(kit.Actor{Role: kit.System}, "code"+n, "codes", fixture.Fields{"system": "icd10", "code": "J45." + n, "title": "Asthma " + n,
			"title_key": "asthma " + n, "active": true})

		w.Create(doctor, "rx"+n, "prescriptions", fixture.Fields{"appointment": done, "notes": "issued " + n})
		w.Create(doctor, "item"+n, "prescription_items", fixture.Fields{"prescription": ID("rx" + n), "drug": "Ibuprofen",
			"strength": "400 mg", "frequency": "3 times a day"})
		w.Update(doctor, "rx"+n, "prescriptions", fixture.Fields{"status": "issued"})
		w.Create(doctor, "draft"+n, "prescriptions", fixture.Fields{"appointment": booked, "notes": "draft " + n})
		w.Create(doctor, "drug"+n, "prescription_items",
			fixture.Fields{"prescription": ID("draft" + n), "drug": "Paracetamol", "strength": "500 mg"})

		w.Create(nurse, "glass"+n, "break_glass", fixture.Fields{"patient": pat, "reason": "unconscious in the corridor"})
		w.Create(doctor, "broken"+n, "break_glass", fixture.Fields{"patient": pat, "reason": "called in the night, abroad"})
		w.Update(admin, "pat"+n, "patients", fixture.Fields{"medical_history": "history " + n + ", amended"})
		w.Create(patient, "twin"+n, "patients", fixture.Fields{"user": ID("patient" + n), "name": "Twin of " + n})
		w.Create(nurse, "twins"+n, "allergies", fixture.Fields{"patient": ID("twin" + n), "substance": "Cats",
			"category": "environment"})
		w.Create(admin, "merge"+n, "patient_merges", fixture.Fields{"duplicate": ID("twin" + n), "survivor": pat,
			"reason": "registered twice"})

		w.Create(doctor, "thread"+n, "threads", fixture.Fields{"patient": pat, "doctor": ID("dr" + n),
			"appointment": done, "subject": "Cough " + n})
		w.Create(patient, "hello"+n, "messages", fixture.Fields{"thread": ID("thread" + n), "text": "Still there " + n,
			"document": ID("shown" + n)})
		w.Create(doctor, "answer"+n, "messages", fixture.Fields{"thread": ID("thread" + n), "text": "Come again " + n})
	}
}

// textFile returns a small file.
func textFile(name string) *filesystem.File {
	file, err := filesystem.NewFileFromBytes([]byte("This is "+name+".\n"), name+".txt")
	if err != nil {
		panic(err) // it is never empty
	}
	return file
}
