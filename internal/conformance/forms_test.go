package conformance_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"hospital/internal/hospitaltest"
)

// encodings send a write with each encoding of the body.
var encodings = map[string]func(h *hospitaltest.Hospital, account, method, path string,
	body map[string]string) hospitaltest.Response{
	"json": func(h *hospitaltest.Hospital, account, method, path string, body map[string]string) hospitaltest.Response {
		return h.As(account).SkipContract().Do(method, path, body)
	},
	"urlencoded": func(h *hospitaltest.Hospital, account, method, path string,
		body map[string]string) hospitaltest.Response {
		form := url.Values{}
		for field, value := range body {
			form.Set(field, value)
		}
		return h.As(account).SkipContract().With("Content-Type", "application/x-www-form-urlencoded").Do(method, path,
			[]byte(form.Encode()))
	},
	"multipart": func(h *hospitaltest.Hospital, account, method, path string,
		body map[string]string) hospitaltest.Response {
		var form bytes.Buffer
		parts := multipart.NewWriter(&form)
		for field, value := range body {
			_ = parts.WriteField(field, value)
		}
		_ = parts.Close()
		return h.As(account).SkipContract().With("Content-Type", parts.FormDataContentType()).Do(method, path, form.Bytes())
	},
	"batch": func(h *hospitaltest.Hospital, account, method, path string, body map[string]string) hospitaltest.Response {
		sent := hospitaltest.Body{"requests": []any{hospitaltest.Body{"method": method, "url": path, "body": body}}}
		answer := h.As(account).SkipContract().Do(http.MethodPost, "/api/batch", sent)
		var results []struct{ Body map[string]any }
		if json.Unmarshal(answer.Raw, &results) == nil && len(results) == 1 {
			answer.JSON = results[0].Body
		}
		return answer
	},
}

// In a create and an update the parameter fields selects the fields of the answer. Other
// parameters with the name of a field have no effect, for every encoding of the body.
func TestTheQueryIsNotWritten(t *testing.T) {
	t.Parallel()
	for name, send := range encodings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			path := "/api/collections/departments/records?fields=id,name&expand=none&active=true&nothing=1"
			made := send(h, "admin1", http.MethodPost, path, map[string]string{"code": "NEW", "name": "New"}).OK(t)
			if keys := slices.Sorted(maps.Keys(made.JSON)); !slices.Equal(keys, []string{"id", "name"}) {
				t.Errorf("the create answered %v", keys)
			}
			if h.Record("departments", made.ID()).GetBool("active") {
				t.Error("the create wrote the query")
			}
			path = "/api/collections/appointments/records/" + hospitaltest.ID("asked1") +
				"?fields=id,status&status=approved&%40jsonPayload=" +
				url.QueryEscape(`{"status":"approved"}`)
			changed := send(h, "doctor1", http.MethodPatch, path, map[string]string{"staff_note": "call first"}).OK(t)
			if keys := slices.Sorted(maps.Keys(changed.JSON)); !slices.Equal(keys, []string{"id", "status"}) {
				t.Errorf("the update answered %v", keys)
			}
			if visit := h.Record("appointments", hospitaltest.ID("asked1")); visit.GetString("status") != "pending" ||
				visit.GetString("staff_note") != "call first" {
				t.Errorf("after the update the visit is %s, with the note %q", visit.GetString("status"),
					visit.GetString("staff_note"))
			}
		})
	}
}

// fields is a parameter of the query, but not a field of the body.
func TestQueryParametersInTheBodyAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for name, send := range encodings {
		if name == "batch" { // its refusals are one level deeper
			continue
		}
		answer := send(h, "admin1", http.MethodPost, "/api/collections/departments/records?fields=id",
			map[string]string{"code": name, "name": name, "fields": "id"})
		if answer.Code("fields") != "unknown_field" {
			t.Errorf("%s answered %d %s", name, answer.Status, answer.Raw)
		}
	}
}
