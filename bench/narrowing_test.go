// Package bench_test measures speed as ratios within one run, so that the machine does not
// matter.
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
	whole        = 4                    // without narrowing, a list that takes 1/4 of the time for all rows must become faster
	growth       = 2                    // factor by which a list may become slower with ten times as many rows
	noise        = 3 * time.Millisecond // of a shared machine, per request
)

// filters of clients; all but the first are combined with the caller's scope.
var filters = []struct{ says, filter string }{
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

// orders: none, one with an index, one without.
var orders = []string{"", "-starts", "number"}

// BenchmarkNarrowing checks the lists of a patient's and a doctor's own visits with every
// filter and order: narrowing does not change the list, it uses an index, and it does not
// become slower with more visits of others.
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

func compare(b *testing.B, role string, gain float64, few, many, wide asker) {
	b.Helper()
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "filter\torder\ttotal\trows\tun-narrowed ms\t\tnarrowed ms\ttimes faster\tin a tenth ms\tgrowth\t")
	full := wide.list(b, query{}).took
	for _, f := range filters {
		all := query{f.filter, "", "perPage=1000"}
		same(b, role+", "+f.says, many.list(b, all), wide.list(b, all), false)
		for _, order := range orders {
			for _, total := range []string{"", "skipTotal=1"} {
				name := fmt.Sprintf("%s, %s, sorted by %q, %s", role, f.says, order, total)
				q := query{f.filter, order, total}
				now, tenth := many.median(b, q), few.median(b, q)
				var before answer
				wider := wide.h.Plans(func() { before = wide.list(b, q) })
				plans := many.h.Plans(func() { many.list(b, q) })

				if order != "" {
					same(b, name, now, before, true)
				}
				if visits := lookingAt(plans); strings.Contains(visits, "SCAN") {
					b.Errorf("%s: the rows are not found by an index:\n%s", name, visits)
				}
				faster, grown, scanned := float64(before.took)/float64(now.took), float64(now.took)/float64(tenth.took), ""
				if strings.Contains(lookingAt(wider), "SCAN") {
					scanned = "scan"
				}
				if scanned != "" && before.took > full/whole && faster < gain {
					b.Errorf("%s: narrowed it is only %.0f times faster", name, faster)
				}
				if now.took > growth*tenth.took+noise {
					b.Errorf("%s: with ten times as many visits it takes %.1f times as long", name, grown)
				}
				fmt.Fprintf(out, "%s\t%s\t%t\t%d\t%.1f\t%s\t%.1f\t%.0f\t%.1f\t%.1f\t\n", f.says, order, total == "", now.total, ms(before.took), scanned, ms(now.took), faster, ms(tenth.took), grown)
				if order == "-starts" && total == "" && slices.Contains([]string{"no filter", "a status"}, f.says) {
					fmt.Printf("The newest visits of a %s, %s, narrowed:\n%s\nun-narrowed:\n%s\n\n", role, f.says, lookingAt(plans), lookingAt(wider))
				}
			}
		}
	}
	_ = out.Flush()                                                                          // into memory
	fmt.Printf("The list of a %s's own visits among %d:\n%s\n", role, large, table.String()) // b.Log would be truncated
}

// statistics runs ANALYZE, as an operator may, and checks that the lists still use an index.
func statistics(b *testing.B, callers ...asker) {
	b.Helper()
	for _, caller := range callers {
		if _, err := caller.h.App.NonconcurrentDB().NewQuery("ANALYZE").Execute(); err != nil {
			b.Fatal("analyze:", err)
		}
		for _, f := range filters {
			for _, order := range orders {
				visits := lookingAt(caller.h.Plans(func() { caller.list(b, query{f.filter, order, ""}) }))
				if strings.Contains(visits, "SCAN") || !strings.Contains(visits, "(patient=") && !strings.Contains(visits, "(doctor=") {
					b.Errorf("with statistics, %s, sorted by %q: the rows are not found by an index:\n%s", f.says, order, visits)
				}
			}
		}
	}
}

// lookingAt returns the steps of plans that read visits.
func lookingAt(plans []hospitaltest.Plan) string {
	var steps []string
	for _, p := range plans {
		steps = append(steps, p.Of("appointments")...)
	}
	return strings.Join(steps, "\n")
}

// asker sends requests as one account to one server.
type asker struct {
	hospitaltest.Client
	h *hospitaltest.Hospital
}

func as(h *hospitaltest.Hospital, account string) asker {
	h.T.Helper()
	token, err := h.Record("users", account).NewAuthToken()
	if err != nil {
		h.T.Fatal("sign in:", err)
	}
	return asker{h.WithToken(token).SkipContract(), h}
}

// answer is a page of a list and the time it took.
type answer struct {
	ids   []string
	total int64
	took  time.Duration
}

// query is a list request.
type query struct{ filter, order, more string }

func (a asker) list(b *testing.B, q query) answer {
	b.Helper()
	path := "/api/collections/appointments/records?" + url.Values{"filter": {q.filter}, "sort": {q.order}}.Encode() + "&" + q.more
	began := time.Now()
	page := a.Do(http.MethodGet, path, nil).OK(b)
	return answer{page.IDs(), page.Int("totalItems"), time.Since(began)}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median repeats a list request and returns the answer with the median time.
func (a asker) median(b *testing.B, q query) answer {
	b.Helper()
	var all []answer
	for range 9 {
		all = append(all, a.list(b, q))
	}
	slices.SortFunc(all, func(x, y answer) int { return int(x.took - y.took) })
	return all[len(all)/2]
}

// same fails unless two answers have the same rows, in the same order if it is defined.
func same(b *testing.B, name string, narrowed, plain answer, ordered bool) {
	b.Helper()
	got, want := narrowed.ids, plain.ids
	if !ordered {
		got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	}
	if !slices.Equal(got, want) || narrowed.total != plain.total {
		b.Errorf("%s: narrowing changed the list from %d of %d to %d of %d", name, len(want), plain.total, len(got), narrowed.total)
	}
}

// unnarrowed opens a second server on the same data, without narrowing.
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
		b.Fatal("serve a second time:", err)
	}
	return wide
}
