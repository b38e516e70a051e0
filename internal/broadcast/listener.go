package broadcast

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// listener is the client of one stream. Its messages wait in a buffer, so that no change waits for
// the stream to write them.
type listener struct {
	subscriptions.Client
	hub    *hub
	abort  func()        // ends a write that the other side does not read
	slow   atomic.Bool   // it needs SQL of its own
	worker worker        // for a slow one
	ended  chan struct{} // closed with the listener
	end    sync.Once
	lock   sync.Mutex // guards the buffer against its end
	buffer chan subscriptions.Message
}

func (h *hub) newListener(e *core.RealtimeConnectRequestEvent) *listener {
	connection := http.NewResponseController(e.Response)
	return &listener{
		Client: e.Client, hub: h, ended: make(chan struct{}), buffer: make(chan subscriptions.Message, maxUnread),
		abort: func() { _ = connection.SetWriteDeadline(time.Now()) }, // not supported by every test's response
	}
}

// Subscriptions returns all subscriptions, but none with a prefix: only PocketBase's broadcast
// asks for those of a record, and it must not find any.
func (l *listener) Subscriptions(prefixes ...string) map[string]subscriptions.SubscriptionOptions {
	if len(prefixes) > 0 {
		return nil
	}
	return l.Client.Subscriptions()
}

// Subscribe adds topics.
func (l *listener) Subscribe(topics ...string) {
	l.Client.Subscribe(topics...)
	l.hub.listeners.set(l)
}

// Unsubscribe removes topics; all without an argument. PocketBase does that in front of each
// Subscribe, so the listener keeps them until then: it must not miss a change in between.
func (l *listener) Unsubscribe(topics ...string) {
	l.Client.Unsubscribe(topics...)
	if len(topics) > 0 {
		l.hub.listeners.set(l)
	}
}

// Channel has the messages for the stream to write.
func (l *listener) Channel() chan subscriptions.Message { return l.buffer }

// Send adds a message. A listener that has too many is closed.
func (l *listener) Send(m subscriptions.Message) {
	l.offer(m, func() <-chan struct{} { return noPatience })
}

var noPatience = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// offer adds a message. If the buffer is full, it waits until out of patience, and closes the
// listener: the SDKs connect again, and load what they show.
func (l *listener) offer(m subscriptions.Message, patience func() <-chan struct{}) {
	if !l.add(m, patience) {
		l.hub.close(l)
	}
}

func (l *listener) add(m subscriptions.Message, patience func() <-chan struct{}) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.IsDiscarded() {
		return true
	}
	select {
	case l.buffer <- m:
		return true
	default:
	}
	select {
	case l.buffer <- m:
		return true
	case <-l.ended:
		return true
	case <-patience():
		return false
	}
}

// Discard ends the listener. What waits in its buffer is not sent any more.
func (l *listener) Discard() {
	l.end.Do(func() {
		l.Client.Discard()
		l.hub.listeners.remove(l)
		close(l.ended)
		l.lock.Lock()
		defer l.lock.Unlock()
		for len(l.buffer) > 0 {
			select {
			case <-l.buffer:
			default: // the stream took it
			}
		}
		close(l.buffer)
	})
}

// close ends the stream of a listener that does not keep up.
func (h *hub) close(l *listener) {
	h.app.Logger().Debug("a realtime stream does not keep up and is closed", "clientId", l.Id())
	h.closed.Add(1)
	l.Discard()
	h.app.SubscriptionsBroker().Unregister(l.Id())
	l.abort()
}
