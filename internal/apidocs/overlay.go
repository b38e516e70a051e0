package apidocs

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// A module's openapi.yaml ("written") overrides parts of the document that is made from its
// declarations ("made"). It is an error to write a value that is equal to the made one, or
// to override something that does not exist, so that openapi.yaml contains no duplicates
// and no outdated entries.

// overlayNamed overlays the written values over the made ones with the same name, and
// removes them from written.
func overlayNamed(written, made *yaml.Node, over func(made, written *yaml.Node) error) error {
	for i := 0; i < len(written.Content); {
		name := written.Content[i].Value
		there := find(made, name)
		if there == nil {
			i += 2
			continue
		}
		if err := over(there, take(written, name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// overlayItem overlays the operations of a path.
func overlayItem(made, written *yaml.Node) error {
	return each(written, func(method string, value *yaml.Node) error {
		operation := find(made, method)
		if operation == nil {
			return fmt.Errorf("%s: no role may do this", method)
		}
		if err := overlayOperation(operation, value); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		return nil
	})
}

// overlayOperation overlays an operation. The written description is put before the made
// one, and `examples` are those of the request.
func overlayOperation(made, written *yaml.Node) error {
	if examples := take(written, "examples"); examples != nil {
		body := find(made, "requestBody", "content")
		if body == nil {
			return fmt.Errorf("examples of a request without a body")
		}
		set(body.Content[1], "examples", examples)
	}
	if answers := take(written, "responses"); answers != nil {
		err := each(answers, func(status string, answer *yaml.Node) error {
			return overlayAnswer(find(made, "responses"), status, answer)
		})
		if err != nil {
			return err
		}
	}
	describe(made, take(written, "description"))
	return overlay(made, written)
}

// overlayAnswer adds the answer of a status, or overlays an existing one. The written codes
// are added to the made ones.
func overlayAnswer(answers *yaml.Node, status string, written *yaml.Node) error {
	made := find(answers, status)
	if made == nil || find(made, "$ref") != nil {
		set(answers, status, written)
		return nil
	}
	more := take(written, "x-codes")
	known := find(made, "x-codes")
	for _, code := range texts(more) {
		for _, k := range texts(known) {
			if code == k {
				return fmt.Errorf("%s answers the code %s already", status, code)
			}
		}
		known.Content = append(known.Content, text(code))
	}
	if err := overlay(made, written); err != nil {
		return fmt.Errorf("%s: %w", status, err)
	}
	return nil
}

// overlaySchema overlays a schema. The written description is put before the made one. A
// property that is not a field of the collection is marked with x-added.
func overlaySchema(made, written *yaml.Node) error {
	properties := find(made, "properties")
	err := each(take(written, "properties"), func(name string, value *yaml.Node) error {
		there, added := find(properties, name), take(value, "x-added") != nil
		switch {
		case added && there != nil:
			return fmt.Errorf("%s is a declared field: remove x-added", name)
		case !added && there == nil:
			return fmt.Errorf("%s is not a declared field: mark it with x-added", name)
		case added:
			set(properties, name, value)
			return nil
		}
		if err := overlay(there, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	describe(made, take(written, "description"))
	if err := overlay(made, written); err != nil {
		return err
	}
	if required := find(made, "required"); required != nil && len(required.Content) == 0 {
		take(made, "required")
	}
	return nil
}

// describe puts a written description before the made one.
func describe(made, written *yaml.Node) {
	if written == nil {
		return
	}
	if there := find(made, "description"); there != nil {
		there.SetString(joined(written.Value, there.Value))
		return
	}
	set(made, "description", written)
}

// overlay sets the written keys in a made object. Objects are overlaid key by key, other
// values are replaced.
func overlay(made, written *yaml.Node) error {
	return each(written, func(key string, value *yaml.Node) error {
		there := find(made, key)
		switch {
		case there != nil && there.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			if err := overlay(there, value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			return nil
		case there != nil && there.Kind == yaml.ScalarNode && there.Value == value.Value:
			return fmt.Errorf("%s is equal to the made value", key)
		}
		set(made, key, value)
		return nil
	})
}
