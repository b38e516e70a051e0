package apidocs_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

const records = "/api/collections/%s/records"

var (
	commonFields = []string{"id", "collectionId", "collectionName", "created", "updated"}               // in every answer
	secretFields = []string{"password", "tokenKey", "token_hash", "secret", "payload", "password_hash"} // in no answer
)

// addedFields are values that AddToResponse adds to the answer to a write.
var addedFields = map[string][]string{"time_off": {"affected"}, "rebookings": {"items"}, "link_codes": {"code"},
	"webhooks": {"signing_secret"}}

// TestSchemasMatchTheDeclarations compares the schemas of all collections with the
// declarations of the modules: names, limits, and required fields.
func TestSchemasMatchTheDeclarations(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for name, c := range kit.CatalogOf(modules.All) {
		list := document(t).Paths.Value(fmt.Sprintf(records, name))
		one := document(t).Paths.Value(fmt.Sprintf(records, name) + "/{id}")
		if list == nil || one == nil {
			continue // TestEveryRouteIsDocumentedOrSkipped checks which collections may be missing
		}
		stored, err := h.App.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		shown := answer(one.Get)
		wantShown := append([]string{"collectionId", "collectionName", "expand"}, addedFields[name]...)
		for _, f := range stored.Fields {
			if !slices.Contains(secretFields, f.GetName()) {
				wantShown = append(wantShown, f.GetName())
			}
		}
		sameNames(t, "fields of "+name, shown, wantShown)
		sameNames(t, "required fields of "+name, shown.Required, required(c, stored))
		limits(t, name, stored, shown.Properties)
		if items := answer(list.Get).AllOf[1].Value.Properties["items"].Value.Items.Value; items != shown {
			t.Errorf("the list of %s has another schema than the view", name)
		}
		if list.Post != nil {
			sent := requestSchema(list.Post)
			sameNames(t, "new "+name, sent, writable(c, func(g kit.Grant) []string { return g.CreateFields }, "id"))
			limits(t, "new "+name, stored, sent.Properties)
			if answer(list.Post) != shown {
				t.Errorf("creating %s answers another schema than the view", name)
			}
		}
		if one.Patch != nil {
			var more []string
			if c.Field("version") != nil {
				more = append(more, "version")
			}
			sent := requestSchema(one.Patch)
			sameNames(t, "changed "+name, sent, writable(c, func(g kit.Grant) []string { return g.UpdateFields }, more...))
			limits(t, "changed "+name, stored, sent.Properties)
			if answer(one.Patch) != shown {
				t.Errorf("changing %s answers another schema than the view", name)
			}
		}
	}
}

func answer(o *openapi3.Operation) *openapi3.Schema {
	return o.Responses.Value("200").Value.Content["application/json"].Schema.Value
}

func requestSchema(o *openapi3.Operation) *openapi3.Schema {
	return media(o).Schema.Value
}

// media returns the content of a request: a form if the operation takes files, or JSON.
func media(o *openapi3.Operation) *openapi3.MediaType {
	content := o.RequestBody.Value.Content
	if form := content["multipart/form-data"]; form != nil {
		return form
	}
	return content["application/json"]
}

// required returns the fields that every role reads that may read the record.
func required(c kit.Collection, stored *core.Collection) []string {
	names := slices.Clone(commonFields)
	for _, f := range stored.Fields {
		name := f.GetName()
		hidden := slices.ContainsFunc(slices.Collect(maps.Values(c.Policy)), func(g kit.Grant) bool {
			return g.Read.Name != "" && (slices.Contains(g.HiddenFields, name) ||
				g.VisibleFields != nil && !slices.Contains(g.VisibleFields, name))
		})
		// The email address of an account is only sent to its owner and to admins.
		ownerOnly := name == "email" && stored.IsAuth()
		if !hidden && !ownerOnly && !slices.Contains(names, name) && !slices.Contains(secretFields, name) {
			names = append(names, name)
		}
	}
	return names
}

// writable returns the fields that any role may send, and the fields that must accompany them.
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
		t.Errorf("%s: the document has\n%v\nthe modules declare\n%v", what, names, want)
	}
}
