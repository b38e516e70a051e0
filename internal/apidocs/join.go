package apidocs

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"

	"hospital/internal/kit"
)

// base is the part that belongs to no module: conventions of the API, sign-in, realtime,
// batch, and shared components.
//
//go:embed openapi.yaml
var base []byte

// Document is the OpenAPI document in both formats. The YAML is made when it is requested,
// because encoding it takes longer than everything else.
type Document struct {
	JSON []byte
	YAML func() []byte
}

// MustJoin is Join of the modules of this program, whose document is tested.
func MustJoin(modules []kit.Module) Document {
	document, err := Join(modules)
	if err != nil {
		panic(err)
	}
	return document
}

// Join makes one document from the base, the declarations of the modules, and their
// openapi.yaml files. It is an error if two of them describe the same path or component.
func Join(modules []kit.Module) (Document, error) {
	whole, err := parse(base)
	if err != nil {
		return Document{}, fmt.Errorf("the base document: %w", err)
	}
	entry(entry(whole, "info"), "version").SetString(kit.MajorVersion())
	var scopes map[string]string
	if err := decode(take(whole, "x-scopes"), &scopes); err != nil {
		return Document{}, fmt.Errorf("the base document: %w", err)
	}
	d := describer{modules, kit.CatalogOf(modules), scopes, map[string]string{}}
	for _, m := range modules {
		part, err := parse(m.OpenAPI)
		if err == nil {
			err = d.join(whole, m, part)
		}
		if err != nil {
			return Document{}, fmt.Errorf("openapi.yaml of %s: %w", m.Name, err)
		}
	}
	finish(whole)
	if err := addExamples(whole); err != nil {
		return Document{}, err
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

// graft adds the paths and components of a part to the whole document.
func graft(whole, part *yaml.Node) error {
	return each(part, func(key string, value *yaml.Node) error {
		switch key {
		case "paths":
			return merge(entry(whole, key), value, key)
		case "components":
			return each(value, func(kind string, named *yaml.Node) error {
				return merge(entry(entry(whole, key), kind), named, key+"/"+kind)
			})
		}
		return fmt.Errorf("a part has paths and components, no %s", key)
	})
}

func merge(into, from *yaml.Node, where string) error {
	return each(from, func(name string, value *yaml.Node) error {
		if find(into, name) != nil {
			return fmt.Errorf("%s %s is described twice", where, name)
		}
		set(into, name, value)
		return nil
	})
}

func render(whole *yaml.Node) (d Document, err error) {
	var values map[string]any
	if err = whole.Decode(&values); err != nil {
		return d, err
	}
	d.YAML = sync.OnceValue(func() []byte {
		var text bytes.Buffer
		encoder := yaml.NewEncoder(&text)
		encoder.SetIndent(2)
		if err := encoder.Encode(whole); err != nil {
			panic(err) // impossible: it was decoded before
		}
		return text.Bytes()
	})
	d.JSON, err = json.Marshal(values)
	return d, err
}
