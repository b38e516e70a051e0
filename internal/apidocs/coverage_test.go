package apidocs_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

// skipped are the routes that are not for clients.
var skipped = []string{
	" /", // answers 404 for unknown paths
	// for the dashboard and operators
	"GET /_/extensions.js", "POST /api/sql",
	"GET /api/settings", "PATCH /api/settings", "POST /api/settings/test/s3", "POST /api/settings/test/email",
	"POST /api/settings/apple/generate-client-secret",
	"GET /api/collections", "POST /api/collections", "GET /api/collections/{collection}",
	"PATCH /api/collections/{collection}", "DELETE /api/collections/{collection}",
	"DELETE /api/collections/{collection}/truncate", "PUT /api/collections/import", "GET /api/collections/meta/scaffolds",
	"GET /api/collections/meta/oauth2-providers", "POST /api/collections/meta/dry-run-view",
	"GET /api/logs", "DELETE /api/logs", "GET /api/logs/stats", "GET /api/logs/{id}",
	"GET /api/backups", "POST /api/backups", "POST /api/backups/upload", "GET /api/backups/{key}",
	"DELETE /api/backups/{key}", "POST /api/backups/{key}/restore",
	"GET /api/crons", "POST /api/crons/{id}",
	"POST /api/collections/{collection}/impersonate/{id}",
	// ways to sign in that are not enabled
	"POST /api/collections/{collection}/auth-with-oauth2",
	"GET /api/oauth2-redirect", "POST /api/oauth2-redirect",
	// records are never deleted
	"DELETE /api/collections/{collection}/records/{id}",
	// the page that shows the document
	"GET /api/docs", "GET /api/docs/{file}",
}

// The document must not contain routes or record operations that do not exist either.
func TestEveryRouteIsDocumentedOrSkipped(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	routes := walk(reflect.ValueOf(h.Router.RouterGroup), "")
	if !slices.Contains(routes, "GET /api/hospital/openapi.yaml") || len(routes) < 50 {
		t.Fatalf("walk does not find the routes: %v", routes)
	}
	var wanted []string
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		switch {
		case slices.Contains(skipped, route):
		case strings.HasPrefix(path, "/api/collections/{collection}/records"):
			wanted = append(wanted, openOperations(t, h, method, path)...)
		case strings.HasPrefix(path, "/api/collections/{collection}/"): // of the one collection that people sign in with
			wanted = append(wanted, method+" "+strings.Replace(path, "{collection}", "users", 1))
		default:
			wanted = append(wanted, route)
		}
	}
	var documented []string
	for path, item := range document(t).Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	for _, operation := range wanted {
		if !slices.Contains(documented, operation) {
			t.Errorf("%s is not in the document", operation)
		}
	}
	for _, operation := range documented {
		if !slices.Contains(wanted, operation) {
			t.Errorf("the document has %s, which does not exist", operation)
		}
	}
	for _, route := range skipped {
		if !slices.Contains(routes, route) {
			t.Errorf("%s is skipped but is not a route", route)
		}
	}
}

// openOperations returns a record route for every collection where any role may use it.
func openOperations(t *testing.T, h *hospitaltest.Hospital, method, path string) (operations []string) {
	t.Helper()
	collections, err := h.App.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range collections {
		rule := map[string]*string{"POST": c.CreateRule, "PATCH": c.UpdateRule, "GET": c.ViewRule}[method]
		if method == "GET" && !strings.HasSuffix(path, "{id}") {
			rule = c.ListRule
		}
		if !c.System && rule != nil {
			operations = append(operations, method+" "+strings.Replace(path, "{collection}", c.Name, 1))
		}
	}
	return operations
}

// walk lists the routes of a group. It uses reflection because the fields are not exported.
func walk(v reflect.Value, prefix string) (routes []string) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	children := v.FieldByName("children")
	if !children.IsValid() {
		return []string{v.FieldByName("Method").String() + " " + prefix + v.FieldByName("Path").String()}
	}
	prefix += v.FieldByName("Prefix").String()
	for i := range children.Len() {
		routes = append(routes, walk(children.Index(i), prefix)...)
	}
	return routes
}
