package apidocs_test

import (
	"path"
	"slices"
	"testing"

	"hospital/internal/apidocs"
	"hospital/modules"
)

// A schema without a type allows any value. The document promises that no field is null.
func TestEverySchemaHasATypeThatIsNotNull(t *testing.T) {
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
			t.Errorf("%s must have one type, not %v", at, kinds)
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
