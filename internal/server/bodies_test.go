package server_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/server"
	_ "hospital/migrations"
)

const batch = "/api/batch"

// phones is a batch of n requests that each store a phone number of patient1.
func phones(n int) []byte {
	url := "/api/collections/patients/records/" + hospitaltest.ID("pat1")
	one := `{"method":"PATCH","url":"` + url + `","body":{"phone":"1"}}`
	return []byte(`{"requests":[` + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + `]}`)
}

// payload is a form with a JSON document in it.
func payload(t *testing.T, document string) (contentType string, form []byte) {
	t.Helper()
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	if err := parts.WriteField("@jsonPayload", document); err != nil {
		t.Fatal(err)
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	return parts.FormDataContentType(), b.Bytes()
}

func TestGuestsSendOnlySmallBodies(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	guest := h.As("guest").SkipContract()
	answer := guest.Do(http.MethodPost, batch, phones(1))
	if answer.Status != http.StatusUnauthorized || answer.JSON["message"] != "Sign in to send a batch." {
		t.Errorf("a guest's batch answered %d %s", answer.Status, answer.Raw)
	}
	for size, status := range map[int]int{
		64 << 10: http.StatusBadRequest, 64<<10 + 1: http.StatusRequestEntityTooLarge,
	} {
		sent := []byte(`{"name":"` + strings.Repeat("x", size-11) + `"}`)
		if got := guest.Do(http.MethodPost, "/api/collections/users/records", sent).Status; got != status {
			t.Errorf("%d bytes of a guest answered %d", size, got)
		}
	}
}

func TestLargeDocumentsAreRefusedBeforeTheyAreDecoded(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	patient := h.As("patient1").SkipContract()
	nested := func(n int) string { return strings.Repeat("[", n-1) + strings.Repeat("]", n-1) }
	values := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("0,", n-1), ",") + "]" }
	url := "/api/collections/patients/records/" + hospitaltest.ID("pat1")
	for what, c := range map[string]struct {
		document, code string
	}{
		"32 levels":              {`{"nothing":` + nested(32) + `}`, ""},
		"33 levels":              {`{"nothing":` + nested(33) + `}`, "too_deep"},
		"brackets in a text":     {`{"nothing":"\"` + strings.Repeat("[", 99) + `\\"}`, ""},
		"brackets after a quote": {`{"nothing\\":` + nested(33) + `}`, "too_deep"},
		"100,000 values":         {`{"nothing":` + values(99_999) + `}`, ""},
		"100,001 values":         {`{"nothing":` + values(100_001) + `}`, "too_many_values"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			contentType, form := payload(t, c.document)
			for kind, answer := range map[string]hospitaltest.Response{
				"JSON":      patient.Do(http.MethodPatch, url, []byte(c.document)),
				"multipart": patient.With("Content-Type", contentType).Do(http.MethodPatch, url, form),
				"urlencoded": patient.With("Content-Type", "application/x-www-form-urlencoded").Do(http.MethodPatch, url,
					[]byte("@jsonPayload="+strings.NewReplacer(`"`, "%22", `\`, "%5C").Replace(c.document))),
			} {
				if got := answer.Code("body"); got != c.code {
					t.Errorf("as %s it answered %d %.200s", kind, answer.Status, answer.Raw)
				}
				if c.code == "" && answer.Code("nothing") != "unknown_field" {
					t.Errorf("as %s it does not reach the handler: %.200s", kind, answer.Raw)
				}
			}
		})
	}
	fields := []byte(strings.Repeat("a=&", 100_001))
	answer := patient.With("Content-Type", "application/x-www-form-urlencoded").Do(http.MethodPatch, url, fields)
	if answer.Code("body") != "too_many_values" {
		t.Errorf("a form of 100,001 fields answered %d %.200s", answer.Status, answer.Raw)
	}
	xml := []byte("<a>" + strings.Repeat("x", 64<<10) + "</a>")
	answer = patient.With("Content-Type", "text/xml").Do(http.MethodPost, batch, xml)
	if answer.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("more than 64 KiB of XML answered %d", answer.Status)
	}
}

func TestBatchesHaveAtMostFiftyRequests(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	patient := h.As("patient1")
	patient.Do(http.MethodPost, batch, phones(50)).OK(t)
	contentType, form := payload(t, string(phones(51)))
	for kind, answer := range map[string]hospitaltest.Response{
		"JSON":      patient.SkipContract().Do(http.MethodPost, batch, phones(51)),
		"multipart": patient.SkipContract().With("Content-Type", contentType).Do(http.MethodPost, batch, form),
	} {
		if answer.Status != http.StatusBadRequest || answer.Code("requests") != "validation_length_too_long" ||
			!strings.Contains(string(answer.Raw), "at most 50 requests") {
			t.Errorf("51 requests as %s answered %d %s", kind, answer.Status, answer.Raw)
		}
	}
	contentType, form = payload(t, string(phones(50)))
	patient.SkipContract().With("Content-Type", contentType).Do(http.MethodPost, batch, form).OK(t)
}

// The test is not parallel: it measures what the whole process allocates.
func TestNestedBodyTakesLittleMemory(t *testing.T) {
	hospitaltest.SkipShort(t) // the race detector takes memory too
	h := hospitaltest.New(t)
	patient := h.As("patient1").SkipContract()
	// A JSON body of more than 4 MiB is refused by its length. Without one, as here, it is read that far.
	const size = 10 << 20
	for what, document := range map[string]string{
		"nested objects":           `{"requests":[{"body":` + strings.Repeat(`{"a":`, size/5),
		"empty objects":            `{"requests":[{"body":{"a":[` + strings.Repeat("{},", size/3) + `{}]}}]}`,
		"empty requests":           `{"requests":[` + strings.Repeat("{},", size/3) + `{}]}`,
		"empty objects, many keys": `{"requests":[{"body":{` + strings.Repeat(`"a":{},`, size/7) + `"b":{}}}]}`,
	} {
		contentType, form := payload(t, document)
		for kind, sent := range map[string]func() hospitaltest.Response{
			"JSON": func() hospitaltest.Response { return patient.Unsized().Do(http.MethodPost, batch, []byte(document)) },
			"multipart": func() hospitaltest.Response {
				return patient.With("Content-Type", contentType).Do(http.MethodPost, batch, form)
			},
		} {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			answer := sent()
			runtime.ReadMemStats(&after)
			if answer.Status != http.StatusRequestEntityTooLarge && answer.Status != http.StatusBadRequest {
				t.Errorf("%s as %s answered %d %.200s", what, kind, answer.Status, answer.Raw)
			}
			heap, allocated := int64(after.HeapAlloc)-int64(before.HeapAlloc), after.TotalAlloc-before.TotalAlloc
			t.Logf("10 MiB of %s as %s: heap +%d KiB, allocated %d KiB, %d", what, kind, heap>>10, allocated>>10, answer.Status)
			if kind == "JSON" && allocated > 50<<20 || heap > 100<<20 {
				t.Errorf("10 MiB of %s as %s allocated %d MiB", what, kind, allocated>>20)
			}
		}
	}
}

func TestBodiesInFlightAreBounded(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server.SetBodyMemory(h.App, 4<<20) // JSON counts four times
	serving := httptest.NewServer(h.Handler)
	t.Cleanup(serving.Close)
	token, err := h.Record("users", hospitaltest.ID("nurse1")).NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	slow, write := io.Pipe() // a body that does not end
	own := serving.URL + "/api/collections/users/records/" + hospitaltest.ID("nurse1")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, own, slow)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", token)
	request.Header.Set("Content-Type", "application/json")
	request.ContentLength = 1 << 20
	done := make(chan struct{})
	go func() {
		defer close(done)
		if answer, err := serving.Client().Do(request); err == nil {
			_ = answer.Body.Close()
		}
	}()
	if _, err := fmt.Fprint(write, `{"name":"`); err != nil { // the server reads
		t.Fatal(err)
	}
	url := "/api/collections/patients/records/" + hospitaltest.ID("pat1")
	large := []byte(`{"nothing":"` + strings.Repeat("x", 100<<10) + `"}`)
	patient := h.As("patient1").SkipContract()
	var answer hospitaltest.Response
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if answer = patient.Do(http.MethodPatch, url, large); answer.Status == http.StatusServiceUnavailable {
			break
		}
	}
	wait, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
	if answer.Status != http.StatusServiceUnavailable || answer.Code("request") != "overloaded" || wait < 1 {
		t.Errorf("beside a large body it answered %d %s, Retry-After %d", answer.Status, answer.Raw, wait)
	}
	same := h.As("nurse1").SkipContract().Do(http.MethodPatch, url, large)
	if same.Status != http.StatusTooManyRequests || same.Code("request") != "too_many_requests" {
		t.Errorf("a second body of one account answered %d %s", same.Status, same.Raw)
	}
	patient.Do(http.MethodPatch, url, []byte(`{"phone":"1"}`)).OK(t) // a small one is not refused
	_ = write.CloseWithError(io.ErrUnexpectedEOF)
	<-done
	if answer := patient.Do(http.MethodPatch, url, large); answer.Code("nothing") != "unknown_field" {
		t.Errorf("after the large body it answered %d %s", answer.Status, answer.Raw)
	}
}
