package conformance_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestEveryRouteStandsInRoutes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	paths := h.As("guest").Do(http.MethodGet, "/api/hospital/openapi.json", nil).OK(t).JSON["paths"].(map[string]any)
	var documented, listed []string
	for path, methods := range paths {
		for method := range methods.(map[string]any) {
			if strings.HasPrefix(path, "/api/hospital/") && method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, r := range readRoutes(t) {
		listed = append(listed, r.line)
	}
	slices.Sort(documented)
	if !slices.Equal(documented, listed) {
		t.Errorf("routes.txt has\n%s\nthere are\n%s", strings.Join(listed, "\n"), strings.Join(documented, "\n"))
	}
}

// TestRoutePermissions asks every route as everybody, about every record that it can
// be about.
func TestRoutePermissions(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	for _, r := range readRoutes(t) {
		method, path, _ := strings.Cut(strings.Replace(r.line, "{collection}", "appointments", 1), " ")
		for _, account := range everybody {
			word := r.who[hospitaltest.RoleOf(account)]
			answers := func(path string) bool {
				status := h.As(account).Unbound().Do(method, path, nil).Status
				return status != http.StatusUnauthorized && status != http.StatusForbidden && status != http.StatusNotFound
			}
			collection, _, about := strings.Cut(strings.TrimPrefix(path, "/api/hospital/"), "/{id}/")
			if !about || collection == "doctors" {
				if got := answers(strings.ReplaceAll(path, "{id}", hospitaltest.ID("dr1"))); got != (word == "all") {
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
			asking{t, h, h.As(account), account, collection}.sees(r.line, got, meant(t, h, collection, word, account))
		}
	}
}
