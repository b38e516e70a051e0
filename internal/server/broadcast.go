package server

import (
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

// shortenBroadcasts gives PocketBase's broadcast of a change an app that remembers
// rules, and that applies filters as lists do. The broadcast is part of the request that
// writes, and tries the rule once for every topic of every stream.
func shortenBroadcasts(app core.App) {
	remember := &hook.Handler[*core.ModelEvent]{Id: "hospitalRules", Priority: kit.OrderBroadcast,
		Func: func(e *core.ModelEvent) error {
			e.App = &rules{App: e.App, known: map[ruleKey]bool{}}
			return e.Next()
		}}
	forget := &hook.Handler[*core.ModelEvent]{Id: "hospitalRulesEnd", Priority: kit.OrderBroadcast + 1,
		Func: func(e *core.ModelEvent) error {
			if r, ok := e.App.(*rules); ok {
				e.App = r.App
			}
			return e.Next()
		}}
	for _, changed := range []*hook.TaggedHook[*core.ModelEvent]{
		app.OnModelAfterCreateSuccess(), app.OnModelAfterUpdateSuccess(),
	} {
		changed.Bind(remember) // before the router binds the broadcast, with the same priority
		changed.Bind(forget)
	}
}

// rules is an app that remembers, for one change, who may see which record.
type rules struct {
	core.App
	lock  sync.Mutex
	known map[ruleKey]bool
}

type ruleKey struct{ collection, record, account, rule string }

func (r *rules) CanAccessRecord(record *core.Record, info *core.RequestInfo, rule *string) (bool, error) {
	may, err := r.may(record, info, rule)
	if !may || err != nil || info.Context != core.RequestInfoContextRealtime {
		return may, err
	}
	return kit.CheckSubscriptionFilter(r.App, record, info)
}

// may tries a rule that depends on nothing but the account and the record once.
func (r *rules) may(record *core.Record, info *core.RequestInfo, rule *string) (bool, error) {
	if rule == nil || strings.Count(*rule, "@request.") != strings.Count(*rule, "@request.auth.") {
		return r.App.CanAccessRecord(record, info, rule)
	}
	key := ruleKey{collection: record.Collection().Id, record: record.Id, rule: *rule}
	if info.Auth != nil {
		key.account = accountOf(info.Auth)
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	if may, ok := r.known[key]; ok {
		return may, nil
	}
	may, err := r.App.CanAccessRecord(record, info, rule)
	if err == nil {
		r.known[key] = may
	}
	return may, err
}
