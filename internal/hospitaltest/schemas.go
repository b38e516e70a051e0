package hospitaltest

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas are the schemas of the API document, each compiled once.
var schemas = &compiled{known: map[string]*jsonschema.Schema{}}

type compiled struct {
	lock     sync.Mutex
	document any
	compiler *jsonschema.Compiler
	known    map[string]*jsonschema.Schema
}

// validate checks a JSON text against the schema at a place in the document.
func (c *compiled) validate(place []string, text []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	schema, err := c.at(place)
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

func (c *compiled) at(place []string) (*jsonschema.Schema, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	key := strings.Join(place, " ")
	if schema, ok := c.known[key]; ok {
		return schema, nil
	}
	if c.compiler == nil {
		if err := c.load(); err != nil {
			return nil, err
		}
	}
	pointer, err := c.pointer(place)
	if err != nil {
		return nil, err
	}
	schema, err := c.compiler.Compile("hospital.json#" + pointer)
	if err != nil {
		return nil, err
	}
	c.known[key] = schema
	return schema, nil
}

func (c *compiled) load() error {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Document().JSON))
	if err != nil {
		return err
	}
	c.document = document
	c.compiler = jsonschema.NewCompiler()
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	return c.compiler.AddResource("hospital.json", document)
}

// pointer returns the JSON pointer of a place, with its references followed.
func (c *compiled) pointer(place []string) (string, error) {
	node, path := c.document, []string{}
	for _, key := range place {
		for {
			fields, _ := node.(map[string]any)
			ref, ok := fields["$ref"].(string)
			if !ok {
				break
			}
			path = strings.Split(strings.TrimPrefix(ref, "#/"), "/")
			node = c.document
			for _, step := range path {
				node = node.(map[string]any)[unescape(step)]
			}
		}
		fields, ok := node.(map[string]any)
		if node, ok = fields[key], ok && fields[key] != nil; !ok {
			return "", fmt.Errorf("the document has no %s at %v", key, path)
		}
		path = append(path, strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
	}
	return "/" + strings.Join(path, "/"), nil
}

func unescape(step string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(step) }
