package apidocs

import "strings"

// naming contains the names of a collection in the document. A module's openapi.yaml sets
// those that do not follow from the name of the collection.
type naming struct {
	Schema string // of one record: AppointmentEvent
	List   string // the operation id is "list" and this: AppointmentEvents
	One    string // event
	Many   string // events of appointments
}

// named sets the names that are empty: for appointment_events they are AppointmentEvents and
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

// article returns the singular with its article: "an event".
func (n naming) article() string {
	switch {
	case n.One == n.Many:
		return n.One
	case strings.ContainsAny(n.One[:1], "aeiouAEIOU"):
		return "an " + n.One
	}
	return "a " + n.One
}
