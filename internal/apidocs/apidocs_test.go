package apidocs_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/core"
	"go.yaml.in/yaml/v3"

	"hospital/internal/apidocs"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// joined is the document that clients receive.
var joined = sync.OnceValues(func() (*openapi3.T, error) {
	d, err := apidocs.Join(modules.All)
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(d.JSON)
})

func document(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := joined()
	if err != nil {
		t.Fatal("load the document:", err)
	}
	return doc
}

func TestTheDocumentIsValidOpenAPI(t *testing.T) {
	t.Parallel()
	if err := document(t).Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
}

func TestTheDocumentIsNotMadeAtStart(t *testing.T) {
	t.Parallel()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	apidocs.Register(app, func() (d apidocs.Document) {
		t.Error("the start waits for the document")
		return d
	})
}

// A part may only contain paths and components, and no two parts may describe the same one.
func TestConflictingPartsAreRefused(t *testing.T) {
	t.Parallel()
	for part, says := range map[string]string{
		"paths: {/api/realtime: {}}":             "paths /api/realtime is described twice",
		"components: {schemas: {Refusal: {}}}":   "components/schemas Refusal is described twice",
		"info: {title: Another}":                 "no info",
		"paths: {/a: {get: {}, get: {}}}":        "already defined",
		"just a sentence":                        "no document",
		"paths: {/api/collections/x: {}}":        "",
		"components: {headers: {X-Request: {}}}": "",
	} {
		_, err := apidocs.Join([]kit.Module{{Name: "part", OpenAPI: []byte(part)}})
		if (says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", part, err, says)
		}
	}
}

func TestYAMLAndJSONAreOneDocument(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	get := func(path string) (values map[string]any) {
		answer := h.As("guest").Do(http.MethodGet, path, nil).OK(t)
		if err := yaml.Unmarshal(answer.Raw, &values); err != nil { // JSON is YAML, too
			t.Fatal(path, err)
		}
		return values
	}
	asYAML, asJSON := get("/api/hospital/openapi.yaml"), get("/api/hospital/openapi.json")
	// JSON has one kind of number; 1e+13 there is 10000000000000 here.
	if a, b := numbers(t, asYAML), numbers(t, asJSON); !reflect.DeepEqual(a, b) {
		t.Error("the two differ")
	}
	if info := asYAML["info"].(map[string]any); info["version"] != kit.MajorVersion() {
		t.Errorf("the document is of version %v, the binary of %s", info["version"], kit.Version)
	}
}

// The exact version tells which faults a server has. The test is not parallel: it sets the version.
func TestTheDocumentHasTheMajorVersionOnly(t *testing.T) {
	built := kit.Version
	t.Cleanup(func() { kit.Version = built })
	for version, want := range map[string]string{
		"12.34.5": "12", "v1.2.3-4-gfa234e1": "1", "0.1.0": "0", "dev": "dev", "fa234e1": "dev", "": "dev",
	} {
		kit.Version = version
		document, err := apidocs.Join(modules.All)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"YAML": string(document.YAML()), "JSON": string(document.JSON)} {
			var parsed struct {
				Info struct {
					Version string `yaml:"version"`
				} `yaml:"info"`
			}
			if err := yaml.Unmarshal([]byte(text), &parsed); err != nil {
				t.Fatal(err)
			}
			if parsed.Info.Version != want || strings.Count(version, ".") > 1 && strings.Contains(text, version) {
				t.Errorf("of %q the %s has the version %q, want %q", version, name, parsed.Info.Version, want)
			}
		}
	}
}

// numbers converts values to JSON and back, so that all numbers have the same type. It fails
// for dates that YAML parses as timestamps.
func numbers(t *testing.T, values any) (out any) {
	t.Helper()
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`"\d{4}-\d\d-\d\dT00:00:00Z"`).Match(text) {
		t.Error("a day in the document is not quoted")
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

var asset = regexp.MustCompile(`(?:src|href)="(/api/[^"]+)"`)

// The server itself serves every file of the page, and the page contains no script or
// address that the content security policy would refuse.
func TestThePageLoadsNothingFromOtherServers(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	page := get(h, "/api/docs", "")
	policy := page.Header().Get("Content-Security-Policy")
	if page.Code != http.StatusOK || !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") {
		t.Fatalf("the page answered %d %s", page.Code, page.Header().Get("Content-Type"))
	}
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "script-src 'self';") ||
		strings.Contains(policy, "http") {
		t.Errorf("the policy is %s", policy)
	}
	if body := page.Body.String(); strings.Contains(body, "://") ||
		regexp.MustCompile(`<script>|<script [^s]|<style|\son\w+=`).MatchString(body) {
		t.Error("the page has an inline script or style, or an address outside")
	}
	files := asset.FindAllStringSubmatch(page.Body.String(), -1)
	if len(files) < 6 {
		t.Errorf("the page names %v", files)
	}
	for _, f := range files {
		packed, open := get(h, f[1], "gzip"), get(h, f[1], "")
		if packed.Code != http.StatusOK || open.Code != http.StatusOK || open.Body.Len() < 200 ||
			open.Body.Len() < packed.Body.Len() {
			t.Errorf("%s answered %d, and %d with %d bytes", f[1], packed.Code, open.Code, open.Body.Len())
		}
		again := httptest.NewRequest(http.MethodGet, f[1], nil)
		again.Header.Set("If-None-Match", open.Header().Get("ETag"))
		recorder := httptest.NewRecorder()
		h.Handler.ServeHTTP(recorder, again)
		if recorder.Code != http.StatusNotModified {
			t.Errorf("%s is sent again: %d", f[1], recorder.Code)
		}
	}
	for _, path := range []string{"/api/docs/nothing", "/api/docs/openapi.yaml", "/api/docs/..%2fopenapi.yaml"} {
		if answer := get(h, path, ""); answer.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, answer.Code)
		}
	}
}

func get(h *hospitaltest.Hospital, path, encoding string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, path, bytes.NewReader(nil))
	request.Header.Set("Accept-Encoding", encoding)
	recorder := httptest.NewRecorder()
	h.Handler.ServeHTTP(recorder, request)
	return recorder
}
