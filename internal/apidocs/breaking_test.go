package apidocs_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// comparison finds the changes between two API documents that break clients, as sentences
// for the changelog. Additions are not reported.
//
// It works on plain values. The library oasdiff does not support x-codes and has 18
// dependencies.
type comparison struct {
	old, now object
	found    map[string]bool // sentence -> true if it breaks clients, false for a note
	open     map[string]bool // pairs of schemas that are being compared, against endless recursion
}

type object = map[string]any

// compare returns the sentences of comparison.found.
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
		if shared, ok := values(p)["x-shared"].(string); ok { // one sentence for all operations that use it
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

// schema compares two schemas at a place. In sentences, a component is named instead of
// the places that refer to it.
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
		for _, change := range r.judge(r.keyword, was[r.keyword], is[r.keyword]) {
			sentence := fmt.Sprintf("In %s, `%s` %s.", of.name, place, change)
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
			c.breaks("In %s, `%s.%s` %s.", of.name, place, name, of.requiredText)
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
