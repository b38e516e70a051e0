package apidocs_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// A comparison names what a client of one document would break on in the next,
// in sentences that a changelog can hold. Whatever is only added passes.
//
// It reads the documents as plain values: oasdiff, the library for this, knows no
// x-codes and brings 18 modules along.
type comparison struct {
	old, now object
	found    map[string]bool // sentence -> whether it breaks; otherwise it is a note
	open     map[string]bool // the pairs of schemas that are being compared
}

type object = map[string]any

// compare is every difference that matters, and whether it breaks.
func compare(old, now object) map[string]bool {
	c := comparison{old, now, map[string]bool{}, map[string]bool{}}
	for at, item := range values(old["paths"]) {
		for _, method := range []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"} {
			next := values(now["paths"])[at]
			was, is := values(values(item)[method]), values(values(next)[method])
			switch {
			case was == nil:
			case is == nil:
				c.breaks("`%v` is gone: %s %s.", was["operationId"], strings.ToUpper(method), at)
			default:
				c.operation(fmt.Sprint(was["operationId"]), was, is, parameters(old, item, was), parameters(now, next, is))
			}
		}
	}
	return c.found
}

func (c comparison) breaks(format string, about ...any) {
	c.found[fmt.Sprintf(format, about...)] = true
}

func (c comparison) operation(id string, was, is, takes, wants object) {
	if is["operationId"] != was["operationId"] {
		c.breaks("`%s` is now called `%v`.", id, is["operationId"])
	}
	for _, way := range lost(ways(c.old, was), ways(c.now, is)) {
		c.breaks("`%s` can no longer be used %s.", id, way)
	}
	for name, p := range takes {
		if wants[name] == nil {
			c.breaks("`%s` no longer takes the parameter `%s`.", id, name)
			continue
		}
		place := id + "?" + name
		if shared, ok := values(p)["x-shared"].(string); ok { // by many operations: said once
			place = shared
		}
		c.schema(requests, place, values(p)["schema"], values(wants[name])["schema"])
	}
	for name, p := range wants {
		if values(p)["required"] == true && values(takes[name])["required"] != true {
			c.breaks("`%s` now wants the parameter `%s`.", id, name)
		}
	}
	sent, sends := resolve(c.old, was["requestBody"]), resolve(c.now, is["requestBody"])
	if sends["required"] == true && sent["required"] != true {
		c.breaks("`%s` now wants a body.", id)
	}
	c.bodies(requests, id, sent, sends)
	for status, old := range values(was["responses"]) {
		now, ok := values(is["responses"])[status]
		if !ok {
			c.breaks("`%s` no longer answers `%s`.", id, status)
			continue
		}
		had, has := resolve(c.old, old), resolve(c.now, now)
		for _, code := range list(had["x-codes"]) {
			if !slices.Contains(list(has["x-codes"]), code) {
				c.breaks("`%s` no longer answers `%s` with the code `%v`.", id, status, code)
			}
		}
		c.bodies(answers, id, had, has)
	}
}

func (c comparison) bodies(of direction, id string, old, now object) {
	for kind, media := range values(old["content"]) {
		next, ok := values(now["content"])[kind]
		if !ok {
			c.breaks("In %s, `%s` has no `%s` any more.", of.name, id, kind)
			continue
		}
		c.schema(of, id, values(media)["schema"], values(next)["schema"])
		events := values(values(next)["x-events"])
		for name, event := range values(values(media)["x-events"]) {
			if events[name] == nil {
				c.breaks("`%s` has no event `%s` any more.", id, name)
				continue
			}
			c.schema(of, id+" "+name, event, events[name])
		}
	}
}

// schema compares what is at a place; a component is a place of its own.
func (c comparison) schema(of direction, place string, old, now any) {
	was, is := resolve(c.old, old), resolve(c.now, now)
	if from, to := path.Base(reference(old)), path.Base(reference(now)); from != "." || to != "." {
		if from == to {
			place = from
		}
		pair := of.name + from + " " + to
		if c.open[pair] {
			return
		}
		c.open[pair] = true
		defer delete(c.open, pair)
	}
	if len(was)+len(is) == 0 {
		return
	}
	for _, r := range of.rules {
		for _, said := range r.judge(r.keyword, was[r.keyword], is[r.keyword]) {
			sentence := fmt.Sprintf("In %s, `%s` %s.", of.name, place, said)
			c.found[sentence] = c.found[sentence] || !r.note
		}
	}
	properties := values(is["properties"])
	for name, property := range values(was["properties"]) {
		if properties[name] == nil {
			c.breaks("In %s, `%s.%s` is gone.", of.name, place, name)
			continue
		}
		c.schema(of, place+"."+name, property, properties[name])
	}
	for _, name := range of.required(list(was["required"]), list(is["required"])) {
		if properties[name] != nil {
			c.breaks("In %s, `%s.%s` %s.", of.name, place, name, of.requiredSays)
		}
	}
	if was["additionalProperties"] != false && is["additionalProperties"] != false {
		c.schema(of, place+".*", was["additionalProperties"], is["additionalProperties"])
	}
	c.schema(of, place+"[]", was["items"], is["items"])
	for _, shapes := range []string{"anyOf", "oneOf"} {
		for i := range min(len(list(was[shapes])), len(list(is[shapes]))) {
			c.schema(of, place, list(was[shapes])[i], list(is[shapes])[i])
		}
	}
}

// direction is one of the two ways of a schema. What may be sent must not become
// less; what may be answered must not become more.
type direction struct {
	name         string
	rules        []rule
	required     func(old, now []any) []string
	requiredSays string
}

// rule is a keyword that clients lean on, and what its change means to them.
type rule struct {
	keyword string
	judge   func(keyword string, old, now any) []string
	note    bool
}

var requests = direction{"requests", []rule{
	{"type", noLonger, false}, {"enum", noLonger, false},
	{"pattern", other, false}, {"format", other, false}, {"multipleOf", other, false},
	{"maxLength", lower, false}, {"maximum", lower, false}, {"exclusiveMaximum", lower, false}, {"maxItems", lower, false}, {"maxProperties", lower, false},
	{"minLength", higher, false}, {"minimum", higher, false}, {"exclusiveMinimum", higher, false}, {"minItems", higher, false}, {"minProperties", higher, false},
	{"additionalProperties", closed, false}, {"anyOf", fewer, false}, {"oneOf", fewer, false},
}, func(old, now []any) []string { return lost(now, old) }, "must now be given"}

var answers = direction{"answers", []rule{
	{"type", mayNow, false}, {"enum", mayNow, true}, // clients are told to expect new words
	{"pattern", reversed(other), false}, {"format", reversed(other), false},
	{"anyOf", reversed(fewer), false}, {"oneOf", reversed(fewer), false},
}, lost, "is no longer always there"}

func noLonger(keyword string, old, now any) []string { return may("no longer", keyword, old, now) }
func mayNow(keyword string, old, now any) []string   { return may("now", keyword, now, old) }

func may(when, keyword string, from, to any) (says []string) {
	switch {
	case to == nil:
	case from == nil:
		says = []string{"may " + when + " be of any `" + keyword + "`"}
	default:
		for _, v := range lost(list(from), list(to)) {
			says = append(says, fmt.Sprintf("may %s be of `%s` `%s`", when, keyword, v))
		}
	}
	return says
}

// lower is a limit that is below what it was, or new; higher one that is above.
func lower(keyword string, old, now any) []string {
	return limit(keyword, old, now, func(a, b float64) bool { return b < a })
}

func higher(keyword string, old, now any) []string {
	return limit(keyword, old, now, func(a, b float64) bool { return b > a })
}

func limit(keyword string, old, now any, tighter func(a, b float64) bool) []string {
	a, had := old.(float64)
	b, has := now.(float64)
	if !has || had && !tighter(a, b) {
		return nil
	}
	return changed(keyword, old, now)
}

// other is a demand that is new, or another one.
func other(keyword string, old, now any) []string {
	if now == nil || now == old {
		return nil
	}
	return changed(keyword, old, now)
}

// fewer is a choice of shapes that has become smaller, or had been free.
func fewer(keyword string, old, now any) []string {
	if a, b := len(list(old)), len(list(now)); b == 0 || a > 0 && b >= a {
		return nil
	}
	return changed(keyword, len(list(old)), len(list(now)))
}

// closed is an object that takes no other fields any more.
func closed(keyword string, old, now any) []string {
	if now != false || old == false {
		return nil
	}
	return []string{"takes no fields but its own any more"}
}

// reversed judges the way back: in answers, to be freer is to promise less.
func reversed(judge func(string, any, any) []string) func(string, any, any) []string {
	return func(keyword string, old, now any) []string {
		if judge(keyword, now, old) == nil {
			return nil
		}
		return changed(keyword, old, now)
	}
}

func changed(keyword string, old, now any) []string {
	if old == nil {
		old = "none"
	}
	if now == nil {
		now = "none"
	}
	return []string{fmt.Sprintf("has another `%s`: %v, before %v", keyword, now, old)}
}

// ways are how an operation can be called. What needs no signing in takes a token, too.
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

// parameters are those of an operation and its path, by name and place.
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

// resolve is an object with what it refers to and what it is all of.
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
	if _, names := part["required"].([]any); names { // of a parameter it is a yes or no
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

// list is a list, also of one: a type may stand alone.
func list(v any) []any {
	switch l := v.(type) {
	case nil:
		return nil
	case []any:
		return l
	}
	return []any{v}
}

// lost is what stands in one list and not in the other.
func lost(from, to []any) (names []string) {
	for _, v := range from {
		if !slices.Contains(to, v) {
			names = append(names, fmt.Sprint(v))
		}
	}
	return names
}
