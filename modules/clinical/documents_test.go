package clinical_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

// fetch downloads a file with the file token of an account, or without one for the account "none".
func fetch(h *hospitaltest.Hospital, account, record, name, query string) hospitaltest.Response {
	token := ""
	if account != "none" {
		token = h.As(account).Do(http.MethodPost, "/api/files/token", nil).String("token")
	}
	return h.As("guest").Do(http.MethodGet, "/api/files/documents/"+record+"/"+name+"?token="+token+query, nil)
}

func TestFilesAreDownloadedByReadersOfTheirRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for document, readers := range map[string][]string{
		"shown1": {"patient1", "doctor1", "nurse1", "nurse2", "admin1", "admin2"},
		"kept1":  {"doctor1", "nurse1", "nurse2", "admin1", "admin2"},
	} {
		name := h.Record("documents", id(document)).GetString("file")
		for _, account := range append([]string{"none"}, hospitaltest.Accounts...) {
			want := http.StatusNotFound
			for _, reader := range readers {
				if reader == account {
					want = http.StatusOK
				}
			}
			for _, query := range []string{"", "&thumb=100x100", "&download=0", "&download=false"} {
				answer := fetch(h, account, id(document), name, query)
				if answer.Status != want {
					t.Errorf("%s downloads %s%s: %d", account, document, query, answer.Status)
				}
				if want == http.StatusOK && !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
					t.Errorf("%s downloads %s%s, but not as attachment: %v", account, document, query, answer.Header)
				}
			}
		}
		for _, path := range []string{name, "thumbs_" + name + "/100x100_" + name, "100x100_" + name, "../" + name} {
			url := "/api/files/documents/" + id(document) + "/" + path
			if answer := h.As("doctor1").SkipContract().Do(http.MethodGet, url, nil); answer.Status == http.StatusOK {
				t.Errorf("%s is downloaded without a file token", path)
			}
		}
	}
	token, err := h.Record("users", id("patient1")).NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	name := h.Record("documents", id("shown1")).GetString("file")
	url := "/api/files/documents/" + id("shown1") + "/" + name + "?token=" + token
	wantStatus(t, "with a sign-in token", h.As("guest").Do(http.MethodGet, url, nil), http.StatusNotFound)
	h.As("nurse1").Update("documents", id("shown1"), body{"visible_to_patient": false}).OK(t)
	answer := fetch(h, "patient1", id("shown1"), name, "")
	wantStatus(t, "a document that is no longer visible", answer, http.StatusNotFound)
}

func TestInvalidWritesOfFilesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before, kept := h.Count("documents"), id("kept1")
	name := h.Record("documents", kept).GetString("file")
	file := hospitaltest.File{Name: "another.txt", Content: txtFile}
	named, visible := letter("pat1", "a.txt", txtFile), letter("pat1", "a.txt", txtFile)
	named["file"] = name
	visible["visible_to_patient"] = true
	for what, answer := range map[string]hospitaltest.Response{
		"another file":             h.As("doctor1").Update("documents", kept, body{"file": file}),
		"another file by operator": h.Operator().Update("documents", kept, body{"file": file}),
		"empty file":               h.As("doctor1").Update("documents", kept, body{"file": ""}),
		"removed file":             h.As("doctor1").Update("documents", kept, body{"file-": name}),
		"name of another file":     h.As("nurse1").Create("documents", named),
		"by a receptionist":        h.As("receptionist1").Create("documents", letter("pat1", "a.txt", txtFile)),
		"by another patient":       h.As("patient2").Create("documents", letter("pat1", "a.txt", txtFile)),
		"by a doctor out of care":  h.As("doctor2").Create("documents", letter("pat1", "a.txt", txtFile)),
		"batch of another patient": batch(h, "patient2", upload("pat1"), txtFile),
		"batch with HTML":          batch(h, "patient1", upload("pat1"), []byte("<html>")),
		"batch with another file": batch(h, "doctor1", body{
			"method": "PATCH", "url": "/api/collections/documents/records/" + kept, "body": body{"title": "T"},
		}, txtFile),
		"made visible by a patient": h.As("patient1").Create("documents", visible),
	} {
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%s: %d %s", what, answer.Status, answer.Raw)
		}
	}
	if after := h.Count("documents"); after != before || h.Record("documents", kept).GetString("file") != name {
		t.Errorf("there were %d documents, now there are %d", before, after)
	}
	h.Verify()
}

func TestPatientsUploadInABatchForTheirChildren(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	batch(h, "patient1", upload("kid1"), txtFile).OK(t)
	made := h.As("patient1").List("documents", hospitaltest.Filter("patient = '"+id("kid1")+"'")).Items()
	if len(made) != 1 || made[0]["visible_to_patient"] != true {
		t.Errorf("documents of the child: %v", made)
	}
	h.Verify()
}

// upload is a request in a batch that creates a document.
func upload(patient string) body {
	fields := body{"patient": id(patient), "kind": "other", "title": "T"}
	return body{"method": "POST", "url": "/api/collections/documents/records", "body": fields}
}

// batch sends a batch of one request with a file.
func batch(h *hospitaltest.Hospital, account string, request body, content []byte) hospitaltest.Response {
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	text, _ := json.Marshal(body{"requests": []any{request}})
	_ = parts.WriteField("@jsonPayload", string(text))
	file, _ := parts.CreateFormFile("requests.0.file", "a.txt")
	_, _ = file.Write(content)
	_ = parts.Close()
	client := h.As(account).SkipContract().With("Content-Type", parts.FormDataContentType())
	return client.Do(http.MethodPost, "/api/batch", form.Bytes())
}

func TestVerifyFindsAlteredAndMissingFiles(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	path := func(document string) string {
		r := h.Record("documents", id(document))
		return filepath.Join(h.App.DataDir(), "storage", r.BaseFilesPath(), r.GetString("file"))
	}
	if err := os.WriteFile(path("shown1"), []byte("forged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path("kept2")); err != nil {
		t.Fatal(err)
	}
	broken := h.Violations()
	if !strings.Contains(broken, id("shown1")) || !strings.Contains(broken, id("kept2")) ||
		strings.Contains(broken, id("kept1")) {
		t.Errorf("verify reports %q", broken)
	}
}

func TestFileTokensExpireInThreeMinutes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	users, err := h.App.FindCollectionByNameOrId("users")
	if err != nil || users.FileToken.DurationTime() > 3*time.Minute {
		t.Errorf("a file token expires after %v (%v)", users.FileToken.DurationTime(), err)
	}
}
