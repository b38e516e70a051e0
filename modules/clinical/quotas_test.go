package clinical_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// uploadText uploads a text of a size for a patient.
func uploadText(c hospitaltest.Client, patient string, size int) hospitaltest.Response {
	return c.Create("documents", letter(patient, "a.txt", bytes.Repeat([]byte("x"), size)))
}

func TestUploadsAreLimitedByAccountAndPatient(t *testing.T) {
	t.Parallel()
	const most = 400 << 10 // two of them fit into a MiB
	for setting, c := range map[string]struct {
		account  string
		patients [2]string
		nextDay  bool
	}{
		"account_upload_day_mib": {"patient1", [2]string{"pat1", "kid1"}, true},
		"account_upload_mib":     {"patient1", [2]string{"pat1", "kid1"}, false},
		"staff_upload_day_mib":   {"nurse1", [2]string{"pat1", "pat2"}, true},
		"patient_upload_day_mib": {"nurse1", [2]string{"pat1", "pat1"}, true},
		"patient_upload_mib":     {"patient1", [2]string{"pat1", "pat1"}, false},
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			h.As("admin1").Update("hospital", "hospitalsetting", body{setting: 1}).OK(t)
			client := h.As(c.account)
			for _, patient := range c.patients {
				made := uploadText(client, patient, most).OK(t)
				if got := made.Int("size_bytes"); got != most {
					t.Errorf("the document has %d bytes", got)
				}
			}
			answer := uploadText(client, c.patients[0], most)
			if answer.Status != http.StatusConflict || answer.Code("file") != setting {
				t.Errorf("answered %d %s", answer.Status, answer.Raw)
			}
			h.At(time.Now().Add(25 * time.Hour))
			if status := uploadText(client, c.patients[0], most).Status; (status == http.StatusOK) != c.nextDay {
				t.Errorf("the next day answered %d", status)
			}
			h.Verify()
		})
	}
}

func TestManySmallFilesCountAgainstTheLimit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"account_upload_mib": 1}).OK(t)
	stored := 0
	for range 30 {
		if uploadText(h.As("patient2"), "pat2", 1).Status == http.StatusOK {
			stored++
		}
	}
	if stored != 16 { // of 64 KiB each
		t.Errorf("%d files were stored", stored)
	}
}

func TestUploadsAreLimitedInARace(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"account_upload_day_mib": 1}).OK(t)
	client, before := h.As("patient2"), h.Count("documents")
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() { uploadText(client, "pat2", 400<<10) })
	}
	all.Wait()
	if stored := h.Count("documents") - before; stored != 2 {
		t.Errorf("%d files were stored", stored)
	}
	h.Verify()
}

// The sums of uploads read an index of the account or the patient, and no rows.
func TestSumsOfUploadsReadAnIndexOnly(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"account_upload_day_mib": 1, "account_upload_mib": 1,
		"patient_upload_day_mib": 1, "patient_upload_mib": 1}).OK(t)
	client, sums := h.As("patient1"), 0
	for _, p := range h.Plans(func() { uploadText(client, "pat1", 1).OK(t) }) {
		for _, step := range p.Of("documents") {
			if strings.Contains(p.SQL, "SUM(") {
				sums++
				if !strings.HasPrefix(step, "SEARCH documents USING COVERING INDEX") {
					t.Errorf("%s in %s", step, p.SQL)
				}
			}
		}
	}
	if sums != 4 {
		t.Errorf("%d sums were read", sums)
	}
}
