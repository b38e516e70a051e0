// Package plans_test checks, in hospitals with many records, that requests use indexes. How fast
// they are is measured by make bench.
package plans_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"

	"hospital/hooks"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/audit"
)

const visits = 8_000 // of the hospital whose lists are compared

// filters are filters of clients, which are combined with the caller's scope.
var filters = []struct{ name, filter string }{
	{"no filter", ""},
	{"a status", `status = "approved"`},
	{"two statuses", `status = "approved" || status = "pending"`},
	{"parentheses", `(status = "approved" || (reason ~ "cough" && version >= 1))`},
	{"a comment", "status = \"approved\" // and no more\n"},
	{"an open comment", `status = "approved" // ) || id != ""`},
	{"an escape", `id != "" || id = ""`},
	{"a relation", `doctor.name != ""`},
	{"a time", `starts > "2020-01-01 00:00:00.000Z"`},
	{"a status and a time", `status = "completed" && starts > "2020-01-01 00:00:00.000Z"`},
}

// orders are sort orders: none, one with an index, and one without.
var orders = []string{"", "-starts", "number"}

// The lists of a patient's and a doctor's own visits are narrowed to their rows. For all filters
// and orders that returns the same list, and uses an index, also with statistics.
func TestNarrowedListsAreTheSameAndUseAnIndex(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := filled(t, visits)
	wide := unnarrowed(t, h)
	for _, account := range []string{patient, doctor} {
		narrowed, plain := as(h, account), as(wide, account)
		for _, f := range filters {
			all := query{f.filter, "", "perPage=1000"}
			same(t, account+", "+f.name, narrowed.list(t, all), plain.list(t, all), false)
			for _, order := range orders {
				for _, total := range []string{"", "skipTotal=1"} {
					q := query{f.filter, order, total}
					name := fmt.Sprintf("%s, %s, sorted by %q, %s", account, f.name, order, total)
					if order != "" {
						same(t, name, narrowed.list(t, q), plain.list(t, q), true)
					}
					narrowed.usesIndex(t, name, q)
				}
			}
		}
	}
	insert(h, []string{"ANALYZE"}, nil)
	for _, account := range []string{patient, doctor} {
		for _, f := range filters {
			for _, order := range orders {
				as(h, account).usesIndex(t, "with statistics, "+f.name+", sorted by "+order, query{f.filter, order, ""})
			}
		}
	}
}

// usesIndex fails unless a list finds the caller's visits by patient or doctor.
func (a client) usesIndex(t testing.TB, name string, q query) {
	t.Helper()
	steps := appointmentSteps(a.h.Plans(func() { a.list(t, q) }))
	own := strings.Contains(steps, "(patient=") || strings.Contains(steps, "(doctor=")
	if !own || strings.Contains(steps, "SCAN") {
		t.Errorf("%s: reads rows without the index of the caller's visits:\n%s", name, steps)
	}
}

// appointmentSteps are the steps of the plans that read appointments.
func appointmentSteps(plans []hospitaltest.Plan) string {
	var steps []string
	for _, p := range plans {
		steps = append(steps, p.Of("appointments")...)
	}
	return strings.Join(steps, "\n")
}

// client is an account at a server.
type client struct {
	hospitaltest.Client
	h *hospitaltest.Hospital
}

func as(h *hospitaltest.Hospital, account string) client {
	h.T.Helper()
	token, err := h.Record("users", account).NewAuthToken()
	if err != nil {
		h.T.Fatal("sign in:", err)
	}
	return client{h.WithToken(token).SkipContract(), h}
}

// answer is a page of a list.
type answer struct {
	ids   []string
	total int64
}

// query are the parameters of a list.
type query struct{ filter, order, more string }

func (a client) list(t testing.TB, q query) answer {
	t.Helper()
	path := "/api/collections/appointments/records?" +
		url.Values{"filter": {q.filter}, "sort": {q.order}}.Encode() + "&" + q.more
	page := a.Do(http.MethodGet, path, nil).OK(t)
	return answer{page.IDs(), page.Int("totalItems")}
}

// same fails unless two answers contain the same rows, in the same order if one was requested.
func same(t testing.TB, name string, narrowed, plain answer, ordered bool) {
	t.Helper()
	got, want := narrowed.ids, plain.ids
	if !ordered {
		got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	}
	if !slices.Equal(got, want) || narrowed.total != plain.total {
		t.Errorf("%s: narrowing changed the list from %d of %d to %d of %d", name, len(want), plain.total, len(got),
			narrowed.total)
	}
}

// unnarrowed is a second server on the same data, without the narrowing of lists.
func unnarrowed(t testing.TB, h *hospitaltest.Hospital) *hospitaltest.Hospital {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: h.App.DataDir(), EncryptionEnv: h.App.EncryptionEnv()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal("open the second server:", err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	audit.SetKey(app, []byte(hospitaltest.AuditKey))
	app.Settings().Logs.MaxDays = 0
	kit.Register(app, modules.All)
	hooks.Register(app)
	app.OnServe().Unbind("hospitalNarrow")
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal("build the second router:", err)
	}
	wide := &hospitaltest.Hospital{T: t, App: &tests.TestApp{BaseApp: app}}
	err = app.OnServe().Trigger(&core.ServeEvent{App: app, Router: router}, func(e *core.ServeEvent) error {
		wide.Handler, err = e.Router.BuildMux()
		return err
	})
	if err != nil {
		t.Fatal("start the second server:", err)
	}
	return wide
}
