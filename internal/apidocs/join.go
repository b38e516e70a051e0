package apidocs

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"

	"hospital/internal/kit"
)

// base is what belongs to no module: the habits of the API, sign-in, realtime,
// batch, and what the modules' parts refer to.
//
//go:embed openapi.yaml
var base []byte

// Document is the whole contract, the same in both notations.
type Document struct{ YAML, JSON []byte }

// Join makes one document of the base and the modules' parts. A path or component
// that two of them describe is an error: there would be no telling which is true.
func Join(modules []kit.Module) (Document, error) {
	whole, err := parse(base)
	if err != nil {
		return Document{}, fmt.Errorf("the base document: %w", err)
	}
	entry(entry(whole, "info"), "version").SetString(kit.Version)
	for _, m := range modules {
		part, err := parse(m.OpenAPI)
		if err == nil {
			err = graft(whole, part)
		}
		if err != nil {
			return Document{}, fmt.Errorf("openapi.yaml of %s: %w", m.Name, err)
		}
	}
	return render(whole)
}

func parse(text []byte) (*yaml.Node, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		return nil, err
	}
	if len(n.Content) != 1 || n.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("this is no document of keys and values")
	}
	return n.Content[0], nil
}

// graft adds the paths and components of a part to the whole.
func graft(whole, part *yaml.Node) error {
	for i := 0; i < len(part.Content); i += 2 {
		key, value := part.Content[i].Value, part.Content[i+1]
		switch key {
		case "paths":
			if err := merge(entry(whole, key), value, key); err != nil {
				return err
			}
		case "components":
			for j := 0; j < len(value.Content); j += 2 {
				kind := value.Content[j].Value
				if err := merge(entry(entry(whole, key), kind), value.Content[j+1], key+"/"+kind); err != nil {
					return err
				}
			}
		default:
			return fmt.Errorf("a part has paths and components, no %s", key)
		}
	}
	return nil
}

func merge(into, from *yaml.Node, where string) error {
	for i := 0; i < len(from.Content); i += 2 {
		if name := from.Content[i].Value; find(into, name) != nil {
			return fmt.Errorf("%s %s is described twice", where, name)
		}
		into.Content = append(into.Content, from.Content[i], from.Content[i+1])
	}
	return nil
}

// find is the value under a key, nil when there is none.
func find(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// entry is the value under a key, made when there is none.
func entry(n *yaml.Node, key string) *yaml.Node {
	if found := find(n, key); found != nil {
		return found
	}
	made := &yaml.Node{Kind: yaml.MappingNode}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, made)
	return made
}

func render(whole *yaml.Node) (d Document, err error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err = encoder.Encode(whole); err != nil {
		return d, err
	}
	var values map[string]any
	if err = whole.Decode(&values); err != nil {
		return d, err
	}
	d.YAML = text.Bytes()
	d.JSON, err = json.Marshal(values)
	return d, err
}
