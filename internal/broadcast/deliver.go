package broadcast

import (
	"encoding/json/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/picker"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"hospital/internal/kit"
)

// deliver sends a change to its listeners. Those that need SQL of their own, because of a filter
// or an expansion, have workers of their own, so that others do not wait for them.
func (h *hub) deliver(c *change) {
	d := &delivery{
		hub: h, change: c, audience: kit.NewAudience(h.app, c.record), messages: map[view]message{},
	}
	slow := map[*listener][]topic{}
	for l, topics := range h.listeners.of(c.record) {
		if l.slow.Load() {
			slow[l] = topics
			continue
		}
		d.tell(l, topics)
	}
	for l, topics := range slow {
		if l.worker.length() >= maxBehind {
			h.close(l)
			continue
		}
		h.slow.Add(1)
		l.worker.do(h.app, func() {
			defer h.slow.Add(-1)
			h.slots <- struct{}{}
			defer func() { <-h.slots }()
			d.tell(l, topics)
		})
	}
}

// delivery is one change on its way to its listeners.
type delivery struct {
	hub      *hub
	change   *change
	lock     sync.Mutex // guards the fields below
	audience *kit.Audience
	messages map[view]message
	patience chan struct{} // closed some time after the first listener was full
}

// view is what the content of a message depends on.
type view struct {
	role           kit.Role
	superuser, own bool
	account        string // because of the expansion, which has rules of its own
	fields, expand string
}

type message struct {
	data   []byte
	record *core.Record
}

// tell sends the change to a listener, once for each of its topics.
func (d *delivery) tell(l *listener, topics []topic) {
	auth, _ := l.Get(apis.RealtimeClientAuthKey).(*core.Record)
	for _, t := range topics {
		info := &core.RequestInfo{
			Context: core.RequestInfoContextRealtime, Method: http.MethodGet,
			Query: t.options.Query, Headers: t.options.Headers, Auth: auth,
		}
		m, err := d.messageFor(t, info)
		if err != nil {
			d.hub.app.Logger().Warn("cannot tell a realtime stream of a change; it is closed",
				"collection", d.change.record.Collection().Name, "id", d.change.record.Id, "error", err.Error())
			d.hub.close(l)
			return
		}
		if m.data != nil {
			l.offer(subscriptions.Message{Name: t.full, Data: m.data}, d.impatient)
			kit.Delivered(d.hub.app, auth, m.record)
		}
	}
}

// concerns reports whether a caller may read the record, and it matches the filter of the topic.
func (d *delivery) concerns(t topic, info *core.RequestInfo) (bool, error) {
	rule := d.change.record.Collection().ListRule
	if t.single {
		rule = d.change.record.Collection().ViewRule
	}
	if may, err := d.audience.MayRead(info, rule); err != nil || !may {
		return false, err
	}
	return d.audience.Matches(info)
}

// messageFor returns the message for a topic of a caller; an empty one if it gets none. All callers
// with the same view get the same.
func (d *delivery) messageFor(t topic, info *core.RequestInfo) (message, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if concerned, err := d.concerns(t, info); err != nil || !concerned {
		return message{}, err
	}
	actor := kit.ActorFor(d.hub.app, info.Auth)
	v := view{
		role: actor.Role, superuser: actor.Superuser, fields: info.Query[fieldsParam], expand: info.Query[expandParam],
		own: info.Auth != nil && info.Auth.Id == d.change.record.Id,
	}
	if v.expand != "" {
		v.account = actor.ID
	}
	if m, known := d.messages[v]; known {
		return m, nil
	}
	m, err := d.compose(info)
	if err == nil {
		d.messages[v] = m
	}
	return m, err
}

// compose makes a message as PocketBase's broadcast does.
func (d *delivery) compose(info *core.RequestInfo) (message, error) {
	record := d.change.record.Fresh()
	if info.HasSuperuserAuth() {
		record.Unhide(record.Collection().Fields.FieldNames()...)
	}
	e := &core.RequestEvent{App: d.hub.app, Auth: info.Auth}
	query := url.Values{}
	for name, value := range info.Query {
		query.Set(name, value)
	}
	e.Request = &http.Request{Method: info.Method, URL: &url.URL{RawQuery: query.Encode()}, Header: http.Header{}}
	e.Set(core.RequestEventKeyInfoContext, info.Context)
	if err := apis.EnrichRecord(e, record); err != nil {
		return message{}, err
	}
	content := struct {
		Record any    `json:"record"`
		Action string `json:"action"`
	}{record, d.change.action}
	if fields := info.Query[fieldsParam]; fields != "" {
		if picked, err := picker.Pick(record, fields); err == nil { // otherwise all fields, as PocketBase does
			content.Record = picked
		}
	}
	data, err := json.Marshal(content)
	return message{data, record}, err
}

// impatient returns what is closed when the change has waited long enough for full listeners.
func (d *delivery) impatient() <-chan struct{} {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.patience == nil {
		d.patience = make(chan struct{})
		time.AfterFunc(maxPatience, func() { close(d.patience) })
	}
	return d.patience
}
