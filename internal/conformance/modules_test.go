package conformance_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/modules"
)

func TestEveryModuleIsListed(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("../../modules")
	if err != nil {
		t.Fatal(err)
	}
	var folders, listed []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	for _, m := range modules.All {
		listed = append(listed, m.Name)
	}
	slices.Sort(listed)
	if !slices.Equal(folders, listed) {
		t.Errorf("modules/ contains\n%v\nmodules.All lists\n%v", folders, listed)
	}
}

// platform are the packages that every module may import. They import no module.
var platform = []string{
	"internal/kit", "internal/money", "internal/sheet", "internal/pdf", "internal/role", "internal/outbox",
	"internal/smtp", "internal/letters", "internal/calendar", "internal/terminal",
}

// A module imports only the platform and modules above it in modules.All.
func TestModulesImportOnlyUpward(t *testing.T) {
	t.Parallel()
	allowed := slices.Clone(platform)
	for _, m := range modules.All {
		for _, imported := range importsOf(t, "modules/"+m.Name) {
			if !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s, which is not above it in modules.All", m.Name, imported)
			}
		}
		allowed = append(allowed, "modules/"+m.Name)
	}
	for _, below := range platform {
		for _, imported := range importsOf(t, below) {
			if !slices.Contains(platform, imported) {
				t.Errorf("%s imports %s, which is not part of the platform", below, imported)
			}
		}
	}
}

// importsOf lists the packages of this project that the non-test files of a folder import.
func importsOf(t *testing.T, folder string) (imports []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if rest, ok := strings.CutPrefix(path, "hospital/"); ok {
				imports = append(imports, rest)
			}
		}
	}
	return imports
}

// public are the rules that allow guests on purpose.
var public = []string{"hospital list", "departments list", "doctors list", "users create"}

var requestField = regexp.MustCompile(`@request\.(auth|body)\.(\w+)`)

// PocketBase evaluates a misspelt @request.auth.x as null instead of refusing it.
func TestRulesNameRealFieldsAndAllowGuestsOnlyOnPurpose(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	collections, err := h.App.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	users, err := h.App.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range collections {
		if c.System {
			continue
		}
		for action, rule := range map[string]*string{"list": c.ListRule, "view": c.ViewRule, "create": c.CreateRule,
			"update": c.UpdateRule, "delete": c.DeleteRule} {
			if rule == nil {
				continue
			}
			if action == "delete" {
				t.Errorf("%s may be deleted by %s", c.Name, *rule)
			}
			for _, match := range requestField.FindAllStringSubmatch(*rule, -1) {
				fields := users.Fields
				if match[1] == "body" {
					fields = c.Fields
				}
				if fields.GetByName(match[2]) == nil {
					t.Errorf("the %s rule of %s names %s, which is not a field", action, c.Name, match[0])
				}
			}
			open := *rule == "" || strings.Contains(*rule, `@request.auth.id = ""`)
			if name := c.Name + " " + strings.Replace(action, "view", "list", 1); open != slices.Contains(public, name) {
				t.Errorf("the %s rule of %s allows guests: %v", action, c.Name, open)
			}
		}
	}
}
