package apidocs_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// A registration contains fields of the patients and doctors records. They must have the
// same limits.
func TestRegistrationFieldsHaveTheLimitsOfTheirRecords(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sent := requestSchema(document(t).Paths.Value(fmt.Sprintf(records, "users")).Post)
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

// limits compares every property with the field of the same name.
func limits(t *testing.T, what string, stored *core.Collection, properties openapi3.Schemas) {
	t.Helper()
	for name, ref := range properties {
		field := stored.Fields.GetByName(name)
		if field == nil || name == "id" {
			continue
		}
		got, want := schemaLimits(ref.Value), fieldLimits(field)
		// Instants have different patterns in requests and answers, and email addresses a format.
		loose := slices.Contains([]string{core.FieldTypeDate, core.FieldTypeAutodate, core.FieldTypeEmail}, field.Type())
		if got != want && (!loose || !strings.HasPrefix(got, want)) {
			t.Errorf("%s, %s: the document has %s, the module declares %s", what, name, got, want)
		}
	}
}

// schemaLimits formats what a schema allows, in the format of fieldLimits.
func schemaLimits(s *openapi3.Schema) string {
	text := fmt.Sprint(s.Type.Slice())
	if s.MaxLength != nil {
		text += fmt.Sprintf(" up to %d", *s.MaxLength)
	}
	if s.Min != nil && s.Max != nil {
		text += fmt.Sprintf(" from %.0f to %.0f", *s.Min, *s.Max)
	}
	if s.Enum != nil {
		text += fmt.Sprintf(" one of %q", s.Enum)
	}
	if s.Items != nil {
		text += " of " + schemaLimits(s.Items.Value)
	}
	return text + " " + s.Pattern
}

// fieldLimits formats what a field allows. Fields that are not required may be empty.
func fieldLimits(field core.Field) string {
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
	panic("fieldLimits does not support the type " + field.Type())
}

func TestPasswordSchemasHaveTheDeclaredMinimum(t *testing.T) {
	t.Parallel()
	minLength := uint64(kit.CatalogOf(modules.All)["users"].SignIn.MinPassword)
	paths := document(t).Paths
	for what, o := range map[string]*openapi3.Operation{
		"registering": paths.Value("/api/collections/users/records").Post,
		"changing":    paths.Value("/api/collections/users/records/{id}").Patch,
		"resetting":   paths.Value("/api/collections/users/confirm-password-reset").GetOperation(http.MethodPost),
	} {
		if got := requestSchema(o).Properties["password"].Value.MinLength; got != minLength {
			t.Errorf("%s: the document requires %d characters, the module %d", what, got, minLength)
		}
	}
}
