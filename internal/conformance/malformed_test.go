package conformance_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestInvalidJSONIsRefused(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	before := counts(h)
	for _, raw := range []string{"", "{", "[]", "null", `"text"`, "{]", "\xff\xfe", `{"patient":`, `{"a":"\xff"}`,
		strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 20_000)} {
		for _, account := range []string{"guest", "patient1", "admin1"} {
			for _, collection := range slices.Sorted(maps.Keys(before)) {
				for method, path := range map[string]string{http.MethodPost: "",
					http.MethodPatch: "/" + hospitaltest.ID("booked1")} {
					answer := h.As(account).SkipContract().Do(method, "/api/collections/"+collection+"/records"+path, []byte(raw))
					// an empty update of a record that the caller may update is accepted
					if answer.Status > 499 || answer.Status < 400 && method == http.MethodPost {
						t.Fatalf("%s %s %.20q by %s answered %d %s", method, collection, raw, account, answer.Status, answer.Raw)
					}
				}
			}
		}
	}
	if after := counts(h); !maps.Equal(before, after) {
		t.Errorf("records before %v, after %v", before, after)
	}
	if answer := h.As("receptionist1").Do(http.MethodPatch,
		"/api/collections/appointments/records/"+hospitaltest.ID("booked1"),
		[]byte(`{"reason":"half"} of it`)); answer.Status != http.StatusBadRequest {
		t.Errorf("JSON with trailing text answered %d", answer.Status)
	}
}

func TestInvalidQueriesCauseNoServerError(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, q := range []string{"filter=(", "filter=%00", "filter=id~", "sort=nothing", "sort=@random,@rowid,-",
		"perPage=-1", "perPage=1e9", "page=-5", "page=99999999999999999999", "fields=%7B", "expand=..",
		"expand=" + strings.Repeat("patient.", 50), "filter=" + strings.Repeat("(", 5000),
		"filter=@collection.users.email~'a'", "filter=@request.auth.id!=''", "filter=patient.user.password~'a'",
		"filter=patient.user.tokenKey~'a'"} {
		if answer := h.As("patient1").List("appointments", q); answer.Status > 499 {
			t.Errorf("%.60s answered %d %s", q, answer.Status, answer.Raw)
		}
	}
	for _, path := range []string{"/api/collections/nothing/records",
		"/api/collections/appointments/records/" + strings.Repeat("a", 5000), "/api/collections/appointments/records/%00",
		"/api/files/appointments/x/y", "/api/hospital/nothing"} {
		if answer := h.As("patient1").Do(http.MethodGet, path, nil); answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%.60s answered %d", path, answer.Status)
		}
	}
}
