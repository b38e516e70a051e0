package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

// TestAllocationsPerRead limits the allocations of a read, with the middlewares and the caller's
// account. It is not parallel: others' allocations would count.
func TestAllocationsPerRead(t *testing.T) { //nolint:paralleltest // see above
	hospitaltest.SkipShort(t)
	h := hospitaltest.New(t)
	token, err := h.Record("users", hospitaltest.ID("patient1")).NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	for path, most := range map[string]float64{
		"/" + hospitaltest.ID("booked1"):     1_000,
		"?skipTotal=1&sort=-starts":          1_400,
		"?sort=-starts&perPage=2":            1_400,
		"?skipTotal=1&sort=id&expand=doctor": 1_700,
	} {
		allocations := testing.AllocsPerRun(50, func() {
			request := httptest.NewRequest(http.MethodGet, "/api/collections/appointments/records"+path, nil)
			request.Header.Set("Authorization", token)
			answer := httptest.NewRecorder()
			h.Handler.ServeHTTP(answer, request)
			if answer.Code != http.StatusOK {
				t.Fatal(answer.Code, answer.Body)
			}
		})
		t.Logf("%s: %.0f allocations", path, allocations)
		if allocations > most {
			t.Errorf("%s: %.0f allocations, at most %.0f are allowed", path, allocations, most)
		}
	}
}

// TestHooksOfReadsAreNotBypassed binds hooks that compiled reads do not know.
func TestHooksOfReadsAreNotBypassed(t *testing.T) {
	t.Parallel()
	for name, bind := range map[string]func(app core.App, seen func()){
		"view": func(app core.App, seen func()) {
			app.OnRecordViewRequest("appointments").BindFunc(func(e *core.RecordRequestEvent) error {
				seen()
				return e.Next()
			})
		},
		"list": func(app core.App, seen func()) {
			app.OnRecordsListRequest().BindFunc(func(e *core.RecordsListRequestEvent) error {
				seen()
				return e.Next()
			})
		},
		"enrich": func(app core.App, seen func()) {
			app.OnRecordEnrich().BindFunc(func(e *core.RecordEnrichEvent) error {
				seen()
				return e.Next()
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			patient := h.As("patient1")
			read := func() {
				patient.View("appointments", hospitaltest.ID("booked1"), "").OK(t)
				patient.List("appointments", "").OK(t)
			}
			read()
			if kit.CompiledReads(h.App) != 2 {
				t.Fatal("reads are not compiled")
			}
			seen := 0
			bind(h.App, func() { seen++ })
			read()
			if seen == 0 || kit.CompiledReads(h.App) != 2 {
				t.Errorf("the hook was called %d times, and %d reads were compiled", seen, kit.CompiledReads(h.App)-2)
			}
		})
	}
}
