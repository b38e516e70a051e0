package apidocs

import (
	_ "embed"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// recorded are answers of the demo hospital, by the name of their schema or, where it has
// none, of their operation. A test writes them and compares them with the demo hospital.
//
//go:embed examples.json
var recorded []byte

// illustrate gives the answers of all operations their example.
func illustrate(whole *yaml.Node) error {
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

// plainStyle lets the values of a JSON text be written like the rest of the document. What
// begins like a number stays quoted: other readers would take it for an instant.
func plainStyle(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || n.Value == "" || n.Value[0] > '9' {
		n.Style = 0
	}
	for _, child := range n.Content {
		plainStyle(child)
	}
}
