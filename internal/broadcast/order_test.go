package broadcast

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

func TestChangesPassInTheOrderOfTheirWrites(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script func(o *order, a, b, c *core.Record)
		want   []string // what has passed at the end
		later  []string // and after a while
	}{
		"reported in another order": {func(o *order, a, b, c *core.Record) {
			settle(o, c)
			settle(o, a)
			settle(o, b)
		}, []string{"a", "b", "c"}, nil},
		"the first is not reported": {func(o *order, a, b, c *core.Record) {
			settle(o, b)
			settle(o, c)
		}, nil, []string{"b", "c"}},
		"one is rolled back": {func(o *order, a, b, c *core.Record) {
			settle(o, c)
			o.cancel(a)
			settle(o, b)
		}, []string{"b", "c"}, nil},
		"the last is not reported": {func(o *order, a, b, c *core.Record) {
			settle(o, a)
			settle(o, b)
		}, []string{"a", "b"}, []string{"a", "b"}},
		"the same record twice": {func(o *order, a, b, c *core.Record) {
			o.reserve(a)
			settle(o, a)
			settle(o, a)
			settle(o, b)
			settle(o, c)
		}, []string{"a", "b", "c", "a"}, nil},
		"it had no listeners when it was written": {func(o *order, a, b, c *core.Record) {
			settle(o, a)
			settle(o, &core.Record{BaseModel: core.BaseModel{Id: "d"}})
			settle(o, b)
			settle(o, c)
		}, []string{"a", "b", "c", "d"}, nil},
		"reported after it was given up": {func(o *order, a, b, c *core.Record) {
			settle(o, b)
			settle(o, c)
			time.Sleep(2 * abandonAfter)
			settle(o, a)
		}, []string{"b", "c", "a"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var passed []string
				o := &order{committed: func(c *change) { passed = append(passed, c.record.Id) }}
				var records []*core.Record
				for _, id := range []string{"a", "b", "c"} {
					records = append(records, &core.Record{BaseModel: core.BaseModel{Id: id}})
					o.reserve(records[len(records)-1])
				}
				c.script(o, records[0], records[1], records[2])
				check := func(when string, want []string) {
					o.lock.Lock()
					defer o.lock.Unlock()
					if !slices.Equal(passed, want) {
						t.Errorf("%s passed %v, want %v", when, passed, want)
					}
				}
				check("at once", c.want)
				time.Sleep(2 * abandonAfter)
				synctest.Wait()
				if c.later != nil {
					check("after a while", c.later)
				}
			})
		})
	}
}

func settle(o *order, r *core.Record) { o.settle(r, "update", r) }
