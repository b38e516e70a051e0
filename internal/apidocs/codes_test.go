package apidocs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The document lists exactly the codes that the source uses, and every code of an operation
// is in one of the lists.
func TestEveryCodeIsDocumented(t *testing.T) {
	t.Parallel()
	doc := document(t)
	list := func(name string) (codes []string) {
		for _, code := range doc.Components.Schemas[name].Value.Enum {
			codes = append(codes, code.(string))
		}
		return codes
	}
	ours, framework := list("HospitalCode"), list("FrameworkCode")
	var own []string // the source also refuses with some codes of the framework
	for _, code := range codesOfTheSource(t) {
		if !slices.Contains(framework, code) {
			own = append(own, code)
		}
	}
	sameNames(t, "the codes of the hospital", ours, own)

	named := map[string]bool{"never_deleted": true, "only_one": true, "closed": true} // only operators receive them
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			for status, response := range o.Responses.Map() {
				codes, has := response.Value.Extensions["x-codes"].([]any)
				if refusal := status >= "400"; has != refusal {
					t.Errorf("%s %s: the answer %s has a list of codes: %v", method, path, status, has)
				}
				for _, code := range codes {
					named[code.(string)] = true
					if !slices.Contains(ours, code.(string)) && !slices.Contains(framework, code.(string)) {
						t.Errorf("%s %s answers %s %v, which is in no list of codes", method, path, status, code)
					}
				}
			}
		}
	}
	for _, code := range append(ours, framework...) {
		if !named[code] {
			t.Errorf("no operation answers %s", code)
		}
	}
}

// codesOfTheSource returns the codes of the refusals in the source files.
func codesOfTheSource(t *testing.T) (codes []string) {
	t.Helper()
	platform, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../modules/*/*.go")
	if err != nil || len(files) < 20 {
		t.Fatal("no source files:", len(files), err)
	}
	files = append(files, platform...)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if code := refusalOf(call); code != "" && !slices.Contains(codes, code) {
					codes = append(codes, code)
				}
			}
			return true
		})
	}
	return codes
}

// refusalOf returns the code of a call that makes a refusal, or an empty string for other calls.
func refusalOf(call *ast.CallExpr) string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	at, known := map[string]int{"Invalid": 1, "Forbidden": 1, "Conflict": 1, "TooLarge": 1, "TooManyRequests": 2, "Unavailable": 2,
		"NewError": 0}[name]
	if !known || len(call.Args) <= at {
		return ""
	}
	literal, ok := call.Args[at].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return ""
	}
	code, err := strconv.Unquote(literal.Value)
	if err != nil {
		return ""
	}
	return code
}
