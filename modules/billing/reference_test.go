package billing_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules/billing"
)

// declare reports a transfer of 10 cents, as the patient or the desk.
func declare(h *hospitaltest.Hospital, account, bill, reference string) hospitaltest.Response {
	h.T.Helper()
	return h.As(account).Create("payments",
		body{"bill": bill, "method": "transfer", "amount_minor": 10, "reference": reference})
}

// A patient who guesses the reference of somebody else's transfer must not keep it from being
// recorded, and must not learn that it was.
func TestADeclaredPaymentBlocksNoReference(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	mine, other := complete(h), billOf(h, "2")
	guessed := declare(h, "patient2", other, "E2E-1").OK(t)
	alsoGuessed := declare(h, "patient2", other, "E2E-2").OK(t)
	recorded := declare(h, "receptionist1", mine, "e2e-1").OK(t)
	declared := declare(h, "patient1", mine, "E2E-2").OK(t)

	accountant := h.As("accountant1")
	verify := func(p hospitaltest.Response) hospitaltest.Response {
		return accountant.Update("payments", p.ID(), body{"status": "verified"})
	}
	expectRefused(t, "verifying a declared payment while staff recorded the reference", verify(guessed),
		http.StatusConflict, "reference", "already_booked")
	verify(recorded).OK(t)
	expectRefused(t, "verifying a declared payment with the reference of a verified one", verify(guessed),
		http.StatusConflict, "reference", "already_booked")
	if done := concurrently(2, func() hospitaltest.Response { return verify(declared) }); done == 0 {
		t.Error("a declared payment was not verified")
	}
	expectRefused(t, "verifying the second of two declared payments", verify(alsoGuessed),
		http.StatusConflict, "reference", "already_booked")
	if p := h.Record("payments", alsoGuessed.ID()); p.GetString("status") != "pending" || p.GetString("receipt") != "" {
		t.Errorf("the refused payment is %s with the receipt %q", p.GetString("status"), p.GetString("receipt"))
	}
	accountant.Update("payments", guessed.ID(), body{"status": "rejected"}).OK(t)
	h.Verify()
}

func TestATakenReferenceTellsAPatientNothing(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	mine, other := complete(h), billOf(h, "2")
	recorded := declare(h, "receptionist1", mine, "E2E-1").OK(t)
	verified := declare(h, "receptionist1", mine, "E2E-2").OK(t)
	h.As("accountant1").Update("payments", verified.ID(), body{"status": "verified"}).OK(t)
	for _, reference := range []string{"E2E-1", "E2E-2", "E2E-3", "ref1"} {
		if answer := declare(h, "patient2", other, reference); answer.Status != http.StatusOK {
			t.Errorf("the reference %s answered %d %s", reference, answer.Status, answer.Raw)
		}
	}
	expectRefused(t, "a patient who reports a payment of the own bill twice", declare(h, "patient2", other, "e2e-3"),
		http.StatusConflict, "reference", "already_booked")
	expectRefused(t, "a patient who reports what the desk recorded", declare(h, "patient1", mine, "E2E-1"),
		http.StatusConflict, "reference", "already_booked")
	h.As("accountant1").Update("payments", recorded.ID(), body{"status": "verified"}).OK(t)
	h.Verify()
}

func TestPaymentsVerifiedAtOnceHaveOneReference(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	bills := map[string]string{"patient1": complete(h), "patient2": billOf(h, "2")}
	verified := make(chan int, len(bills))
	for account, bill := range bills {
		p := declare(h, account, bill, "E2E-1").OK(t)
		go func() { verified <- h.As("accountant1").Update("payments", p.ID(), body{"status": "verified"}).Status }()
	}
	if one, two := <-verified, <-verified; one+two != http.StatusOK+http.StatusConflict {
		t.Errorf("answered %d and %d", one, two)
	}
	if err := h.SQL("UPDATE payments SET status = 'verified' WHERE reference = 'E2E-1'"); err == nil {
		t.Error("the database verified two payments with one reference")
	}
	h.Verify()
}

func TestAReferenceIsFoundByItsIndex(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	plans := h.TriggerPlans(kit.CatalogOf([]kit.Module{billing.Module})["payments"])
	bill := complete(h)
	plans = append(plans, h.Plans(func() { declare(h, "receptionist1", bill, "E2E-1").OK(t) })...)
	plans = append(plans, h.Plans(func() { declare(h, "patient1", bill, "E2E-2").OK(t) })...)
	found := 0
	for _, plan := range plans {
		if !strings.Contains(plan.SQL, "NOCASE") {
			continue
		}
		found++
		for _, step := range plan.FullScans("payments", "reference", "bill", "id") {
			t.Errorf("%s in %s", step, plan.SQL)
		}
	}
	if found < 4 {
		t.Errorf("%d queries by reference", found)
	}
}
