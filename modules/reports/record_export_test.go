package reports_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/reports"
)

// unpack returns the files of an archive.
func unpack(t *testing.T, content []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

func TestAPatientDownloadsTheirWholeRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("accountant1").Update("payments", id("paid1"), body{"status": "verified"}).OK(t)
	if err := h.SQL("UPDATE appointments SET staff_note = 'zxqsecret'"); err != nil {
		t.Fatal(err)
	}
	files := unpack(t, get(h, "patient1", "patients/"+id("pat1")+"/export").OK(t).Raw)
	var all map[string][]map[string]any
	if err := json.Unmarshal([]byte(files["record.json"]), &all); err != nil {
		t.Fatal(err)
	}
	for _, collection := range []string{"patients", "appointments", "bills", "payments", "documents", "prescriptions", "vitals"} {
		shown := h.As("patient1").List(collection, "perPage=200&"+hospitaltest.Filter(
			map[bool]string{true: "id", false: "patient"}[collection == "patients"]+" = '"+id("pat1")+"'")).OK(t).IDs()
		var exported []string
		for _, r := range all[collection] {
			exported = append(exported, r["id"].(string))
		}
		slices.Sort(shown)
		slices.Sort(exported)
		if !slices.Equal(shown, exported) || len(shown) == 0 {
			t.Errorf("%s: the archive has %v, the list %v", collection, exported, shown)
		}
	}
	kinds := map[string]int{}
	for name, content := range files {
		folder, _, _ := strings.Cut(name, "/")
		kinds[folder]++
		if strings.Contains(content, "zxqsecret") || strings.Contains(content, id("pat2")) {
			t.Errorf("%s has what the patient may not read", name)
		}
		if strings.HasSuffix(name, ".pdf") && !strings.HasPrefix(content, "%PDF") {
			t.Errorf("%s is no PDF", name)
		}
	}
	if kinds["bills"] == 0 || kinds["receipts"] == 0 || kinds["documents"] == 0 {
		t.Errorf("the archive has %v", kinds)
	}
	for account, status := range map[string]int{"patient2": 404, "doctor1": 403, "receptionist1": 403, "guest": 401} {
		if answer := get(h, account, "patients/"+id("pat1")+"/export"); answer.Status != status {
			t.Errorf("%s got %d", account, answer.Status)
		}
	}
	if all := unpack(t, get(h, "admin1", "patients/"+id("pat1")+"/export").OK(t).Raw); !strings.Contains(all["record.json"], "zxqsecret") {
		t.Error("the archive for an admin lacks the notes for staff")
	}
}

// Every collection that leads to a patient is in the record, or named here with the reason.
func TestTheWholeRecordHasEveryCollectionOfAPatient(t *testing.T) {
	t.Parallel()
	without := map[string]string{
		"audit_log": "has its own list", "audit_log_patients": "belongs to it", "unusual_reads": "is about readers",
		"link_codes": "are keys", "rebooking_items": "are plans of the hospital", "patient_merges": "are about the record",
	}
	parts := reports.RecordParts()
	for name, c := range kit.CatalogOf(modules.All) {
		for _, f := range c.Fields {
			if f.GetName() == "patient" && !slices.Contains(parts, name) && without[name] == "" {
				t.Errorf("%s has a patient and is in no export of a record", name)
			}
		}
	}
}
