package apidocs

import "strings"

// naming is what a collection is called in the document. A module's openapi.yaml says
// where that is not simply its name.
type naming struct {
	Schema string // of one record: AppointmentEvent
	List   string // the operation is list and this: AppointmentEvents
	One    string // event
	Many   string // events of appointments
}

// named fills in what was not said: appointment_events are AppointmentEvents, one is an
// AppointmentEvent.
func (n naming) named(collection string) naming {
	words := strings.Split(collection, "_")
	if n.Many == "" {
		n.Many = strings.Join(words, " ")
	}
	if n.List == "" {
		for _, word := range words {
			n.List += capitalized(word)
		}
	}
	if n.Schema == "" {
		n.Schema = strings.TrimSuffix(n.List, "s")
		if stem, ok := strings.CutSuffix(n.List, "ies"); ok {
			n.Schema = stem + "y"
		}
	}
	if n.One == "" {
		n.One = strings.TrimSuffix(n.Many, "s")
		if stem, ok := strings.CutSuffix(n.Many, "ies"); ok {
			n.One = stem + "y"
		}
	}
	return n
}

// article is one of them in a sentence: "an event".
func (n naming) article() string {
	switch {
	case n.One == n.Many:
		return n.One
	case strings.ContainsAny(n.One[:1], "aeiouAEIOU"):
		return "an " + n.One
	}
	return "a " + n.One
}
