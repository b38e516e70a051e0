package conformance_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hospital/internal/kit"
	"hospital/modules"
)

// TestFieldsAreNamedOnlyByTypedRecords: outside of declarations and queries, a field name is written
// only in a typed record. That is a struct which embeds *core.Record, whose comment says "a record of
// bills". The rule, for every call such as r.GetInt("total_minor") or r.Set("total_minor", 1):
//
//   - it stands in a method of a typed record, in the file that declares the type;
//   - r is the receiver of that method;
//   - the name is a field of a collection that the comment names.
//
// Names that a method passes with its record, as in amountOf(b.Record, "total_minor"), or that it
// repeats something for, as in range []string{"issued_at"}, must be fields, too.
func TestFieldsAreNamedOnlyByTypedRecords(t *testing.T) {
	t.Parallel()
	catalog := kit.CatalogOf(modules.All)
	folders, err := filepath.Glob("../../modules/*")
	if err != nil || len(folders) < 10 {
		t.Fatalf("modules: %v, %v", folders, err)
	}
	names := 0
	for _, folder := range append(folders, "../../hooks") {
		files, declared := parseFolder(t, folder)
		for _, typed := range declared {
			if len(typed.collections) == 0 {
				t.Errorf(`%s: the comment of %s must say "a record of" a collection`, folder, typed.name)
			}
			for _, name := range typed.collections {
				if catalog[name].Name == "" {
					t.Errorf("%s: %s is a record of %s, which is no collection", folder, typed.name, name)
				}
			}
		}
		for path, file := range files.parsed {
			for _, d := range file.Decls {
				typed, receiver := methodOf(d, declared)
				if typed.path != path {
					receiver = ""
				}
				for _, use := range fieldsNamedIn(d, receiver) {
					names++
					switch at := files.position(use.pos); {
					case use.owned && !isField(catalog, typed.collections, use.field):
						t.Errorf("%s: %q is no field of %v", at, use.field, typed.collections)
					case use.accessor && !use.owned:
						t.Errorf("%s: %q is not read or set by a method of a typed record on its receiver", at, use.field)
					}
				}
			}
		}
	}
	if names < 300 {
		t.Errorf("only %d field names were checked", names)
	}
}

// typedRecord is a struct that embeds *core.Record, or another typed record of the package.
type typedRecord struct {
	name, path  string
	collections []string
}

type folderFiles struct {
	set    *token.FileSet
	parsed map[string]*ast.File
}

func (f folderFiles) position(pos token.Pos) string {
	at := f.set.Position(pos)
	return strings.TrimPrefix(at.Filename, "../../") + ":" + strconv.Itoa(at.Line)
}

// parseFolder reads the program files of a folder, and the typed records that they declare.
func parseFolder(t *testing.T, folder string) (folderFiles, map[string]typedRecord) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := folderFiles{token.NewFileSet(), map[string]*ast.File{}}
	declared := map[string]typedRecord{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files.set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files.parsed[path] = file
	}
	for more := true; more; { // until no further struct embeds one of them
		more = false
		for path, file := range files.parsed {
			for _, d := range file.Decls {
				if typed, ok := typedRecordOf(d, declared); ok && declared[typed.name].name == "" {
					typed.path, more = path, true
					declared[typed.name] = typed
				}
			}
		}
	}
	return files, declared
}

var recordOf = regexp.MustCompile(`record of (\w+(?:(?:, | or )\w+)*)[:.]`)

func typedRecordOf(d ast.Decl, known map[string]typedRecord) (typedRecord, bool) {
	decl, ok := d.(*ast.GenDecl)
	if !ok || decl.Tok != token.TYPE || len(decl.Specs) != 1 {
		return typedRecord{}, false
	}
	spec := decl.Specs[0].(*ast.TypeSpec)
	body, ok := spec.Type.(*ast.StructType)
	if !ok || len(body.Fields.List) != 1 || len(body.Fields.List[0].Names) > 0 {
		return typedRecord{}, false
	}
	embedded := types.ExprString(body.Fields.List[0].Type)
	if embedded != "*core.Record" && embedded != "core.BaseRecordProxy" && known[embedded].name == "" {
		return typedRecord{}, false
	}
	typed := typedRecord{name: spec.Name.Name}
	comment := strings.Join(strings.Fields(decl.Doc.Text()), " ")
	if match := recordOf.FindStringSubmatch(comment); match != nil {
		typed.collections = regexp.MustCompile(`, | or `).Split(match[1], -1)
	}
	return typed, true
}

// methodOf is the typed record of a method and the name of its receiver; empty for anything else.
func methodOf(d ast.Decl, declared map[string]typedRecord) (typed typedRecord, receiver string) {
	f, ok := d.(*ast.FuncDecl)
	if !ok || f.Recv == nil || len(f.Recv.List[0].Names) == 0 {
		return typedRecord{}, ""
	}
	return declared[lastName(f.Recv.List[0].Type)], f.Recv.List[0].Names[0].Name
}

// fieldUse is a field name in quotes.
type fieldUse struct {
	pos      token.Pos
	field    string
	accessor bool // it is given to a method such as GetString
	owned    bool // it is used with the receiver of a method of a typed record
}

// accessors are the methods of *core.Record whose first argument is a field name.
var accessors = []string{
	"Get", "GetString", "GetInt", "GetFloat", "GetBool", "GetDateTime", "GetGeoPoint", "GetStringSlice", "GetRaw",
	"GetUnsavedFiles", "GetUploadedFiles", "Set", "SetRaw", "SetIfFieldExists", "ExpandedOne", "ExpandedAll",
	"UnmarshalJSONField",
}

// notRecords are other things with a Get and a Set: of them only the name tells, without types.
var notRecords = []string{"Header", "header", "Query", "query"}

// fieldsNamedIn finds the field names in a declaration. The receiver is empty if it is no method of a
// typed record.
func fieldsNamedIn(d ast.Decl, receiver string) (uses []fieldUse) {
	owned := func(e ast.Expr) bool { return receiver != "" && rootOf(e) == receiver }
	add := func(accessor, owned bool, names ...ast.Expr) {
		for _, name := range names {
			literal, ok := name.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				continue
			}
			if field, err := strconv.Unquote(literal.Value); err == nil {
				uses = append(uses, fieldUse{name.Pos(), field, accessor, owned})
			}
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			method, ok := n.Fun.(*ast.SelectorExpr)
			if ok && len(n.Args) > 0 && slices.Contains(accessors, method.Sel.Name) {
				if !slices.Contains(notRecords, lastName(method.X)) {
					add(true, owned(method.X), n.Args[0])
				}
				break
			}
			isRecord := func(arg ast.Expr) bool { return lastName(arg) == "Record" }
			if i := slices.IndexFunc(n.Args, isRecord); i >= 0 {
				add(false, owned(n.Args[i]), n.Args[i+1:]...)
			}
		case *ast.RangeStmt:
			if list, ok := n.X.(*ast.CompositeLit); ok && n.Value != nil && lastName(n.Value) == "field" {
				add(false, receiver != "", list.Elts...)
			}
		}
		return true
	})
	return uses
}

// lastName is "Query" for r.Request.URL.Query(), and "Bill" for *Bill.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		return lastName(e.Fun)
	case *ast.StarExpr:
		return lastName(e.X)
	}
	return ""
}

// rootOf is "b" for b, b.Record and b.Original(); empty for anything else.
func rootOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if e.Sel.Name == "Record" || e.Sel.Name == "Original" {
			return rootOf(e.X)
		}
	case *ast.CallExpr:
		return rootOf(e.Fun)
	}
	return ""
}

// givenFields are fields that PocketBase gives to collections; only users has a password.
var givenFields = []string{"id", "created", "updated", "password"}

// isField reports whether one of the collections has a field. A field can have a modifier: "password:hash".
func isField(catalog kit.Catalog, collections []string, field string) bool {
	field, _, _ = strings.Cut(field, ":")
	return slices.Contains(givenFields, field) || slices.ContainsFunc(collections, func(name string) bool {
		return catalog[name].Field(field) != nil
	})
}
