package apidocs

import (
	"fmt"
	"path"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// object makes a mapping of alternating keys and values. Empty text and nil nodes are left
// out.
func object(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for pair := range slices.Chunk(pairs, 2) {
		if value := scalar(pair[1]); value != nil {
			n.Content = append(n.Content, text(pair[0].(string)), value)
		}
	}
	return n
}

// inline makes an object on one line.
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
		if value == nil { // empty text
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

// refs makes a sequence of references to components of one kind.
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

// scalar makes a node of a Go value. Nodes are returned as they are, empty text is nil.
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

// each calls visit for the keys and values of a mapping until it returns an error.
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

// find returns the value at a path of keys, or nil.
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

// at returns the index of a key in a mapping, or -1.
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

// set sets or replaces the value of a key.
func set(n *yaml.Node, key string, value *yaml.Node) {
	if i := at(n, key); i >= 0 {
		n.Content[i+1] = value
		return
	}
	n.Content = append(n.Content, text(key), value)
}

// take removes a key and returns its value, or nil.
func take(n *yaml.Node, key string) *yaml.Node {
	i := at(n, key)
	if i < 0 {
		return nil
	}
	value := n.Content[i+1]
	n.Content = slices.Delete(n.Content, i, i+2)
	return value
}

// entry returns the mapping at a key. It creates the mapping if it is missing.
func entry(n *yaml.Node, key string) *yaml.Node {
	if found := find(n, key); found != nil {
		return found
	}
	made := object()
	set(n, key, made)
	return made
}

// texts returns the values of a sequence of text.
func texts(n *yaml.Node) (values []string) {
	if n != nil && n.Kind == yaml.SequenceNode {
		for _, v := range n.Content {
			values = append(values, v.Value)
		}
	}
	return values
}

// nameOf returns the name of the component that a reference points to, or an empty string.
func nameOf(n *yaml.Node) string {
	if to := find(n, "$ref"); to != nil {
		return path.Base(to.Value)
	}
	return ""
}
