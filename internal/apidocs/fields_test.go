package apidocs_test

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/apidocs"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

const records = "/api/collections/%s/records"

// always is in every answer; secret in none.
var (
	always = []string{"id", "collectionId", "collectionName", "created", "updated"}
	secret = []string{"password", "tokenKey", "token_hash"}
)

// told is what the answer to a change says beside the record.
var told = map[string][]string{"time_off": {"affected"}, "rebookings": {"items"}}

// TestEveryFieldIsAsDeclared holds the schemas of all collections against what
// the modules declare: the names, the limits, and for whom they are.
func TestEveryFieldIsAsDeclared(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for name, c := range kit.CatalogOf(modules.All) {
		list := document(t).Paths.Value(fmt.Sprintf(records, name))
		one := document(t).Paths.Value(fmt.Sprintf(records, name) + "/{id}")
		if list == nil || one == nil {
			continue // that it may be missing is another test's to say
		}
		stored, err := h.App.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		shown := answer(one.Get)
		wantShown := append([]string{"collectionId", "collectionName", "expand"}, told[name]...)
		for _, f := range stored.Fields {
			if !slices.Contains(secret, f.GetName()) {
				wantShown = append(wantShown, f.GetName())
			}
		}
		sameNames(t, name+" as it is shown", shown, wantShown)
		sameNames(t, name+" always shown", shown.Required, required(c, stored))
		limits(t, name, stored, shown.Properties)
		if items := answer(list.Get).AllOf[1].Value.Properties["items"].Value.Items.Value; items != shown {
			t.Errorf("the list of %s shows other records than the view", name)
		}
		if list.Post != nil {
			sent := sending(list.Post)
			sameNames(t, "new "+name, sent, writable(c, func(g kit.Grant) []string { return g.CreateFields }, "id"))
			limits(t, "new "+name, stored, sent.Properties)
			if answer(list.Post) != shown {
				t.Errorf("creating %s answers another record than the view", name)
			}
		}
		if one.Patch != nil {
			var more []string
			if c.Field("version") != nil {
				more = append(more, "version")
			}
			sent := sending(one.Patch)
			sameNames(t, "changed "+name, sent, writable(c, func(g kit.Grant) []string { return g.UpdateFields }, more...))
			limits(t, "changed "+name, stored, sent.Properties)
			if answer(one.Patch) != shown {
				t.Errorf("changing %s answers another record than the view", name)
			}
		}
	}
}

// TestWhatPeopleSayOfThemselvesIsAsInTheirRecord: registering takes fields of the
// patients and doctors records, with their limits.
func TestWhatPeopleSayOfThemselvesIsAsInTheirRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sent := sending(document(t).Paths.Value(fmt.Sprintf(records, "users")).Post)
	profile := openapi3.Schemas{}
	for _, name := range kit.CatalogOf(modules.All)["users"].GuestFields {
		profile[name] = sent.Properties[name]
	}
	for _, collection := range []string{"patients", "doctors"} {
		stored, err := h.App.FindCollectionByNameOrId(collection)
		if err != nil {
			t.Fatal(err)
		}
		limits(t, collection+" who register", stored, profile)
	}
}

func answer(o *openapi3.Operation) *openapi3.Schema {
	return o.Responses.Value("200").Value.Content["application/json"].Schema.Value
}

func sending(o *openapi3.Operation) *openapi3.Schema {
	return media(o).Schema.Value
}

// media is what a request is sent as: JSON, or a form where there are files.
func media(o *openapi3.Operation) *openapi3.MediaType {
	content := o.RequestBody.Value.Content
	if form := content["multipart/form-data"]; form != nil {
		return form
	}
	return content["application/json"]
}

// required are the fields that everybody sees who sees the record at all.
func required(c kit.Collection, stored *core.Collection) []string {
	names := slices.Clone(always)
	for _, f := range stored.Fields {
		name := f.GetName()
		blind := slices.ContainsFunc(slices.Collect(maps.Values(c.Policy)), func(g kit.Grant) bool {
			return g.Read.Name != "" && (slices.Contains(g.HiddenFields, name) || g.VisibleFields != nil && !slices.Contains(g.VisibleFields, name))
		})
		// an e-mail address is shown to its owner only
		if !blind && name != "email" && !slices.Contains(names, name) && !slices.Contains(secret, name) || !blind && name == "email" && !stored.IsAuth() {
			names = append(names, name)
		}
	}
	return names
}

// writable are the fields that some role may send, and those that go with them.
func writable(c kit.Collection, of func(kit.Grant) []string, more ...string) []string {
	names := more
	for _, g := range c.Policy {
		for _, name := range of(g) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if creating := slices.Contains(more, "id"); slices.Contains(names, "password") {
		names = append(names, "passwordConfirm")
		if creating {
			names = append(names, c.GuestFields...)
		} else {
			names = append(names, "oldPassword")
		}
	}
	return names
}

func sameNames(t *testing.T, what string, got any, want []string) {
	t.Helper()
	names, ok := got.([]string)
	if schema, isSchema := got.(*openapi3.Schema); isSchema && !ok {
		names = slices.Collect(maps.Keys(schema.Properties))
	}
	names, want = slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(want))
	if !slices.Equal(names, want) {
		t.Errorf("%s: the document says\n%v\nthe hospital says\n%v", what, names, want)
	}
}

// limits holds every property against the field of its name.
func limits(t *testing.T, what string, stored *core.Collection, properties openapi3.Schemas) {
	t.Helper()
	for name, ref := range properties {
		field := stored.Fields.GetByName(name)
		if field == nil || name == "id" {
			continue
		}
		got, want := written(ref.Value), declared(field)
		// instants have one pattern as they are shown and another as they may be sent; addresses a format
		loose := slices.Contains([]string{core.FieldTypeDate, core.FieldTypeAutodate, core.FieldTypeEmail}, field.Type())
		if got != want && (!loose || !strings.HasPrefix(got, want)) {
			t.Errorf("%s, %s: the document says %s, the hospital %s", what, name, got, want)
		}
	}
}

// written says what a schema allows, in the words of declared.
func written(s *openapi3.Schema) string {
	said := fmt.Sprint(s.Type.Slice())
	if s.MaxLength != nil {
		said += fmt.Sprintf(" up to %d", *s.MaxLength)
	}
	if s.Min != nil && s.Max != nil {
		said += fmt.Sprintf(" from %.0f to %.0f", *s.Min, *s.Max)
	}
	if s.Enum != nil {
		said += fmt.Sprintf(" one of %q", s.Enum)
	}
	if s.Items != nil {
		said += " of " + written(s.Items.Value)
	}
	return said + " " + s.Pattern
}

// declared says what a field allows. What is not required may be empty.
func declared(field core.Field) string {
	switch f := field.(type) {
	case *core.TextField:
		pattern := f.Pattern
		if pattern != "" && !f.Required {
			pattern = "^(" + strings.Trim(pattern, "^$") + ")?$"
		}
		return fmt.Sprintf("[string] up to %d %s", f.Max, pattern)
	case *core.SelectField:
		var values []any
		for _, v := range f.Values {
			values = append(values, v)
		}
		if f.MaxSelect > 1 {
			return fmt.Sprintf("[array] of [string] one of %q  ", values)
		}
		if !f.Required {
			values = append(values, "")
		}
		return fmt.Sprintf("[string] one of %q ", values)
	case *core.NumberField:
		return fmt.Sprintf("[integer] from %.0f to %.0f ", *f.Min, *f.Max)
	case *core.PasswordField:
		return "[string] up to 71 "
	case *core.BoolField:
		return "[boolean] "
	case *core.RelationField:
		return "[string] " + map[bool]string{true: "^[a-z0-9]{15}$", false: "^([a-z0-9]{15})?$"}[f.Required]
	case *core.DateField:
		return "[string] " + map[bool]string{true: `^\d`, false: `^(\d`}[f.Required]
	case *core.AutodateField:
		return `[string] ^\d`
	case *core.EmailField, *core.FileField:
		return "[string] "
	}
	panic("no word for a field of type " + field.Type())
}

// TestRegisteredPasswordsHaveTheDeclaredLength, which no schema of a stored field shows.
func TestRegisteredPasswordsHaveTheDeclaredLength(t *testing.T) {
	t.Parallel()
	least := uint64(kit.CatalogOf(modules.All)["users"].SignIn.MinPassword)
	paths := document(t).Paths
	for what, o := range map[string]*openapi3.Operation{
		"registering": paths.Value("/api/collections/users/records").Post, "changing": paths.Value("/api/collections/users/records/{id}").Patch,
		"resetting": paths.Value("/api/collections/users/confirm-password-reset").GetOperation(http.MethodPost),
	} {
		if got := sending(o).Properties["password"].Value.MinLength; got != least {
			t.Errorf("%s: the document wants %d characters, the hospital %d", what, got, least)
		}
	}
}

// TestEverySchemaHasATypeAndNoneIsNull: where nothing is said of the type anything
// would fit, and the document promises that no field is ever null.
func TestEverySchemaHasATypeAndNoneIsNull(t *testing.T) {
	t.Parallel()
	d, err := apidocs.Join(modules.All)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	schemas("", parse(t, string(d.YAML())), func(at string, s object) {
		seen++
		if slices.Contains(list(s["type"]), any("null")) || slices.Contains(list(s["enum"]), nil) || s["nullable"] != nil {
			t.Errorf("%s may be null", at)
		}
		inherits := slices.Contains([]string{"anyOf", "oneOf", "allOf"}, path.Base(at)) // a part has the type of the whole
		if s["type"] == nil && s["$ref"] == nil && s["anyOf"] == nil && s["allOf"] == nil && !inherits {
			t.Errorf("%s has no type", at)
		}
		if kinds := list(s["type"]); len(kinds) > 1 {
			t.Errorf("%s is of one type, not of %v", at, kinds)
		}
	})
	if seen < 500 {
		t.Errorf("there are only %d schemas", seen)
	}
}

// schemas visits all schemas below a place of the document.
func schemas(at string, v any, visit func(at string, schema object)) {
	for key, child := range values(v) {
		at := at + "/" + key
		switch key {
		case "examples", "value", "enum":
		case "schemas", "properties":
			for name, s := range values(child) {
				visit(at+"/"+name, values(s))
				schemas(at+"/"+name, s, visit)
			}
		case "schema", "items", "additionalProperties", "anyOf", "oneOf", "allOf":
			for _, s := range list(child) {
				if s, ok := s.(object); ok {
					visit(at, s)
					schemas(at, s, visit)
				}
			}
		default:
			for _, part := range list(child) {
				schemas(at, part, visit)
			}
		}
	}
}
