package apidocs

import (
	_ "embed"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// recorded are answers of the demo hospital, by the name of their schema or, without a
// schema name, of their operation. A test writes the file and compares it with the demo
// hospital.
//
//go:embed examples.json
var recorded []byte

// addExamples adds an example to the answers of all operations.
func addExamples(whole *yaml.Node) error {
	answers, err := parse(recorded)
	if err != nil {
		return fmt.Errorf("examples.json: %w", err)
	}
	plainStyle(answers)
	examples, schemas := find(whole, "components", "examples"), find(whole, "components", "schemas")
	_ = each(answers, func(name string, value *yaml.Node) error {
		set(examples, name, object("value", value))
		if list := name + "List"; find(schemas, list) != nil {
			items := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{value}}
			set(examples, list, object("value",
				object("page", 1, "perPage", 30, "totalItems", 1, "totalPages", 1, "items", items)))
		}
		return nil
	})
	return eachOperation(whole, func(operation *yaml.Node) {
		media := find(operation, "responses", "200", "content", "application/json")
		if media == nil || find(media, "example") != nil || find(media, "examples") != nil {
			return
		}
		for _, name := range []string{find(operation, "operationId").Value, nameOf(find(media, "schema"))} {
			if find(examples, name) != nil {
				set(media, "examples", object("demo", ref("examples", name)))
			}
		}
	})
}

// plainStyle formats values from JSON like the rest of the document. Text that begins with a
// digit stays quoted, because some YAML parsers read it as a timestamp.
func plainStyle(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || n.Value == "" || n.Value[0] > '9' {
		n.Style = 0
	}
	for _, child := range n.Content {
		plainStyle(child)
	}
}
