package kit

import "github.com/pocketbase/pocketbase/core"

// Event is a kind of change to the records of a collection.
type Event struct {
	Collection string
	Happened   func(before, after *core.Record) bool // before is nil for a new record
}

// Entering is the event that a field gets a value, at creation or later.
func Entering(collection, field, value string) Event {
	return Event{collection, func(before, after *core.Record) bool {
		return after.GetString(field) == value && (before == nil || before.GetString(field) != value)
	}}
}

// Reaction handles an event of another module. It writes through tx, the transaction of
// the event: an error rolls the change back.
type Reaction func(tx core.App, after *core.Record) error

// Follow is a row of the table of reactions.
type Follow struct {
	Event     Event
	Reactions []Reaction
}

// React binds a table of reactions. They run after the change and its lifecycle, in the
// order of the table.
func React(app core.App, table []Follow) {
	byCollection := map[string][]Follow{}
	for _, follow := range table {
		byCollection[follow.Event.Collection] = append(byCollection[follow.Event.Collection], follow)
	}
	for collection, rows := range byCollection {
		react := func(e *core.RecordEvent, before *core.Record) error {
			if err := e.Next(); err != nil {
				return err
			}
			for _, row := range rows {
				if !row.Event.Happened(before, e.Record) {
					continue
				}
				for _, reaction := range row.Reactions {
					if err := reaction(e.App, e.Record); err != nil {
						return err
					}
				}
			}
			return nil
		}
		onCreate(app, collection, orderReactions, func(e *core.RecordEvent) error { return react(e, nil) })
		onUpdate(app, collection, orderReactions, react)
	}
}
