package portal_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"

	"hospital/internal/portal"
)

// root is the root of the repository, which contains pb_public.
var root = os.DirFS("../..")

// site returns a server with only the portal.
func site(t *testing.T) http.Handler {
	t.Helper()
	app, err := tests.NewTestApp()
	if err != nil {
		t.Fatal("open an app:", err)
	}
	t.Cleanup(app.Cleanup)
	portal.Register(app, root)
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal("build the router:", err)
	}
	var handler http.Handler
	err = app.OnServe().Trigger(&core.ServeEvent{App: app, Router: router}, func(e *core.ServeEvent) error {
		handler, err = e.Router.BuildMux()
		return err
	})
	if err != nil {
		t.Fatal("serve:", err)
	}
	return handler
}

func get(site http.Handler, url string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	site.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, url, nil))
	return recorder
}

func TestPages(t *testing.T) {
	site := site(t)
	for _, page := range []struct{ url, contentType string }{
		{"/", "text/html"},
		{"/style.css", "text/css"},
		{"/icon.svg", "image/svg+xml"},
		{"/js/app.js", "text/javascript"},
		{"/js/views/sign-in.js", "text/javascript"},
	} {
		t.Run(page.url+" is served", func(t *testing.T) {
			answer := get(site, page.url)
			if got := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK ||
				!strings.HasPrefix(got, page.contentType) {
				t.Errorf("answered %d %s, want 200 %s", answer.Code, got, page.contentType)
			}
			policy := answer.Header().Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'self'") || strings.Contains(policy, "unsafe") {
				t.Errorf("its content policy is %q", policy)
			}
		})
	}
}

func TestUnknownPathsOfTheAPIAreNoPages(t *testing.T) {
	answer := get(site(t), "/api/x")
	var body map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != http.StatusNotFound {
		t.Errorf("answered %d %s", answer.Code, answer.Body)
	}
}

func TestNothingOutsideTheFolderIsServed(t *testing.T) {
	site := site(t)
	for _, url := range []string{"/go.mod", "/../go.mod", "/%2e%2e/go.mod", "/..%2fgo.mod", "/js/..%2f..%2fgo.mod",
		"/js/%2e%2e/%2e%2e/go.mod", "/%5c..%5cgo.mod"} {
		t.Run(url, func(t *testing.T) {
			if answer := get(site, url); answer.Code == http.StatusOK ||
				strings.Contains(answer.Body.String(), "module hospital") {
				t.Errorf("answered %d %s", answer.Code, answer.Body)
			}
		})
	}
}

// namespaces are URLs that are not fetched.
var namespaces = strings.NewReplacer(`"http://www.w3.org/2000/svg"`, "")

// forbidden matches code that the content security policy blocks, and code that parses text
// as HTML.
var forbidden = regexp.MustCompile(
	`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\bstyle=|\bon[a-z]+="|onclick=|https?://`)

func TestPagesKeepTheContentPolicy(t *testing.T) {
	eachFile(t, func(t *testing.T, _, text string) {
		if found := forbidden.FindString(namespaces.Replace(text)); found != "" {
			t.Errorf("it contains %s", found)
		}
	})
}

var (
	imported = regexp.MustCompile(`(?m)^import \{\s+([^}]+?),?\s+\} from "([^"]+)";$`)
	exported = regexp.MustCompile(`(?m)^export (?:async )?(?:function|const|class) (\w+)`)
)

// With a misspelt import the page stays empty.
func TestImportsLeadToWhatIsThere(t *testing.T) {
	eachFile(t, func(t *testing.T, name, text string) {
		if path.Ext(name) != ".js" {
			return
		}
		found := imported.FindAllStringSubmatch(text, -1)
		if lines := strings.Count("\n"+text, "\nimport "); len(found) != lines {
			t.Errorf("%d of its %d imports are written otherwise than this test reads them", lines-len(found), lines)
		}
		for _, one := range found {
			raw, err := fs.ReadFile(root, path.Join(path.Dir(name), one[2]))
			if err != nil {
				t.Error(err)
				continue
			}
			var there []string
			for _, export := range exported.FindAllStringSubmatch(string(raw), -1) {
				there = append(there, export[1])
			}
			for _, wanted := range regexp.MustCompile(`,\s+`).Split(one[1], -1) {
				theirs, ours, renamed := strings.Cut(wanted, " as ")
				if !renamed {
					ours = theirs
				}
				if !slices.Contains(there, theirs) {
					t.Errorf("%s exports no %s", one[2], theirs)
				}
				if len(regexp.MustCompile(`\b`+ours+`\b`).FindAllString(text, 2)) < 2 {
					t.Errorf("%s is imported and not used", ours)
				}
			}
		}
	})
}

var (
	viewTable = regexp.MustCompile(`(?s)const views = \{\n(.*?)\n\};`)
	viewRow   = regexp.MustCompile(`(?m)^\t"?([\w-]+)"?: \[`)
	menuTable = regexp.MustCompile(`(?s)const menus = \{\n.*?\n\};\n\n.*?\nconst subviews = \{\n.*?\n\};`)
	menuViews = regexp.MustCompile(`(?:(\w+): )?"([\w-]+)"`)
	ledTo     = regexp.MustCompile(`\b(?:link|open|address)\(\s*"([\w-]+)"|\btabs\(\s*"[^"]*",\s+"([\w-]+)"`)
)

// A link to an unknown view leads to the start page.
func TestLinksAndMenusLeadToViews(t *testing.T) {
	var raw []byte
	for _, name := range []string{"app.js", "menus.js"} {
		content, err := fs.ReadFile(root, "pb_public/js/"+name)
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, content...)
	}
	var views []string
	for _, row := range viewRow.FindAllStringSubmatch(viewTable.FindString(string(raw)), -1) {
		views = append(views, row[1])
	}
	menus := menuTable.FindString(string(raw))
	if len(views) == 0 || menus == "" {
		t.Fatal("app.js and menus.js name views and menus otherwise than this test reads them")
	}
	for _, one := range menuViews.FindAllStringSubmatch(menus, -1) {
		for _, name := range one[1:] {
			if name != "" && !slices.Contains(views, name) {
				t.Errorf("a menu leads to %s, which is no view", name)
			}
		}
	}
	eachFile(t, func(t *testing.T, name, text string) {
		for _, one := range ledTo.FindAllStringSubmatch(text, -1) {
			if view := one[1] + one[2]; !slices.Contains(views, view) {
				t.Errorf("it leads to %s, which is no view", view)
			}
		}
	})
}

// eachFile runs a check on every file of the portal.
func eachFile(t *testing.T, check func(t *testing.T, name, text string)) {
	t.Helper()
	known := []string{".html", ".css", ".js", ".svg"}
	err := fs.WalkDir(root, "pb_public", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		t.Run(name, func(t *testing.T) {
			if !slices.Contains(known, path.Ext(name)) {
				t.Errorf("the portal has no files of the kind %s", path.Ext(name))
			}
			check(t, name, string(raw))
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
