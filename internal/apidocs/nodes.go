package apidocs

import (
	"fmt"
	"path"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// object makes a mapping of keys and values in turn. What is empty is left out: an
// empty text, a nil node.
func object(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for pair := range slices.Chunk(pairs, 2) {
		if value := scalar(pair[1]); value != nil {
			n.Content = append(n.Content, text(pair[0].(string)), value)
		}
	}
	return n
}

// inline is an object on one line.
func inline(pairs ...any) *yaml.Node {
	n := object(pairs...)
	n.Style = yaml.FlowStyle
	return n
}

// list makes a sequence on one line.
func list[T any](values []T) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, v := range values {
		value := scalar(v)
		if value == nil { // an empty text among others
			value = text("")
		}
		n.Content = append(n.Content, value)
	}
	return n
}

// names makes a sequence of texts of another type.
func names[T ~string](values []T) *yaml.Node {
	var plain []string
	for _, v := range values {
		plain = append(plain, string(v))
	}
	return list(plain)
}

// refs is a sequence of references to components of one kind.
func refs(kind string, names ...string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for _, name := range names {
		n.Content = append(n.Content, ref(kind, name))
	}
	return n
}

func ref(kind, name string) *yaml.Node {
	return inline("$ref", "#/components/"+kind+"/"+name)
}

func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

// scalar is a node as it is, or one of a Go value; nil for what is empty.
func scalar(value any) *yaml.Node {
	switch v := value.(type) {
	case *yaml.Node:
		return v
	case string:
		if v == "" {
			return nil
		}
		return text(v)
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	case int, int64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(v)}
	}
	panic(fmt.Sprintf("no node for a %T", value))
}

// each visits the keys and values of a mapping, until one fails.
func each(n *yaml.Node, visit func(key string, value *yaml.Node) error) error {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		if err := visit(n.Content[i].Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// find is the value under a key, nil when there is none.
func find(n *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		i := at(n, key)
		if i < 0 {
			return nil
		}
		n = n.Content[i+1]
	}
	return n
}

// at is where a key of a mapping stands, -1 when it does not.
func at(n *yaml.Node, key string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// set puts a value under a key, in place of what is there.
func set(n *yaml.Node, key string, value *yaml.Node) {
	if i := at(n, key); i >= 0 {
		n.Content[i+1] = value
		return
	}
	n.Content = append(n.Content, text(key), value)
}

// take removes a key and gives its value, nil when there is none.
func take(n *yaml.Node, key string) *yaml.Node {
	i := at(n, key)
	if i < 0 {
		return nil
	}
	value := n.Content[i+1]
	n.Content = slices.Delete(n.Content, i, i+2)
	return value
}

// entry is the mapping under a key, made when there is none.
func entry(n *yaml.Node, key string) *yaml.Node {
	if found := find(n, key); found != nil {
		return found
	}
	made := object()
	set(n, key, made)
	return made
}

// texts are the values of a sequence of text.
func texts(n *yaml.Node) (values []string) {
	if n != nil && n.Kind == yaml.SequenceNode {
		for _, v := range n.Content {
			values = append(values, v.Value)
		}
	}
	return values
}

// nameOf is the component that a reference leads to, empty when it is none.
func nameOf(n *yaml.Node) string {
	if to := find(n, "$ref"); to != nil {
		return path.Base(to.Value)
	}
	return ""
}
