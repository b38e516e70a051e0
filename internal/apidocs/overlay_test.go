package apidocs_test

import (
	"strings"
	"testing"

	"hospital/internal/apidocs"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

// A module's openapi.yaml must override something that is made from its declarations, with a
// different value.
func TestInvalidOverlaysAreRefused(t *testing.T) {
	t.Parallel()
	const list, one = "/api/collections/rooms/records", "'/api/collections/rooms/records/{id}'"
	for part, message := range map[string]string{
		"{}": "",
		"paths: {" + list + ": {get: {description: Rooms by floor., summary: List all}}}":         "",
		"paths: {" + list + ": {post: {responses: {'400': {x-codes: [too_large]}}}}}":             "",
		"paths: {" + list + ": {post: {responses: {'409': {description: Taken., x-codes: []}}}}}": "",
		"components: {schemas: {RoomCreate: {required: []}}}":                                     "",
		"components: {schemas: {Room: {properties: {beds: {x-added: true, type: integer}}}}}":     "",
		"components: {schemas: {Floor: {type: object}}}":                                          "",

		"collections: {halls: {one: hall}}":                                                  "there is no collection halls",
		"collections: {rooms: {plural: halls}}":                                              "plural not found",
		"paths: {" + one + ": {patch: {summary: Change}}}":                                   "no role may do this",
		"paths: {/api/collections/halls/records: {get: {summary: List}}}":                    "no role may do this",
		"paths: {" + list + ": {get: {summary: List rooms}}}":                                "equal to the made value",
		"paths: {" + list + ": {get: {examples: {first: {}}}}}":                              "without a body",
		"paths: {" + list + ": {post: {responses: {'400': {x-codes: [unknown_field]}}}}}":    "the code unknown_field already",
		"components: {schemas: {Room: {properties: {floor: {description: Where it is.}}}}}":  "declared field",
		"components: {schemas: {Room: {properties: {name: {x-added: true, type: string}}}}}": "declared field",
		"components: {schemas: {RoomCreate: {properties: {name: {maxLength: 20}}}}}":         "equal to the made value",
		"components: {schemas: {Room: {type: object}}}":                                      "equal to the made value",
		"schemas: {Room: {type: object}}":                                                    "no schemas",
	} {
		rooms := kit.Collection{Name: "rooms", Fields: kit.Fields{kit.Text("name", 20).Required()},
			Policy: kit.Policy{kit.Guest: {Read: kit.All, Create: kit.All, CreateFields: []string{"name"}}}}
		module := kit.Module{Name: "part", Collections: []kit.Collection{rooms}, OpenAPI: []byte(part)}
		_, err := apidocs.Join([]kit.Module{module})
		if (message == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), message) {
			t.Errorf("%s: %v, want %q", part, err, message)
		}
	}
}

// A schema without references is misspelt or left over.
func TestEverySchemaIsUsed(t *testing.T) {
	t.Parallel()
	text := string(hospitaltest.Document().JSON)
	for name := range document(t).Components.Schemas {
		if !strings.Contains(text, `"#/components/schemas/`+name+`"`) {
			t.Errorf("nothing refers to the schema %s", name)
		}
	}
}
