package modules_test

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

	"hospital/modules"
	"hospital/modules/hospitaltest"
)

// beside are the folders that are no modules: the vocabulary below them, and
// what stands on all of them.
var beside = []string{"kit", "paper", "seed", "demo", "operations", "portal", "apidocs", "hospitaltest"}

func TestEveryFolderIsListed(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	listed := slices.Clone(beside)
	for _, m := range modules.All {
		listed = append(listed, m.Name)
	}
	slices.Sort(listed)
	if !slices.Equal(folders, listed) {
		t.Errorf("modules/ holds\n%v\nlisted are\n%v", folders, listed)
	}
}

// TestModulesImportOnlyUpward: a module imports the kit, the paper, and modules
// above it in All.
func TestModulesImportOnlyUpward(t *testing.T) {
	t.Parallel()
	allowed := []string{"kit", "paper"}
	for _, m := range modules.All {
		for _, imported := range importsOf(t, m.Name) {
			if !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s, which does not stand above it in modules.All", m.Name, imported)
			}
		}
		allowed = append(allowed, m.Name)
	}
	for _, below := range allowed[:2] {
		if imports := importsOf(t, below); len(imports) > 0 {
			t.Errorf("%s knows nothing of hospitals, and imports %v", below, imports)
		}
	}
}

// importsOf names what the program files of a folder import of this project.
func importsOf(t *testing.T, folder string) (imports []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
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
				imports = append(imports, strings.TrimPrefix(rest, "modules/"))
			}
		}
	}
	return imports
}

// public are the rules that let guests in, on purpose.
var public = []string{"hospital list", "departments list", "doctors list", "users create"}

var requestField = regexp.MustCompile(`@request\.(auth|body)\.(\w+)`)

// TestRulesNameRealFields finds what PocketBase accepts in silence: a misspelt
// @request.auth.x is null to it, and a rule without a sign-in lets everybody in.
func TestRulesNameRealFields(t *testing.T) {
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
		for action, rule := range map[string]*string{"list": c.ListRule, "view": c.ViewRule, "create": c.CreateRule, "update": c.UpdateRule, "delete": c.DeleteRule} {
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
					t.Errorf("the %s rule of %s names %s, which is no field", action, c.Name, match[0])
				}
			}
			open := *rule == "" || strings.Contains(*rule, `@request.auth.id = ""`)
			if name := c.Name + " " + strings.Replace(action, "view", "list", 1); open != slices.Contains(public, name) {
				t.Errorf("guests and the %s rule of %s: open is %v", action, c.Name, open)
			}
		}
	}
}
