package prescriptions_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

const (
	records = "/api/collections/prescriptions/records"
	drugs   = "/api/collections/prescription_items/records"
)

// draft begins a prescription with some drugs in one batch, and answers its id.
func draft(t *testing.T, h *hospitaltest.Hospital, name string, fields body, names ...string) string {
	t.Helper()
	p := body{"id": id(name), "appointment": id("done1")}
	for k, v := range fields {
		p[k] = v
	}
	requests := []any{body{"method": "POST", "url": records, "body": p}}
	for _, n := range names {
		requests = append(requests, body{"method": "POST", "url": drugs, "body": body{"prescription": id(name), "drug": n}})
	}
	h.As("doctor1").Do(http.MethodPost, "/api/batch", body{"requests": requests}).OK(t)
	return id(name)
}

func TestADraftAndItsDrugsAreMadeInOneBatch(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	made := draft(t, h, "new", nil, "Zinc", "Vitamin C")
	if got := h.As("doctor1").View("prescriptions", made, "expand=prescription_items_via_prescription").OK(t); !strings.Contains(string(got.Raw), "Vitamin C") {
		t.Errorf("the draft: %s", got.Raw)
	}
	before := h.Count("prescriptions")
	answer := h.As("doctor1").Do(http.MethodPost, "/api/batch", body{"requests": []any{
		body{"method": "POST", "url": records, "body": body{"id": id("half"), "appointment": id("done1")}},
		body{"method": "POST", "url": drugs, "body": body{"prescription": id("half")}},
	}})
	if answer.Status != http.StatusBadRequest || h.Count("prescriptions") != before {
		t.Errorf("a batch with a drug that is none: %d %s", answer.Status, answer.Raw)
	}
	h.As("doctor1").Update("prescriptions", made, body{"status": "issued"}).OK(t)
	h.Verify()
}

func TestIssuingNeedsADrug(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	empty := draft(t, h, "empty", nil)
	doctor := h.As("doctor1")
	if answer := doctor.Update("prescriptions", empty, body{"status": "issued"}); answer.Code("status") != "no_items" {
		t.Errorf("issued without drugs: %d %s", answer.Status, answer.Raw)
	}
	item := doctor.Create("prescription_items", body{"prescription": empty, "drug": "Zinc"}).OK(t)
	doctor.Update("prescription_items", item.ID(), body{"removed": true}).OK(t)
	if answer := doctor.Update("prescriptions", empty, body{"status": "issued"}); answer.Code("status") != "no_items" {
		t.Errorf("issued with a removed drug: %d %s", answer.Status, answer.Raw)
	}
	for name, status := range map[string]int{empty: http.StatusConflict, id("rx1"): http.StatusForbidden} {
		if answer := doctor.Update("prescriptions", name, body{"status": "superseded"}); answer.Status != status {
			t.Errorf("superseded by hand: %d %s", answer.Status, answer.Raw)
		}
	}
	doctor.Create("prescription_items", body{"prescription": empty, "drug": "Zinc"}).OK(t)
	if answer := doctor.Update("prescriptions", empty, body{"status": "issued", "valid_until": "2001-01-01"}); answer.Code("valid_until") != "in_the_past" {
		t.Errorf("issued for the past: %d %s", answer.Status, answer.Raw)
	}
	issued := doctor.Update("prescriptions", empty, body{"status": "issued"}).OK(t)
	if issued.String("number") != "RX-000003" || issued.String("issued_at") == "" { // two are furnished
		t.Errorf("issued: %s", issued.Raw)
	}
	h.Verify()
}

func TestAnAllergyStandsAgainstADrug(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for i, c := range []struct{ substance, drug string }{
		{"Penicillin", "penicillin V 500 mg"},
		{"PÉNICILLIN", "Penicillin"},
		{"Amoxil", "amoxicillin 500 mg capsules (Amoxil)"},
		{"amoxicillin", "Augmentin: Amoxicillin/clavulanic acid"},
		{"Aspirin, Ibuprofen and all NSAIDs", "IBUPROFEN 600"},
		{"Ácido acetilsalicílico", "acido acetilsalicilico 100 mg"},
		{"阿莫西林", "阿莫西林胶囊"},
		{"Пенициллин", "ПЕНИЦИЛЛИН"},
	} {
		name := "drug" + string(rune('a'+i))
		h.As("nurse1").Create("allergies", body{"patient": id("kid1"), "substance": c.substance, "category": "medication", "reaction": "hives"}).OK(t)
		visit := h.As("receptionist1").Create("appointments", body{"patient": id("kid1"), "doctor": id("dr1"), "starts": at(time.Duration(300+i) * time.Hour)}).OK(t)
		made := draft(t, h, name, body{"appointment": visit.ID()}, c.drug)
		answer := h.As("doctor1").Update("prescriptions", made, body{"status": "issued"})
		if answer.Status != http.StatusConflict || answer.Code("override_reason") != "drug_warning" || !strings.Contains(string(answer.Raw), c.substance) {
			t.Errorf("%s against %s: %d %s", c.drug, c.substance, answer.Status, answer.Raw)
		}
		issued := h.As("doctor1").Update("prescriptions", made, body{"status": "issued", "override_reason": "Nothing else helps."}).OK(t)
		if seen := h.As("patient1").View("prescriptions", made, "").OK(t); issued.String("warnings") == "" || seen.String("override_reason") != "Nothing else helps." || !strings.Contains(seen.String("warnings"), c.substance) {
			t.Errorf("shown: %s", seen.Raw)
		}
		h.As("doctor1").Update("prescriptions", made, body{"status": "cancelled", "cancel_reason": "end"}).OK(t)
	}
	h.Verify()
}

func TestWhatIsNoAllergyToTheDrugDoesNotStandAgainstIt(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, a := range []body{
		{"substance": "Zinc", "category": "environment"}, {"substance": "Zinc", "category": "food"}, {"substance": "Zinc", "state": "inactive"}, {"substance": "Zinc", "state": "entered_in_error"},
		{"substance": "Zin"}, {"substance": "folic acid"}, {"substance": "500 mg"}, {"substance": "tablets"},
	} {
		a["patient"] = id("pat1")
		h.As("nurse1").Create("allergies", a).OK(t)
	}
	h.As("doctor1").Update("prescriptions", draft(t, h, "fine", nil, "Zinc 500 mg tablets", "Acetylsalicylic acid"), body{"status": "issued"}).OK(t)
}

func TestADrugThatThePatientHasAlreadyStandsAgainstIt(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	again := draft(t, h, "again", nil, "ibuprofen 600 mg")
	if answer := doctor.Update("prescriptions", again, body{"status": "issued"}); answer.Status != http.StatusConflict || !strings.Contains(string(answer.Raw), "RX-000001") {
		t.Errorf("a second ibuprofen: %d %s", answer.Status, answer.Raw)
	}
	twice := draft(t, h, "twice", nil, "Zinc", "ZINC 20 mg")
	if answer := doctor.Update("prescriptions", twice, body{"status": "issued"}); answer.Code("override_reason") != "drug_warning" {
		t.Errorf("twice on one prescription: %d %s", answer.Status, answer.Raw)
	}
	doctor.Update("prescriptions", id("rx1"), body{"status": "cancelled", "cancel_reason": "over"}).OK(t)
	doctor.Update("prescriptions", again, body{"status": "issued", "valid_until": "2030-01-01"}).OK(t)
	h.At(time.Date(2030, 1, 3, 12, 0, 0, 0, time.UTC)) // the former one has ended
	doctor.Update("prescriptions", draft(t, h, "later", nil, "ibuprofen"), body{"status": "issued"}).OK(t)
	h.Verify()
}

func TestWhatIsIssuedIsReplacedOrCancelledAndNeverChanged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor, operator := h.As("doctor1"), h.Operator()
	for what, answer := range map[string]hospitaltest.Response{
		"its notes":          doctor.Update("prescriptions", id("rx1"), body{"notes": "other"}),
		"its drug":           doctor.Update("prescription_items", id("item1"), body{"drug": "Morphine"}),
		"a removed drug":     doctor.Update("prescription_items", id("item1"), body{"removed": true}),
		"another drug":       doctor.Create("prescription_items", body{"prescription": id("rx1"), "drug": "Morphine"}),
		"an admin":           h.As("admin1").Update("prescriptions", id("rx1"), body{"notes": "other"}),
		"the operator":       operator.Update("prescription_items", id("item1"), body{"drug": "Morphine"}),
		"a batch":            doctor.Do(http.MethodPost, "/api/batch", body{"requests": []any{body{"method": "PATCH", "url": drugs + "/" + id("item1"), "body": body{"drug": "Morphine"}}}}),
		"the console":        operator.Do(http.MethodPost, "/api/sql", body{"query": "UPDATE prescription_items SET drug = 'Morphine' WHERE id = '" + id("item1") + "'"}),
		"a drug by console":  operator.Do(http.MethodPost, "/api/sql", body{"query": "INSERT INTO prescription_items (id, prescription, patient, drug, created, updated) VALUES ('forged000000000', '" + id("rx1") + "', '" + id("pat1") + "', 'Morphine', '', '')"}),
		"a moved drug":       operator.Do(http.MethodPost, "/api/sql", body{"query": "UPDATE prescription_items SET prescription = '" + id("rx1") + "' WHERE id = '" + id("drug1") + "'"}),
		"a draft again":      operator.Do(http.MethodPost, "/api/sql", body{"query": "UPDATE prescriptions SET status = 'draft' WHERE id = '" + id("rx1") + "'"}),
		"deleted by console": operator.Do(http.MethodPost, "/api/sql", body{"query": "DELETE FROM prescription_items WHERE id = '" + id("item1") + "'"}),
		"cancelled for none": doctor.Update("prescriptions", id("rx1"), body{"status": "cancelled"}),
	} {
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	h.Verify()

	next := draft(t, h, "next", body{"replaces": id("rx1")}, "Ibuprofen 600 mg")
	other := draft(t, h, "other", body{"replaces": id("rx1")}, "Zinc")
	doctor.Update("prescriptions", next, body{"status": "issued"}).OK(t) // what it replaces does not stand against it
	if status := h.Record("prescriptions", id("rx1")).GetString("status"); status != "superseded" {
		t.Errorf("what was replaced is %s", status)
	}
	if answer := doctor.Update("prescriptions", other, body{"status": "issued"}); answer.Status != http.StatusConflict || answer.Code("replaces") != "invalid_transition" {
		t.Errorf("replaced twice: %d %s", answer.Status, answer.Raw)
	}
	if answer := doctor.Update("prescriptions", id("rx1"), body{"status": "cancelled", "cancel_reason": "late"}); answer.Status != http.StatusConflict {
		t.Errorf("a superseded one is cancelled: %d %s", answer.Status, answer.Raw)
	}
	for replaces, code := range map[string]string{"rx2": "not_found", "nobody": "not_found"} {
		if answer := doctor.Create("prescriptions", body{"appointment": id("done1"), "replaces": id(replaces)}); answer.Code("replaces") != code {
			t.Errorf("replacing %s: %d %s", replaces, answer.Status, answer.Raw)
		}
	}
	doctor.Update("prescriptions", next, body{"status": "cancelled", "cancel_reason": "Not tolerated"}).OK(t)
	h.Verify()
}

func TestVerifyNamesForgedPrescriptions(t *testing.T) {
	t.Parallel()
	for _, forged := range []string{
		"UPDATE prescriptions SET notes = 'other' WHERE id = {rx}",
		"UPDATE prescriptions SET valid_until = '2099-01-01' WHERE id = {rx}",
		"UPDATE prescriptions SET patient = '" + id("pat2") + "' WHERE id = {rx}",
		"UPDATE prescriptions SET status = 'draft' WHERE id = {rx}",
		"UPDATE prescriptions SET status = 'superseded' WHERE id = {rx}",
		"UPDATE prescriptions SET number = '' WHERE id = {rx}",
		"UPDATE prescription_items SET strength = '4000 mg' WHERE prescription = {rx}",
		"UPDATE prescription_items SET removed = true WHERE prescription = {rx}",
		"DELETE FROM prescription_items WHERE prescription = {rx}",
		"INSERT INTO prescription_items (id, prescription, patient, drug, created, updated) VALUES ('forged000000000', {rx}, '" + id("pat1") + "', 'Morphine', '', '')",
	} {
		t.Run(forged, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			for _, trigger := range []string{"prescriptions_frozen", "prescriptions_final", "prescription_items_frozen", "prescription_items_no_delete", "prescription_items_none_added"} {
				if err := h.SQL("DROP TRIGGER " + trigger); err != nil {
					t.Fatal(err)
				}
			}
			if err := h.SQL(strings.ReplaceAll(forged, "{rx}", "'"+id("rx1")+"'")); err != nil {
				t.Fatal(err)
			}
			if broken := h.Violations(); !strings.Contains(broken, id("rx1")) {
				t.Errorf("verify says %q", broken)
			}
		})
	}
}

// TestNobodyFindsDrafts: they are their doctor's alone, on every way in.
func TestNobodyFindsDrafts(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Create("care_team", body{"patient": id("pat1"), "user": id("doctor2"), "starts": at(-time.Hour), "ends": at(24 * time.Hour)}).OK(t)
	discarded := draft(t, h, "discarded", nil, "Secretol")
	h.As("doctor1").Update("prescriptions", discarded, body{"status": "cancelled"}).OK(t)
	hidden := []string{id("draft1"), id("drug1"), "draft 1", "Secretol", discarded}
	for _, account := range []string{"patient1", "patient2", "doctor2", "nurse1", "receptionist1", "accountant1", "admin1"} {
		client := h.As(account)
		for _, query := range []string{
			"prescriptions/records?" + hospitaltest.Filter("status = 'draft' || notes ~ 'draft'"),
			"prescriptions/records?" + hospitaltest.Filter("prescription_items_via_prescription.drug ?~ 'Secretol'"),
			"prescription_items/records?" + hospitaltest.Filter("drug ~ 'Secretol' || prescription.notes ~ 'draft 1'"),
			"prescription_items/records?expand=prescription&" + hospitaltest.Filter("prescription.status = 'draft'"),
			"appointments/records?" + hospitaltest.Filter("prescriptions_via_appointment.notes ?~ 'draft 1'"),
			"patients/records?" + hospitaltest.Filter("prescriptions_via_patient.notes ?~ 'draft 1'"),
			"patients/records?" + hospitaltest.Filter("prescription_items_via_patient.drug ?~ 'Secretol'"),
			"appointments/records?sort=prescriptions_via_appointment.notes&" + hospitaltest.Filter("prescriptions_via_appointment.notes ?~ 'draft 1'"),
		} {
			if found := client.Do(http.MethodGet, "/api/collections/"+query, nil).Items(); account == "doctor2" && strings.Contains(query, "'draft'") {
				for _, f := range found { // their own
					if f["doctor"] == id("dr1") {
						t.Errorf("%s finds by %s: %v", account, query, f)
					}
				}
			} else if len(found) > 0 && account != "doctor2" || len(found) > 0 && strings.Contains(query, "draft 1") || len(found) > 0 && strings.Contains(query, "Secretol") {
				t.Errorf("%s finds by %s: %v", account, query, found)
			}
		}
		for _, path := range []string{
			"/api/collections/appointments/records?expand=prescriptions_via_appointment.prescription_items_via_prescription",
			"/api/collections/patients/records?expand=prescriptions_via_patient,prescription_items_via_patient",
			"/api/collections/encounters/records?expand=appointment.prescriptions_via_appointment",
			"/api/hospital/patients/" + id("pat1") + "/history",
			"/api/collections/prescriptions/records?perPage=500", "/api/collections/prescription_items/records?perPage=500",
			"/api/collections/prescriptions/records/" + id("draft1"), "/api/collections/prescription_items/records/" + id("drug1"),
		} {
			answer := client.Do(http.MethodGet, path, nil)
			for _, secret := range hidden {
				if strings.Contains(string(answer.Raw), secret) {
					t.Errorf("%s reads %s by %s", account, secret, path)
				}
			}
		}
		if answer := client.SkipContract().Update("prescriptions", id("draft1"), body{"notes": "mine"}); answer.Status == http.StatusOK {
			t.Errorf("%s writes a draft of another's", account)
		}
	}
}

func TestADraftGoesWithItsVisit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Update("appointments", id("booked1"), body{"status": "cancelled"}).OK(t)
	if status := h.Record("prescriptions", id("draft1")).GetString("status"); status != "cancelled" {
		t.Errorf("the draft is %s", status)
	}
	h.Verify()
}

func TestOnlyTheDoctorOfTheVisitPrescribes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, account := range append([]string{"guest"}, hospitaltest.Accounts...) {
		answer := h.As(account).Create("prescriptions", body{"appointment": id("done1")})
		if want := account == "doctor1"; (answer.Status == http.StatusOK) != want {
			t.Errorf("%s: %d %s", account, answer.Status, answer.Raw)
		}
		answer = h.As(account).Create("prescription_items", body{"prescription": id("draft1"), "drug": "Zinc"})
		if want := account == "doctor1"; (answer.Status == http.StatusOK) != want {
			t.Errorf("%s adds a drug: %d %s", account, answer.Status, answer.Raw)
		}
	}
	for _, visit := range []string{"asked1", "done2"} {
		if answer := h.As("doctor1").Create("prescriptions", body{"appointment": id(visit)}); answer.Status < 400 {
			t.Errorf("in the visit %s: %d", visit, answer.Status)
		}
	}
}

func TestIssuedOnceByAnImpatientClick(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var wait sync.WaitGroup
	var lock sync.Mutex
	statuses := map[int]int{}
	for range 8 {
		wait.Go(func() {
			answer := h.As("doctor1").Update("prescriptions", id("draft1"), body{"status": "issued"})
			lock.Lock()
			defer lock.Unlock()
			statuses[answer.Status]++
		})
	}
	wait.Wait()
	// a click after the first finds it issued, and changes nothing
	if statuses[200] < 1 || statuses[200]+statuses[409] != 8 || h.Record("prescriptions", id("draft1")).GetString("number") != "RX-000003" {
		t.Errorf("answered %v", statuses)
	}
	h.Verify()
}

func at(d time.Duration) string {
	return time.Now().UTC().Truncate(time.Hour).Add(d).Format("2006-01-02 15:04:05.000Z")
}
