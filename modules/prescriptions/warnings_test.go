package prescriptions_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestDrugAllergiesAreWarnings(t *testing.T) {
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
		h.As("nurse1").Create("allergies", body{
			"patient": id("kid1"), "substance": c.substance, "category": "medication", "reaction": "hives",
		}).OK(t)
		visit := h.As("receptionist1").Create("appointments", body{
			"patient": id("kid1"), "doctor": id("dr1"), "starts": at(time.Duration(300+i) * time.Hour),
		}).OK(t)
		made := draft(t, h, name, body{"appointment": visit.ID()}, c.drug)
		answer := h.As("doctor1").Update("prescriptions", made, body{"status": "issued"})
		what := c.drug + " with an allergy to " + c.substance
		wantRefusal(t, what, answer, http.StatusConflict, "override_reason", "drug_warning")
		if !strings.Contains(string(answer.Raw), c.substance) {
			t.Errorf("%s: the refusal lacks the substance: %s", what, answer.Raw)
		}
		const reason = "Nothing else helps."
		override := body{"status": "issued", "override_reason": reason}
		issued := h.As("doctor1").Update("prescriptions", made, override).OK(t)
		seen := h.As("patient1").View("prescriptions", made, "").OK(t)
		if issued.String("warnings") == "" || seen.String("override_reason") != reason ||
			!strings.Contains(seen.String("warnings"), c.substance) {
			t.Errorf("the patient reads: %s", seen.Raw)
		}
		h.As("doctor1").Update("prescriptions", made, body{"status": "cancelled", "cancel_reason": "end"}).OK(t)
	}
	h.Verify()
}

func TestOtherAllergiesAreNoWarnings(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, a := range []body{
		{"substance": "Zinc", "category": "environment"}, {"substance": "Zinc", "category": "food"},
		{"substance": "Zinc", "state": "inactive"}, {"substance": "Zinc", "state": "entered_in_error"},
		{"substance": "Zin"}, {"substance": "folic acid"}, {"substance": "500 mg"}, {"substance": "tablets"},
	} {
		a["patient"] = id("pat1")
		h.As("nurse1").Create("allergies", a).OK(t)
	}
	made := draft(t, h, "fine", nil, "Zinc 500 mg tablets", "Acetylsalicylic acid")
	h.As("doctor1").Update("prescriptions", made, body{"status": "issued"}).OK(t)
}

func TestDuplicateDrugsAreWarnings(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	again := draft(t, h, "again", nil, "ibuprofen 600 mg")
	answer := doctor.Update("prescriptions", again, body{"status": "issued"})
	if answer.Status != http.StatusConflict || !strings.Contains(string(answer.Raw), "RX-000001") {
		t.Errorf("a second ibuprofen: %d %s", answer.Status, answer.Raw)
	}
	twice := draft(t, h, "twice", nil, "Zinc", "ZINC 20 mg")
	answer = doctor.Update("prescriptions", twice, body{"status": "issued"})
	wantRefusal(t, "twice on one prescription", answer, http.StatusConflict, "override_reason", "drug_warning")
	doctor.Update("prescriptions", id("rx1"), body{"status": "cancelled", "cancel_reason": "over"}).OK(t)
	doctor.Update("prescriptions", again, body{"status": "issued", "valid_until": "2030-01-01"}).OK(t)
	h.At(time.Date(2030, 1, 3, 12, 0, 0, 0, time.UTC)) // the earlier one is no longer valid
	doctor.Update("prescriptions", draft(t, h, "later", nil, "ibuprofen"), body{"status": "issued"}).OK(t)
	h.Verify()
}
