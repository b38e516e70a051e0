package apidocs_test

import (
	"fmt"
)

// direction is requests or answers. Requests must not become more restricted, answers must
// not become less restricted.
type direction struct {
	name         string
	rules        []rule
	required     func(old, now []any) []string
	requiredText string // what a change of required means
}

// rule compares one keyword of two schemas. judge returns the changes that break clients.
type rule struct {
	keyword string
	judge   func(keyword string, old, now any) []string
	note    bool
}

var requests = direction{"requests", []rule{
	{"type", noLonger, false}, {"enum", noLonger, false},
	{"pattern", other, false}, {"format", other, false}, {"multipleOf", other, false},
	{"maxLength", lower, false}, {"maximum", lower, false}, {"exclusiveMaximum", lower, false}, {"maxItems", lower, false},
	{"maxProperties", lower, false},
	{"minLength", higher, false}, {"minimum", higher, false}, {"exclusiveMinimum", higher, false},
	{"minItems", higher, false}, {"minProperties", higher, false},
	{"additionalProperties", closed, false}, {"anyOf", fewer, false}, {"oneOf", fewer, false},
}, func(old, now []any) []string { return lost(now, old) }, "must now be given"}

var answers = direction{"answers", []rule{
	{"type", mayNow, false}, {"enum", mayNow, true}, // the document tells clients to expect new values
	{"pattern", reversed(other), false}, {"format", reversed(other), false},
	{"anyOf", reversed(fewer), false}, {"oneOf", reversed(fewer), false},
}, lost, "is no longer always there"}

func noLonger(keyword string, old, now any) []string { return may("no longer", keyword, old, now) }

func mayNow(keyword string, old, now any) []string { return may("now", keyword, now, old) }

func may(when, keyword string, from, to any) (changes []string) {
	switch {
	case to == nil:
	case from == nil:
		changes = []string{"may " + when + " be of any `" + keyword + "`"}
	default:
		for _, v := range lost(list(from), list(to)) {
			changes = append(changes, fmt.Sprintf("may %s be of `%s` `%s`", when, keyword, v))
		}
	}
	return changes
}

// lower reports a limit that is new or lower than before, higher one that is new or higher.
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

// other reports a requirement that is new or different.
func other(keyword string, old, now any) []string {
	if now == nil || now == old {
		return nil
	}
	return changed(keyword, old, now)
}

// fewer reports a list of alternatives that is new or shorter.
func fewer(keyword string, old, now any) []string {
	if a, b := len(list(old)), len(list(now)); b == 0 || a > 0 && b >= a {
		return nil
	}
	return changed(keyword, len(list(old)), len(list(now)))
}

// closed reports an object that no longer accepts additional fields.
func closed(keyword string, old, now any) []string {
	if now != false || old == false {
		return nil
	}
	return []string{"takes no fields but its own any more"}
}

// reversed swaps the two documents: in answers, removing a restriction breaks clients.
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
