package broadcast

import (
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// change is a record as it was after it was written.
type change struct {
	model   core.Model
	action  string
	record  *core.Record // nil unless it was committed
	settled bool         // it was committed or rolled back
	passed  bool         // it is no longer waiting
}

// order puts changes in the order of their commits. A change gets its place when it is written,
// and is passed on when the ends of its transaction and of all before it are known.
type order struct {
	lock      sync.Mutex
	waiting   []*change
	committed func(*change) // called in order; it does not block
}

// abandonAfter is how long a transaction may not report its end although a later one has, which
// can only have begun after that end. One that panicked reports nothing.
const abandonAfter = 5 * time.Second

// reserve gives a change its place.
func (o *order) reserve(model core.Model) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.waiting = append(o.waiting, &change{model: model})
}

// settle reports that a change was committed.
func (o *order) settle(model core.Model, action string, record *core.Record) {
	o.lock.Lock()
	defer o.lock.Unlock()
	c := o.placeOf(model)
	if c == nil { // it had no listeners when it was written
		c = &change{model: model}
		o.waiting = append(o.waiting, c)
	}
	c.action, c.record, c.settled = action, record, true
	if o.pass(); !c.passed {
		first := o.waiting[0]
		time.AfterFunc(abandonAfter, func() { o.abandon(first) })
	}
}

// cancel reports that a change was rolled back, or that it has no listeners any more.
func (o *order) cancel(model core.Model) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if c := o.placeOf(model); c != nil {
		c.settled = true
		o.pass()
	}
}

// abandon gives up a place. If its change is committed after all, it gets another one.
func (o *order) abandon(c *change) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if !c.settled {
		c.settled = true
		o.pass()
	}
}

// placeOf returns the first place of a model whose end is not known.
func (o *order) placeOf(model core.Model) *change {
	for _, c := range o.waiting {
		if c.model == model && !c.settled {
			return c
		}
	}
	return nil
}

// pass passes on what waits for nothing.
func (o *order) pass() {
	for len(o.waiting) > 0 && o.waiting[0].settled {
		c := o.waiting[0]
		o.waiting[0], o.waiting = nil, o.waiting[1:]
		c.passed = true
		if c.record != nil {
			o.committed(c)
		}
	}
}
