package kit

import (
	"strings"
	"testing"
)

func TestDeclarationsMustNameTheirFields(t *testing.T) {
	t.Parallel()
	fields := Fields{Text("title", 10)}
	for _, c := range []Collection{
		{Policy: Policy{Guest: {CreateFields: []string{"titel"}}}},
		{Policy: Policy{Guest: {UpdateFields: []string{"title", "titel"}}}},
		{Policy: Policy{Guest: {VisibleFields: []string{"titel"}}}},
		{Policy: Policy{Guest: {HiddenFields: []string{"titel"}}}},
		{Policy: Policy{Guest: {HiddenFields: []string{"password"}}}}, // only a sign-in collection has one
		{Immutable: Immutable{When: Always, Free: []string{"titel"}}},
		{RawText: []string{"titel"}},
	} {
		c.Name, c.Fields = "books", fields
		func() {
			defer func() {
				if message, _ := recover().(string); !strings.Contains(message, "collection books") {
					t.Errorf("%+v: panic %q, want one that names the collection", c, message)
				}
			}()
			CatalogOf([]Module{{Collections: []Collection{c}}})
		}()
	}
	CatalogOf([]Module{{Collections: []Collection{{Name: "books", Fields: fields, RawText: []string{"title"}}}}})
}

func TestFieldsThatNoRoleMayWriteSayThatTheServerSetsThem(t *testing.T) {
	t.Parallel()
	c := Collection{
		Name:   "books",
		Fields: Fields{Text("title", 10).Help("What it is called."), Text("number", 10).Help("Its number.")},
		Policy: Policy{"writer": {Create: All, CreateFields: []string{"title"}}},
	}
	want := map[string]string{"title": "What it is called.", "number": "Its number. Set by the server."}
	for range 2 { // exporting does not change the declaration
		for _, f := range c.export(SignIn{})["fields"].([]any) {
			field := f.(map[string]any)
			if help, ok := want[field["name"].(string)]; ok && field["help"] != help {
				t.Errorf("the help of %s is %q, want %q", field["name"], field["help"], help)
			}
		}
	}
}
