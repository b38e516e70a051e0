package audit

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// logSubscription logs the topics that a client asked for, in one entry. Those of guests to
// records that everybody may read are not logged, and others as rarely as their refusals.
func (b *buffer) logSubscription(e *core.RealtimeSubscribeRequestEvent) {
	names := topicNames(e.Subscriptions)
	if len(names) == 0 {
		return
	}
	actor := kit.Caller(e.RequestEvent)
	public := func(name string) bool {
		collection, _, _ := strings.Cut(name, "/")
		c, err := e.App.FindCachedCollectionByNameOrId(collection)
		return err == nil && kit.Reads(e.App, kit.Guest, c.Name)
	}
	if actor.Role == kit.Guest && !slices.ContainsFunc(names, func(name string) bool { return !public(name) }) {
		return
	}
	entry := Entry{Actor: actor, Action: "subscribe", Outcome: Done}
	if len(names) == 1 {
		entry.Collection = names[0]
	} else {
		entry.Changes = map[string][2]string{"topics": {"", strings.Join(names, ", ")}}
	}
	b.attempt(entry, http.StatusOK)
}

// topicNames are the topics without their options, each once.
func topicNames(topics []string) (names []string) {
	for _, topic := range topics {
		name, _, _ := strings.Cut(topic, "?")
		names = append(names, truncate(name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
