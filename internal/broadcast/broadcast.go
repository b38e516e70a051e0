// Package broadcast sends changes of records to the realtime streams, in the order of their
// commits, after the requests that made them were answered. It takes the place of PocketBase's
// broadcast, which is part of the request.
package broadcast

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"hospital/internal/kit"
)

const (
	maxQueued   = 1_000                  // changes; with more of them, writers wait
	maxWait     = time.Second            // a writer for at most this long
	maxBehind   = 200                    // changes that wait for the worker of a stream
	maxUnread   = 64                     // messages that wait for a stream
	maxPatience = 100 * time.Millisecond // of one change, with streams that have so many
	maxStopping = 5 * time.Second        // a stopping server delivers for at most this long
)

// hub has the listeners of an app, and the changes on their way to them.
type hub struct {
	app       core.App
	listeners registry
	changes   order
	worker    worker        // decides in memory
	slow      atomic.Int64  // number of changes that listeners' own workers have to decide
	slots     chan struct{} // bounds how many of these workers work at once
	closed    atomic.Int64  // number of listeners that did not keep up
}

const hubKey = "hospital.broadcast"

// Register makes an app deliver changes in the background.
func Register(app core.App) {
	h := &hub{app: app, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	h.changes.committed = func(c *change) { h.worker.do(h.app, func() { h.deliver(c) }) }
	app.Store().Set(hubKey, h)
	const id = "hospitalBroadcast"
	app.OnRealtimeConnectRequest().Bind(&hook.Handler[*core.RealtimeConnectRequestEvent]{
		Id: id, Priority: kit.OrderListener, Func: func(e *core.RealtimeConnectRequestEvent) error {
			e.Client = h.newListener(e)
			return e.Next()
		}})
	written := &hook.Handler[*core.ModelEvent]{Id: id, Priority: kit.OrderCommit, Func: h.written}
	app.OnModelCreateExecute().Bind(written)
	app.OnModelUpdateExecute().Bind(written)
	app.OnModelDeleteExecute().Bind(written)
	committed := func(action string) *hook.Handler[*core.ModelEvent] {
		return &hook.Handler[*core.ModelEvent]{Id: id, Priority: kit.OrderBroadcast,
			Func: func(e *core.ModelEvent) error {
				if hidden, ok := e.App.(withoutStreams); ok {
					e.App = hidden.App
				}
				h.publish(e.Model, action)
				return e.Next()
			}}
	}
	hide := &hook.Handler[*core.ModelEvent]{Id: id + "Hide", Priority: kit.OrderBroadcast - 1, Func: hideStreams}
	app.OnModelAfterCreateSuccess().Bind(hide) // before the router binds PocketBase's broadcast, with the same priority
	app.OnModelAfterUpdateSuccess().Bind(hide)
	app.OnModelAfterCreateSuccess().Bind(committed("create"))
	app.OnModelAfterUpdateSuccess().Bind(committed("update"))
	app.OnModelAfterDeleteSuccess().Bind(committed("delete"))
	failed := &hook.Handler[*core.ModelErrorEvent]{Id: id, Priority: kit.OrderBroadcast,
		Func: func(e *core.ModelErrorEvent) error {
			h.changes.cancel(e.Model)
			return e.Next()
		}}
	app.OnModelAfterCreateError().Bind(failed)
	app.OnModelAfterUpdateError().Bind(failed)
	app.OnModelAfterDeleteError().Bind(failed)
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: id, Priority: kit.OrderDelivered,
		Func: func(e *core.TerminateEvent) error {
			h.flush(maxStopping)
			return e.Next()
		}})
}

// withoutStreams is an app without realtime streams. PocketBase's broadcast is given it, because it
// would look at each stream in vain.
type withoutStreams struct{ core.App }

var noStreams = subscriptions.NewBroker()

func (withoutStreams) SubscriptionsBroker() *subscriptions.Broker { return noStreams }

// hideStreams hides the streams, except where PocketBase renews the accounts of the streams.
func hideStreams(e *core.ModelEvent) error {
	if r := recordOf(e.Model); r != nil && !r.Collection().IsAuth() {
		e.App = withoutStreams{e.App}
	}
	return e.Next()
}

// written gives a change its place while its transaction still excludes other writers, because
// transactions may report their end in another order than they were committed.
func (h *hub) written(e *core.ModelEvent) error {
	if err := e.Next(); err != nil {
		return err
	}
	if r := recordOf(e.Model); r != nil && h.listeners.follow(r) {
		h.changes.reserve(e.Model)
	}
	return nil
}

// publish hands a committed change to the worker.
func (h *hub) publish(model core.Model, action string) {
	r := recordOf(model)
	if r == nil || !h.listeners.follow(r) {
		h.changes.cancel(model)
		return
	}
	h.changes.settle(model, action, r.Fresh())
	const step = 5 * time.Millisecond
	for waited := time.Duration(0); waited < maxWait && h.worker.length() > maxQueued; waited += step {
		time.Sleep(step)
	}
}

func recordOf(model core.Model) *core.Record {
	switch m := model.(type) {
	case *core.Record:
		return m
	case core.RecordProxy:
		return m.ProxyRecord()
	}
	return nil
}

// Flush waits until all changes that were committed are delivered to the streams. Tests use it.
func Flush(app core.App) {
	if h, ok := app.Store().Get(hubKey).(*hub); ok {
		h.flush(time.Minute)
	}
}

// Closed returns how many streams were closed because they did not keep up.
func Closed(app core.App) int64 {
	if h, ok := app.Store().Get(hubKey).(*hub); ok {
		return h.closed.Load()
	}
	return 0
}

func (h *hub) flush(most time.Duration) {
	for end := time.Now().Add(most); time.Now().Before(end) && h.worker.length()+int(h.slow.Load()) > 0; {
		time.Sleep(time.Millisecond)
	}
}
