package broadcast

import (
	"slices"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// topic is one subscription, such as appointments/* with its options.
type topic struct {
	full    string // with its options; the name of its messages
	single  bool   // of one record
	options subscriptions.SubscriptionOptions
}

const expandParam, fieldsParam = "expand", "fields"

// registry finds the listeners of a record by their topics.
type registry struct {
	lock   sync.RWMutex
	topics map[*listener]map[string][]topic // by the name of the topic, without options
	named  map[string]map[*listener]bool
}

// set replaces the topics of a listener.
func (r *registry) set(l *listener) {
	topics := map[string][]topic{}
	for full, options := range l.Client.Subscriptions() {
		name, _, _ := strings.Cut(full, "?")
		_, id, _ := strings.Cut(name, "/")
		topics[name] = append(topics[name], topic{full, id != "" && id != "*", options})
		if options.Query[search.FilterQueryParam] != "" || options.Query[expandParam] != "" {
			l.slow.Store(true) // for good: nothing may overtake what waits for its worker
		}
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.unset(l)
	if l.IsDiscarded() || len(topics) == 0 {
		return
	}
	if r.topics == nil {
		r.topics, r.named = map[*listener]map[string][]topic{}, map[string]map[*listener]bool{}
	}
	r.topics[l] = topics
	for name := range topics {
		if r.named[name] == nil {
			r.named[name] = map[*listener]bool{}
		}
		r.named[name][l] = true
	}
}

func (r *registry) remove(l *listener) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.unset(l)
}

// unset removes the topics of a listener. The lock is held.
func (r *registry) unset(l *listener) {
	for name := range r.topics[l] {
		delete(r.named[name], l)
		if len(r.named[name]) == 0 {
			delete(r.named, name)
		}
	}
	delete(r.topics, l)
}

// of returns the listeners of a record, with their topics.
func (r *registry) of(record *core.Record) map[*listener][]topic {
	r.lock.RLock()
	defer r.lock.RUnlock()
	found := map[*listener][]topic{}
	for _, name := range topicsOf(record) {
		for l := range r.named[name] {
			found[l] = append(found[l], r.topics[l][name]...)
		}
	}
	return found
}

// follow reports whether a record has listeners.
func (r *registry) follow(record *core.Record) bool {
	r.lock.RLock()
	defer r.lock.RUnlock()
	has := func(name string) bool { return r.named[name] != nil }
	return len(r.named) > 0 && slices.ContainsFunc(topicsOf(record), has)
}

// topicsOf lists the names under which a record can be followed.
func topicsOf(record *core.Record) []string {
	c := record.Collection()
	return []string{
		c.Name + "/*", c.Id + "/*", c.Name, c.Id, // all records of the collection
		c.Name + "/" + record.Id, c.Id + "/" + record.Id,
	}
}
