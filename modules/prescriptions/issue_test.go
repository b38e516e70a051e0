package prescriptions_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestInvalidDraftsAreNotIssued(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	empty := draft(t, h, "empty", nil)
	doctor := h.As("doctor1")
	answer := doctor.Update("prescriptions", empty, body{"status": "issued"})
	wantRefusal(t, "without drugs", answer, http.StatusBadRequest, "status", "no_items")
	item := doctor.Create("prescription_items", body{"prescription": empty, "drug": "Zinc"}).OK(t)
	doctor.Update("prescription_items", item.ID(), body{"removed": true}).OK(t)
	answer = doctor.Update("prescriptions", empty, body{"status": "issued"})
	wantRefusal(t, "with a removed drug", answer, http.StatusBadRequest, "status", "no_items")
	for name, status := range map[string]int{empty: http.StatusConflict, id("rx1"): http.StatusForbidden} {
		wantStatus(t, "superseded by a doctor", doctor.Update("prescriptions", name, body{"status": "superseded"}), status)
	}
	doctor.Create("prescription_items", body{"prescription": empty, "drug": "Zinc"}).OK(t)
	answer = doctor.Update("prescriptions", empty, body{"status": "issued", "valid_until": "2001-01-01"})
	wantRefusal(t, "no longer valid", answer, http.StatusBadRequest, "valid_until", "in_the_past")
	issued := doctor.Update("prescriptions", empty, body{"status": "issued"}).OK(t)
	if issued.String("number") != "RX-000003" || issued.String("issued_at") == "" { // the fixture has two
		t.Errorf("issued: %s", issued.Raw)
	}
	h.Verify()
}

func TestIssuedPrescriptionsNeverChange(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor, operator := h.As("doctor1"), h.Operator()
	rx, item := id("rx1"), id("item1")
	sql := func(query string) hospitaltest.Response {
		return operator.Do(http.MethodPost, "/api/sql", body{"query": query})
	}
	morphine := body{"drug": "Morphine"}
	for what, answer := range map[string]hospitaltest.Response{
		"the notes":       doctor.Update("prescriptions", rx, body{"notes": "other"}),
		"the drug":        doctor.Update("prescription_items", item, morphine),
		"a removed drug":  doctor.Update("prescription_items", item, body{"removed": true}),
		"another drug":    doctor.Create("prescription_items", body{"prescription": rx, "drug": "Morphine"}),
		"by an admin":     h.As("admin1").Update("prescriptions", rx, body{"notes": "other"}),
		"by the operator": operator.Update("prescription_items", item, morphine),
		"in a batch": doctor.Do(http.MethodPost, "/api/batch", body{"requests": []any{
			body{"method": "PATCH", "url": drugs + "/" + item, "body": morphine},
		}}),
		"the drug by SQL": sql("UPDATE prescription_items SET drug = 'Morphine' WHERE id = '" + item + "'"),
		"another drug by SQL": sql("INSERT INTO prescription_items (id, prescription, patient, drug, created, updated)" +
			" VALUES ('forged000000000', '" + rx + "', '" + id("pat1") + "', 'Morphine', '', '')"),
		"a moved drug by SQL": sql("UPDATE prescription_items SET prescription = '" + rx +
			"' WHERE id = '" + id("drug1") + "'"),
		"a draft by SQL":           sql("UPDATE prescriptions SET status = 'draft' WHERE id = '" + rx + "'"),
		"a deleted drug by SQL":    sql("DELETE FROM prescription_items WHERE id = '" + item + "'"),
		"cancelled without reason": doctor.Update("prescriptions", rx, body{"status": "cancelled"}),
	} {
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	h.Verify()
}

func TestIssuedPrescriptionsAreReplacedOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	next := draft(t, h, "next", body{"replaces": id("rx1")}, "Ibuprofen 600 mg")
	other := draft(t, h, "other", body{"replaces": id("rx1")}, "Zinc")
	doctor.Update("prescriptions", next, body{"status": "issued"}).OK(t) // no warning about the one it replaces
	if status := h.Record("prescriptions", id("rx1")).GetString("status"); status != "superseded" {
		t.Errorf("the replaced prescription is %s, want superseded", status)
	}
	answer := doctor.Update("prescriptions", other, body{"status": "issued"})
	wantRefusal(t, "replacing it twice", answer, http.StatusConflict, "replaces", "invalid_transition")
	answer = doctor.Update("prescriptions", id("rx1"), body{"status": "cancelled", "cancel_reason": "late"})
	wantStatus(t, "cancelling a superseded one", answer, http.StatusConflict)
	for _, replaces := range []string{"rx2", "missing"} {
		answer := doctor.Create("prescriptions", body{"appointment": id("done1"), "replaces": id(replaces)})
		wantRefusal(t, "replacing "+replaces, answer, http.StatusBadRequest, "replaces", "not_found")
	}
	doctor.Update("prescriptions", next, body{"status": "cancelled", "cancel_reason": "Not tolerated"}).OK(t)
	h.Verify()
}

func TestVerifyFindsForgedPrescriptions(t *testing.T) {
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
		"INSERT INTO prescription_items (id, prescription, patient, drug, created, updated)" +
			" VALUES ('forged000000000', {rx}, '" + id("pat1") + "', 'Morphine', '', '')",
	} {
		t.Run(forged, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			for _, trigger := range []string{
				"prescriptions_frozen", "prescriptions_final", "prescription_items_frozen",
				"prescription_items_no_delete", "prescription_items_none_added",
			} {
				if err := h.SQL("DROP TRIGGER " + trigger); err != nil {
					t.Fatal(err)
				}
			}
			if err := h.SQL(strings.ReplaceAll(forged, "{rx}", "'"+id("rx1")+"'")); err != nil {
				t.Fatal(err)
			}
			if broken := h.Violations(); !strings.Contains(broken, id("rx1")) {
				t.Errorf("verify reports %q", broken)
			}
		})
	}
}

func TestConcurrentRequestsIssueOnce(t *testing.T) {
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
	// a request after the first changes nothing: 200, or 409 while both run
	number := h.Record("prescriptions", id("draft1")).GetString("number")
	if statuses[200] < 1 || statuses[200]+statuses[409] != 8 || number != "RX-000003" {
		t.Errorf("number %s, statuses %v", number, statuses)
	}
	h.Verify()
}
