package apidocs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ways returns how an operation can be authorized. Operations without authorization also
// accept a token.
func ways(document, operation object) (ways []any) {
	security, own := operation["security"]
	if !own {
		security = document["security"]
	}
	for _, way := range list(security) {
		if names := slices.Sorted(maps.Keys(values(way))); len(names) > 0 {
			ways = append(ways, "with `"+strings.Join(names, "` and `")+"`")
		}
	}
	if len(ways) < len(list(security)) || len(ways) == 0 {
		ways = append(ways, "with `token`", "without signing in")
	}
	return ways
}

// parameters returns the parameters of an operation and its path, by name and place.
func parameters(document object, item any, operation object) object {
	found := object{}
	for _, p := range slices.Concat(list(values(item)["parameters"]), list(operation["parameters"])) {
		parameter := resolve(document, p)
		if ref := reference(p); ref != "" {
			parameter["x-shared"] = strings.TrimPrefix(ref, "#/components/")
		}
		found[fmt.Sprintf("%v in %v", parameter["name"], parameter["in"])] = parameter
	}
	return found
}

// resolve returns an object with its $ref and allOf replaced by their contents.
func resolve(document object, v any) object {
	whole := object{}
	if ref := reference(v); ref != "" {
		target := any(document)
		for _, key := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			target = values(target)[key]
		}
		whole = resolve(document, target)
	}
	for _, part := range list(values(v)["allOf"]) {
		join(whole, resolve(document, part))
	}
	join(whole, values(v))
	if only, ok := whole["const"]; ok {
		whole["enum"] = []any{only}
	}
	if kinds := list(whole["type"]); slices.Contains(kinds, any("number")) {
		whole["type"] = append(slices.Clone(kinds), "integer") // every integer is a number
	}
	delete(whole, "allOf")
	delete(whole, "$ref")
	return whole
}

func join(whole, part object) {
	properties, required := object{}, slices.Concat(list(whole["required"]), list(part["required"]))
	maps.Copy(properties, values(whole["properties"]))
	maps.Copy(properties, values(part["properties"]))
	maps.Copy(whole, part)
	if len(properties) > 0 {
		whole["properties"] = properties
	}
	if _, names := part["required"].([]any); names { // for a parameter, required is a bool
		whole["required"] = required
	}
}

func reference(v any) string {
	ref, _ := values(v)["$ref"].(string)
	return ref
}

func values(v any) object {
	o, _ := v.(object)
	return o
}

// list returns a list. A single value, such as a type, becomes a list with one element.
func list(v any) []any {
	switch l := v.(type) {
	case nil:
		return nil
	case []any:
		return l
	}
	return []any{v}
}

// lost returns the elements of from that are not in to.
func lost(from, to []any) (names []string) {
	for _, v := range from {
		if !slices.Contains(to, v) {
			names = append(names, fmt.Sprint(v))
		}
	}
	return names
}
