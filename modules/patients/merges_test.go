package patients_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
)

// rows counts the rows of a patient, by table.
func rows(h *hospitaltest.Hospital, patient string) map[string]int {
	h.T.Helper()
	of := map[string]int{}
	all, err := h.App.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		h.T.Fatal(err)
	}
	for _, c := range all {
		if c.Fields.GetByName("patient") == nil || strings.HasPrefix(c.Name, "audit_log") { // a merge does not change the log
			continue
		}
		var n int
		if err := h.App.DB().Select("COUNT(*)").From(c.Name).Where(dbx.HashExp{"patient": id(patient)}).Row(&n); err != nil {
			h.T.Fatal(err)
		}
		of[c.Name] = n
	}
	return of
}

func TestAMergeMovesEveryRowAndIsUndone(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before1, before2 := rows(h, "pat1"), rows(h, "pat2")
	if len(before2) < 12 || before2["encounters"] == 0 || before2["bills"] == 0 || before2["prescription_items"] == 0 {
		t.Fatalf("the fixture of the duplicate has too few records: %v", before2)
	}
	merged := h.As("receptionist1").Create("patient_merges",
		body{"duplicate": id("pat2"), "survivor": id("walkin"), "reason": "came without papers"}).OK(t)
	total := 0
	for _, n := range before2 {
		total += n
	}
	for table, n := range rows(h, "pat2") {
		if n != 0 {
			t.Errorf("%d %s are left", n, table)
		}
	}
	if merged.Int("moved") != int64(total) {
		t.Errorf("moved %d of %d", merged.Int("moved"), total)
	}
	gone := h.Record("patients", id("pat2"))
	if gone.GetBool("active") || gone.GetString("merged_into") != id("walkin") ||
		h.Record("patients", id("walkin")).GetString("user") != id("patient2") {
		t.Errorf("the duplicate: %v", gone.PublicExport())
	}
	h.Verify() // hashes of signed records do not depend on the patient
	if seen := h.As("patient2").List("encounters", "").OK(t).Items(); len(seen) != 1 ||
		seen[0]["patient"] != id("walkin") {
		t.Errorf("the patient reads %v", seen)
	}
	if err := h.SQL("UPDATE encounters SET notes = 'x' WHERE status = 'signed'"); err == nil {
		t.Error("the triggers are gone")
	}
	for what, answer := range map[string]hospitaltest.Response{
		"changing it":   h.As("receptionist1").Update("patients", id("pat2"), body{"phone": "9"}),
		"opening it":    h.As("receptionist1").Update("patients", id("pat2"), body{"active": true}),
		"adding vitals": h.As("nurse1").Create("vitals", body{"patient": id("pat2"), "pulse": 70}),
		"merging it": h.As("admin1").Create("patient_merges",
			body{"duplicate": id("pat2"), "survivor": id("pat1"), "reason": "x"}),
		"merging to it": h.As("admin1").Create("patient_merges",
			body{"duplicate": id("pat1"), "survivor": id("pat2"), "reason": "x"}),
	} {
		if answer.Status != http.StatusConflict {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}

	since := h.As("nurse1").Create("vitals", body{"patient": id("walkin"), "pulse": 70}).OK(t)
	h.As("admin1").Update("patient_merges", merged.ID(), body{"status": "undone"}).OK(t)
	if after := rows(h, "pat2"); fmt.Sprint(after) != fmt.Sprint(before2) {
		t.Errorf("before\n%v\nnow\n%v", before2, after)
	}
	if after := rows(h, "pat1"); fmt.Sprint(after) != fmt.Sprint(before1) {
		t.Errorf("another patient before\n%v\nnow\n%v", before1, after)
	}
	back := h.Record("patients", id("pat2"))
	if !back.GetBool("active") || back.GetString("merged_into") != "" ||
		h.Record("patients", id("walkin")).GetString("user") != "" ||
		h.Record("vitals", since.ID()).GetString("patient") != id("walkin") {
		t.Errorf("the duplicate after the undo: %v", back.PublicExport())
	}
	if answer := h.As("admin1").Update("patient_merges", merged.ID(),
		body{"status": "merged"}); answer.Status != http.StatusConflict {
		t.Errorf("an undone merge was set to merged: %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}

func TestUndoingAMergeMovesRowsLinkedSinceThenToo(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	merged := h.As("receptionist1").Create("patient_merges",
		body{"duplicate": id("pat2"), "survivor": id("walkin"), "reason": "x"}).OK(t)
	doctor := h.As("doctor2")
	amendment := doctor.Create("encounters",
		body{"appointment": id("done2"), "amends": id("notes2"), "notes": "and more"}).OK(t)
	doctor.Update("encounters", amendment.ID(), body{"status": "signed"}).OK(t)
	rx := doctor.Create("prescriptions", body{"appointment": id("done2")}).OK(t)
	drug := doctor.Create("prescription_items", body{"prescription": rx.ID(), "drug": "Zinc"}).OK(t)
	doctor.Update("prescriptions", rx.ID(), body{"status": "issued"}).OK(t)
	corrected := h.As("nurse1").Create("vitals",
		body{"patient": id("walkin"), "corrects": id("vitals2"), "pulse": 70}).OK(t)
	h.As("receptionist1").Update("patient_merges", merged.ID(), body{"status": "undone"}).OK(t)
	for collection, record := range map[string]string{"encounters": amendment.ID(), "prescriptions": rx.ID(),
		"prescription_items": drug.ID(), "vitals": corrected.ID()} {
		if of := h.Record(collection, record).GetString("patient"); of != id("pat2") {
			t.Errorf("the patient of %s is %s", collection, of)
		}
	}
	h.Verify()
}

func TestRecordsWithOverlappingVisitsAreNotMerged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	starts := h.Record("appointments", id("booked1")).GetString("starts")
	h.As("receptionist1").Create("appointments", body{"patient": id("kid1"), "doctor": id("dr2"), "starts": starts}).OK(t)
	before := rows(h, "kid1")
	answer := h.As("receptionist1").Create("patient_merges",
		body{"duplicate": id("kid1"), "survivor": id("pat1"), "reason": "x"})
	if answer.Status != http.StatusConflict || answer.Code("duplicate") != "patient_busy" {
		t.Errorf("answered %d %s", answer.Status, answer.Raw)
	}
	if after := rows(h, "kid1"); fmt.Sprint(after) != fmt.Sprint(before) ||
		h.Record("patients", id("kid1")).GetString("merged_into") != "" {
		t.Errorf("the merge was not rolled back: %v", after)
	}
	if err := h.SQL("UPDATE vitals SET pulse = 1"); err == nil {
		t.Error("the triggers are gone")
	}
	h.Verify()
}

func TestMergesAreUndoneInReverseOrder(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	desk := h.As("receptionist1")
	first := desk.Create("patient_merges", body{"duplicate": id("kid1"), "survivor": id("walkin"), "reason": "x"}).OK(t)
	second := desk.Create("patient_merges", body{"duplicate": id("walkin"), "survivor": id("pat1"), "reason": "x"}).OK(t)
	if answer := desk.Update("patient_merges", first.ID(),
		body{"status": "undone"}); answer.Status != http.StatusConflict || answer.Code("status") != "merged" {
		t.Errorf("undoing the first before the second: %d %s", answer.Status, answer.Raw)
	}
	desk.Update("patient_merges", second.ID(), body{"status": "undone"}).OK(t)
	desk.Update("patient_merges", first.ID(), body{"status": "undone"}).OK(t)
	if answer := desk.Create("patient_merges",
		body{"duplicate": id("pat1"), "survivor": id("pat1"), "reason": "x"}); answer.Code("survivor") != "same_patient" {
		t.Errorf("a merge with itself: %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}

func TestConcurrentMergesOfOneRecordMergeItOnce(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var wait sync.WaitGroup
	var lock sync.Mutex
	statuses := map[int]int{}
	for i := range 6 {
		wait.Go(func() {
			pair := body{"duplicate": id("kid1"), "survivor": id("walkin"), "reason": "x"}
			if i%2 == 1 {
				pair = body{"duplicate": id("walkin"), "survivor": id("kid1"), "reason": "x"}
			}
			answer := h.As("receptionist1").Create("patient_merges", pair)
			lock.Lock()
			defer lock.Unlock()
			statuses[answer.Status]++
		})
	}
	wait.Wait()
	if statuses[200] != 1 || statuses[409] != 5 {
		t.Errorf("answered %v", statuses)
	}
	h.Verify()
}

func TestVerifyFindsRowsOfAMergedPatient(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	if err := h.SQL("UPDATE conditions SET patient = '" + id("twin1") + "' WHERE id = '" + id("condition1") +
		"'"); err != nil {
		t.Fatal(err)
	}
	if broken := h.Violations(); !strings.Contains(broken, id("condition1")) {
		t.Errorf("verify says %q", broken)
	}
}

// A merge finds the tables by the name of this column.
func TestEveryRelationToAPatientIsNamedPatient(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	patients, err := h.App.FindCollectionByNameOrId("patients")
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.App.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		for _, f := range c.Fields {
			r, ok := f.(*core.RelationField)
			if ok && r.CollectionId == patients.Id && r.Name != "patient" && c.Name != "patient_merges" &&
				c.Name != "patients" {
				t.Errorf("a merge does not move %s.%s: name the relation patient", c.Name, r.Name)
			}
		}
	}
}
