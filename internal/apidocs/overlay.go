package apidocs

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// What a module writes by hand is laid over what is made from its declarations. A key
// that says what is there already, or that has nothing to lie over, is an error, so that
// nothing is said twice and nothing outlives what it speaks of.

// lay lays the written values over those that are made under the same name, and takes
// them out of what is written.
func lay(written, made *yaml.Node, over func(made, written *yaml.Node) error) error {
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

// overlayItem lays the written operations of a path over the made ones.
func overlayItem(made, written *yaml.Node) error {
	return each(written, func(method string, says *yaml.Node) error {
		operation := find(made, method)
		if operation == nil {
			return fmt.Errorf("%s: no role may do this", method)
		}
		if err := overlayOperation(operation, says); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		return nil
	})
}

// overlayOperation lays a written operation over a made one. Its description stands
// before the made one, and `examples` are those of the request.
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

// overlayAnswer adds a status, or what an answer says more than the made one: its codes
// are added to those.
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

// overlaySchema lays a written schema over a made one. Its description stands before the
// made one. A property that is no field is marked with x-added.
func overlaySchema(made, written *yaml.Node) error {
	properties := find(made, "properties")
	err := each(take(written, "properties"), func(name string, says *yaml.Node) error {
		there, added := find(properties, name), take(says, "x-added") != nil
		switch {
		case added == (there != nil):
			return fmt.Errorf("%s: a field has no x-added, and only what is no field has it", name)
		case added:
			set(properties, name, says)
			return nil
		}
		if err := overlay(there, says); err != nil {
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

// overlay lays keys and values over others: objects key by key, anything else as a whole.
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
			return fmt.Errorf("%s is the same without being written", key)
		}
		set(made, key, value)
		return nil
	})
}
