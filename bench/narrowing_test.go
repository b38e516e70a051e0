// Package bench_test measures speed as ratios within one run, independent of the machine.
package bench_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"

	"hospital/hooks"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

const (
	small, large = 20_000, 200_000
	whole        = 4                    // scans below a fourth of a full scan need no gain
	growth       = 2                    // allowed factor in a hospital ten times as large
	noise        = 3 * time.Millisecond // of one request on a shared machine
)

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

// BenchmarkNarrowing checks the lists of a patient's and a doctor's own visits, for all filters
// and orders: narrowing returns the same list, uses an index, and its time does not grow with
// the hospital.
func BenchmarkNarrowing(b *testing.B) {
	for range b.N {
		few := filled(b, small)
		many := filled(b, large)
		wide := unnarrowed(b, many)
		for _, caller := range []struct {
			role, account string
			gain          float64
		}{{"patient", patient, 50}, {"doctor", doctor, 50}} {
			compare(b, caller.role, caller.gain, as(few, caller.account), as(many, caller.account), as(wide, caller.account))
		}
		statistics(b, as(many, patient), as(many, doctor))
	}
}

func compare(b *testing.B, role string, gain float64, few, many, wide client) {
	b.Helper()
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "filter\torder\ttotal\trows\tun-narrowed ms\t\tnarrowed ms\ttimes faster\tin a tenth ms\tgrowth\t")
	full := wide.list(b, query{}).took
	for _, f := range filters {
		all := query{f.filter, "", "perPage=1000"}
		same(b, role+", "+f.name, many.list(b, all), wide.list(b, all), false)
		for _, order := range orders {
			for _, total := range []string{"", "skipTotal=1"} {
				name := fmt.Sprintf("%s, %s, sorted by %q, %s", role, f.name, order, total)
				q := query{f.filter, order, total}
				now, tenth := many.median(b, q), few.median(b, q)
				var before answer
				wider := wide.h.Plans(func() { before = wide.list(b, q) })
				plans := many.h.Plans(func() { many.list(b, q) })

				if order != "" {
					same(b, name, now, before, true)
				}
				if visits := appointmentSteps(plans); strings.Contains(visits, "SCAN") {
					b.Errorf("%s: reads rows without an index:\n%s", name, visits)
				}
				faster, grown, scanned := float64(before.took)/float64(now.took), float64(now.took)/float64(tenth.took), ""
				if strings.Contains(appointmentSteps(wider), "SCAN") {
					scanned = "scan"
				}
				if scanned != "" && before.took > full/whole && faster < gain {
					b.Errorf("%s: narrowed it is only %.0f times faster", name, faster)
				}
				if now.took > growth*tenth.took+noise {
					b.Errorf("%s: in a hospital ten times as large it takes %.1f times as long", name, grown)
				}
				fmt.Fprintf(out, "%s\t%s\t%t\t%d\t%.1f\t%s\t%.1f\t%.0f\t%.1f\t%.1f\t\n", f.name, order, total == "", now.total,
					ms(before.took), scanned, ms(now.took), faster, ms(tenth.took), grown)
				if order == "-starts" && total == "" && slices.Contains([]string{"no filter", "a status"}, f.name) {
					fmt.Printf("The newest visits of a %s, %s, narrowed:\n%s\nun-narrowed:\n%s\n\n", role, f.name,
						appointmentSteps(plans), appointmentSteps(wider))
				}
			}
		}
	}
	_ = out.Flush() // into memory
	// a benchmark's log is cut off
	fmt.Printf("The list of a %s's own visits among %d:\n%s\n", role, large, table.String())
}

// statistics runs ANALYZE, as an operator may, and checks that the lists still use an index.
func statistics(b *testing.B, callers ...client) {
	b.Helper()
	for _, caller := range callers {
		if _, err := caller.h.App.NonconcurrentDB().NewQuery("ANALYZE").Execute(); err != nil {
			b.Fatal("analyze:", err)
		}
		for _, f := range filters {
			for _, order := range orders {
				visits := appointmentSteps(caller.h.Plans(func() { caller.list(b, query{f.filter, order, ""}) }))
				if strings.Contains(visits, "SCAN") || !strings.Contains(visits, "(patient=") &&
					!strings.Contains(visits, "(doctor=") {
					b.Errorf("with statistics, %s, sorted by %q: reads rows without an index:\n%s", f.name, order, visits)
				}
			}
		}
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

// answer is a page of a list and its time.
type answer struct {
	ids   []string
	total int64
	took  time.Duration
}

// query are the parameters of a list.
type query struct{ filter, order, more string }

func (a client) list(b *testing.B, q query) answer {
	b.Helper()
	path := "/api/collections/appointments/records?" + url.Values{"filter": {q.filter}, "sort": {q.order}}.Encode() + "&" +
		q.more
	started := time.Now()
	page := a.Do(http.MethodGet, path, nil).OK(b)
	return answer{page.IDs(), page.Int("totalItems"), time.Since(started)}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median repeats a list and returns the answer with the median time.
func (a client) median(b *testing.B, q query) answer {
	b.Helper()
	var all []answer
	for range 9 {
		all = append(all, a.list(b, q))
	}
	slices.SortFunc(all, func(x, y answer) int { return int(x.took - y.took) })
	return all[len(all)/2]
}

// same fails unless two answers contain the same rows, in the same order if one was requested.
func same(b *testing.B, name string, narrowed, plain answer, ordered bool) {
	b.Helper()
	got, want := narrowed.ids, plain.ids
	if !ordered {
		got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	}
	if !slices.Equal(got, want) || narrowed.total != plain.total {
		b.Errorf("%s: narrowing changed the list from %d of %d to %d of %d", name, len(want), plain.total, len(got),
			narrowed.total)
	}
}

// unnarrowed is a second server on the same data, without the narrowing of lists.
func unnarrowed(b *testing.B, h *hospitaltest.Hospital) *hospitaltest.Hospital {
	b.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: h.App.DataDir(), EncryptionEnv: h.App.EncryptionEnv()})
	if err := app.Bootstrap(); err != nil {
		b.Fatal("open the second server:", err)
	}
	b.Cleanup(func() { _ = app.ClearBootstrap() })
	app.Settings().Logs.MaxDays = 0
	kit.Register(app, modules.All)
	hooks.Register(app)
	app.OnServe().Unbind("hospitalNarrow")
	router, err := apis.NewRouter(app)
	if err != nil {
		b.Fatal("build the second router:", err)
	}
	wide := &hospitaltest.Hospital{T: b, App: &tests.TestApp{BaseApp: app}}
	err = app.OnServe().Trigger(&core.ServeEvent{App: app, Router: router}, func(e *core.ServeEvent) error {
		wide.Handler, err = e.Router.BuildMux()
		return err
	})
	if err != nil {
		b.Fatal("start the second server:", err)
	}
	return wide
}
