package conformance_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules"
	"hospital/modules/audit"
)

// undeclared is the only route under /api/hospital that is not a kit.Route. Monitoring
// calls it; it contains no data and is not in the request log.
const undeclared = "GET /api/hospital/ready"

// declaredRoutes returns the declared routes by method and whole path.
func declaredRoutes(h *hospitaltest.Hospital) map[string]kit.Route {
	declared := map[string]kit.Route{}
	for _, r := range kit.Routes(h.App) {
		method, path, _ := strings.Cut(r.Path, " ")
		declared[method+" "+kit.RoutePrefix+path] = r
	}
	return declared
}

// TestRoutesAreDeclared compares the routes of the router, of routes.txt and of the
// OpenAPI document with the declared ones.
func TestRoutesAreDeclared(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	want := []string{undeclared}
	for line := range declaredRoutes(h) {
		want = append(want, line)
	}
	slices.Sort(want)
	var documented, listed []string
	document := h.As("guest").Do(http.MethodGet, "/api/hospital/openapi.json", nil).OK(t).JSON
	for path, methods := range document["paths"].(map[string]any) {
		for method := range methods.(map[string]any) {
			if strings.HasPrefix(path, kit.RoutePrefix+"/") && method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, r := range readRoutes(t) {
		listed = append(listed, r.line)
	}
	for where, got := range map[string][]string{
		"the router": boundRoutes(h), "routes.txt": listed, "the OpenAPI document": documented,
	} {
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s has\n%s\nthe modules declare\n%s", where, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// withFeed fills in the secret of a calendar in a path.
func withFeed(h *hospitaltest.Hospital, path string) string {
	if !strings.Contains(path, "{secret}") {
		return path
	}
	feed := h.As("patient2").Do(http.MethodPost, "/api/hospital/calendar", nil).String("url")
	return strings.Replace(path, "{secret}", feed[strings.LastIndex(feed, "/")+1:], 1)
}

// boundRoutes returns the routes of the router below kit.RoutePrefix. It uses reflection
// because the router does not export them.
func boundRoutes(h *hospitaltest.Hospital) (lines []string) {
	var walk func(group reflect.Value, prefix string)
	walk = func(group reflect.Value, prefix string) {
		prefix += group.FieldByName("Prefix").String()
		children := group.FieldByName("children")
		for i := range children.Len() {
			child := children.Index(i).Elem().Elem()
			if child.FieldByName("children").IsValid() {
				walk(child, prefix)
				continue
			}
			path := prefix + child.FieldByName("Path").String()
			if path == kit.RoutePrefix || strings.HasPrefix(path, kit.RoutePrefix+"/") {
				lines = append(lines, strings.TrimSpace(child.FieldByName("Method").String()+" "+path))
			}
		}
	}
	walk(reflect.ValueOf(h.Router.RouterGroup).Elem(), "")
	return lines
}

// TestDeclaredRolesMatchRoutes compares every cell of routes.txt with the roles of
// the declared route. For a route about one record it is the role's read scope.
func TestDeclaredRolesMatchRoutes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	declared, catalog := declaredRoutes(h), kit.CatalogOf(modules.All)
	for _, r := range readRoutes(t) {
		row, ok := declared[r.line]
		if !ok {
			continue // TestRoutesAreDeclared reports it
		}
		for role, word := range r.who {
			want := "-"
			if slices.Contains(row.Roles, role) {
				want = "all"
				if row.Record != "" {
					want = catalog[row.Record].Policy[role].Read.Name
				}
			}
			if word != want {
				t.Errorf("%s: routes.txt has %q for %s, the module declares %q", r.line, word, role, want)
			}
		}
	}
}

// TestRoutePermissions calls every route as every account, for every record.
func TestRoutePermissions(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	declared := declaredRoutes(h)
	for _, r := range readRoutes(t) {
		method, path, _ := strings.Cut(strings.Replace(r.line, "{collection}", "appointments", 1), " ")
		collection := declared[r.line].Record
		for _, account := range everybody {
			word := r.who[hospitaltest.RoleOf(account)]
			answers := func(path string) bool {
				status := h.As(account).SkipContract().Do(method, withFeed(h, path), nil).Status
				return status != http.StatusUnauthorized && status != http.StatusForbidden && status != http.StatusNotFound
			}
			if collection == "" {
				if got := answers(path); got != (word == "all") {
					t.Errorf("%s is answered by %s: %v, should be %q", account, r.line, got, word)
				}
				continue
			}
			var got []string
			for _, id := range allIDs(t, h, collection) {
				if answers(strings.ReplaceAll(path, "{id}", id)) {
					got = append(got, id)
				}
			}
			checker{t, h, h.As(account), account, collection}.sees(r.line, got, meant(t, h, collection, word, account))
		}
	}
}

// TestRoutesAreAudited calls every declared route as an admin and looks for the audit entry
// of its row. A file is always audited as an export.
func TestRoutesAreAudited(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("accountant1").Update("payments", hospitaltest.ID("paid1"), hospitaltest.Body{"status": "verified"}).OK(t)
	about := map[string]string{
		"patients": hospitaltest.ID("pat1"), "bills": billOf(h, "1"), "payments": hospitaltest.ID("paid1"),
		"doctors": hospitaltest.ID("dr1"),
	}
	lastWeek := "?from=" + time.Now().AddDate(0, 0, -7).Format(time.DateOnly) // on the first of a month, too
	audited := 0
	for line, row := range declaredRoutes(h) {
		method, path, _ := strings.Cut(line, " ")
		if method != http.MethodGet {
			continue
		}
		path = strings.NewReplacer("{id}", about[row.Record], "{collection}", "appointments").Replace(path)
		for _, query := range []string{lastWeek, lastWeek + "&format=csv"} {
			caller := "admin1"
			if !slices.Contains(row.Roles, role.Admin) {
				caller = "patient1"
			}
			answer := h.As(caller).SkipContract().Do(method, withFeed(h, path)+query, nil)
			if answer.Status != http.StatusSeeOther { // of a link in a mail
				answer.OK(t)
			}
			want := row.Audit
			if want != "" && answer.Header.Get("Content-Disposition") != "" {
				want = "export"
			}
			if err := audit.Flush(h.App); err != nil {
				t.Fatal(err)
			}
			var actions []string
			err := h.App.DB().NewQuery("SELECT DISTINCT action FROM audit_log WHERE request = {:request}").
				Bind(dbx.Params{"request": answer.Header.Get("X-Request-Id")}).Column(&actions)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(actions, " "); got != want {
				t.Errorf("%s%s is audited as %q, want %q", line, query, got, want)
			}
			if want != "" {
				audited++
			}
		}
	}
	if audited == 0 {
		t.Error("no route is audited")
	}
}
