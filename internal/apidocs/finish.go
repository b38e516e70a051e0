package apidocs

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// finish adds what every operation has: that the server may be unable to answer, what a
// refusal looks like, with the examples of its codes, and the tables of codes.
func finish(whole *yaml.Node) {
	f := finisher{examples: map[string]string{}}
	_ = each(find(whole, "components", "examples"), func(name string, example *yaml.Node) error {
		status, code := find(example, "value", "status").Value, ""
		_ = each(find(example, "value", "data"), func(_ string, field *yaml.Node) error {
			code = find(field, "code").Value
			return nil
		})
		f.examples[status+" "+code], f.examples[name] = name, name
		return nil
	})
	_ = each(find(whole, "components", "responses"), f.refusal)
	_ = eachOperation(whole, func(operation *yaml.Node) {
		answers := find(operation, "responses")
		if answers != nil && find(answers, "503") == nil {
			set(answers, "503", ref("responses", "Unavailable"))
		}
		_ = each(answers, f.refusal)
	})
	_ = each(find(whole, "components", "schemas"), func(_ string, schema *yaml.Node) error {
		tabulate(schema)
		return nil
	})
}

func eachOperation(whole *yaml.Node, visit func(*yaml.Node)) error {
	return each(find(whole, "paths"), func(_ string, item *yaml.Node) error {
		return each(item, func(_ string, operation *yaml.Node) error {
			if operation.Kind == yaml.MappingNode { // not the shared parameters
				visit(operation)
			}
			return nil
		})
	})
}

type finisher struct {
	examples map[string]string // "409 slot_taken", or the name of a shared answer -> name of the example
}

// refusal adds the body to an answer that only has codes.
func (f finisher) refusal(status string, answer *yaml.Node) error {
	if find(answer, "x-codes") == nil || find(answer, "content") != nil {
		return nil
	}
	body, shown := content("application/json", "Refusal"), object()
	for _, code := range texts(find(answer, "x-codes")) {
		if name := f.examples[status+" "+code]; name != "" {
			set(shown, code, ref("examples", name))
		}
	}
	if name := f.examples[status]; name != "" {
		set(shown, "refused", ref("examples", name))
	}
	if len(shown.Content) > 0 {
		set(body.Content[1], "examples", shown)
	}
	set(answer, "content", body)
	return nil
}

// tabulate replaces x-meanings, a list of words and their meanings, by an enum and a table
// in the description.
func tabulate(schema *yaml.Node) {
	meanings := take(schema, "x-meanings")
	if meanings == nil {
		return
	}
	var words []string
	table := strings.Builder{}
	table.WriteString("| code | meaning |\n|---|---|")
	_ = each(meanings, func(word string, meaning *yaml.Node) error {
		words = append(words, word)
		table.WriteString("\n| `" + word + "` | " + meaning.Value + " |")
		return nil
	})
	find(schema, "description").SetString(joined(find(schema, "description").Value, table.String()))
	set(schema, "enum", list(words))
}
