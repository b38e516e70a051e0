package kit

import (
	"slices"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// InTx runs a hook's work in one transaction with the write. Meanwhile e.App is the
// transaction, in which FindRecordById reads each row once. Afterwards e.App is restored,
// so that later hooks do not use a finished transaction.
func InTx(e *core.RecordEvent, work func() error) error {
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(inner core.App) error {
		t, outermost := begin(inner)
		if actor := ActorOf(e.Record); t.actor.Request == "" && actor.Request != "" {
			t.actor = actor
		}
		e.App = txApp{inner, t}
		if !outermost {
			return work()
		}
		defer transactions.Delete(inner.NonconcurrentDB())
		if err := work(); err != nil {
			return err
		}
		for _, finish := range t.beforeCommit {
			if err := finish(e.App); err != nil {
				return err
			}
		}
		return nil
	})
}

// transaction is the state that the hooks of one transaction share.
type transaction struct {
	actor        Actor                   // who sent the request; zero outside of a request
	stored       map[string]*core.Record // rows as they are in the database, by collection and id
	memo         map[string]any          // results of Once, until the next write
	collected    map[string]any          // items of Collect, until the end
	beforeCommit []func(tx core.App) error
}

// transactions are the running transactions by their *dbx.Tx. PocketBase passes each hook
// a different app, and the *dbx.Tx is all they have in common.
var transactions sync.Map

func begin(tx core.App) (t *transaction, outermost bool) {
	blank := &transaction{
		stored:    map[string]*core.Record{},
		memo:      map[string]any{},
		collected: map[string]any{},
	}
	found, known := transactions.LoadOrStore(tx.NonconcurrentDB(), blank)
	return found.(*transaction), !known
}

// transactionOf returns the shared state of a transaction, or nil outside of InTx.
func transactionOf(app core.App) *transaction {
	found, _ := transactions.Load(app.NonconcurrentDB())
	t, _ := found.(*transaction)
	return t
}

// ActorIn returns who sent the request that caused a transaction. It is zero when the
// server started it. Unlike ActorOf it also answers for records that the server writes
// as a consequence.
func ActorIn(tx core.App) Actor {
	if t := transactionOf(tx); t != nil {
		return t.actor
	}
	return Actor{}
}

// Collect adds an item to a list. finish is called once with all items of the key, after
// all hooks and before the commit. Outside of InTx it is called immediately with one item.
func Collect[T any](tx core.App, key string, item T, finish func(tx core.App, items []T) error) error {
	t := transactionOf(tx)
	if t == nil {
		return finish(tx, []T{item})
	}
	items, begun := t.collected[key].([]T)
	if !begun {
		t.beforeCommit = append(t.beforeCommit, func(tx core.App) error {
			items, _ := t.collected[key].([]T)
			return finish(tx, items)
		})
	}
	t.collected[key] = append(items, item)
	return nil
}

// Once caches the result of load in a transaction until the next record is written in it.
// Outside of InTx it always calls load. The result is shared: do not change it.
func Once[T any](tx core.App, key string, load func() (T, error)) (T, error) {
	t := transactionOf(tx)
	if t == nil {
		return load()
	}
	if found, ok := t.memo[key].(T); ok {
		return found, nil
	}
	loaded, err := load()
	if err == nil {
		t.memo[key] = loaded
	}
	return loaded, err
}

// ForgetReads drops the rows that a transaction has cached. Call it after SQL that changes
// records without the app.
func ForgetReads(tx core.App) {
	if t := transactionOf(tx); t != nil {
		clear(t.stored)
		clear(t.memo)
	}
}

// txApp is a transaction in which FindRecordById reads each row once.
type txApp struct {
	core.App
	*transaction
}

// FindRecordById returns a copy of the row, which the caller may change and save.
func (a txApp) FindRecordById(
	collection any, id string, filters ...func(q *dbx.SelectQuery) error,
) (*core.Record, error) {
	c, ok := collection.(*core.Collection)
	if !ok {
		name, _ := collection.(string)
		found, err := a.FindCachedCollectionByNameOrId(name)
		if err != nil {
			return nil, err
		}
		c = found
	}
	if len(filters) > 0 {
		return a.App.FindRecordById(c, id, filters...)
	}
	if r, ok := a.stored[rowKey(c, id)]; ok {
		return r.Fresh(), nil
	}
	r, err := a.App.FindRecordById(c, id)
	if err != nil {
		return nil, err
	}
	a.stored[rowKey(c, id)] = r
	return r.Fresh(), nil
}

func rowKey(c *core.Collection, id string) string { return c.Name + "/" + id }

// refreshReads updates the rows that a transaction has cached when it writes them.
func refreshReads(app core.App) {
	written := func(e *core.RecordEvent) error {
		err := e.Next()
		t := transactionOf(e.App)
		if t == nil {
			return err
		}
		key := rowKey(e.Record.Collection(), e.Record.Id)
		delete(t.stored, key)
		clear(t.memo)
		if err == nil && !hasFiles(e.Record.Collection()) {
			stored := e.Record.Fresh()
			if stored.PostScan() == nil {
				t.stored[key] = stored
			}
		}
		return err
	}
	app.OnRecordCreateExecute().BindFunc(written)
	app.OnRecordUpdateExecute().BindFunc(written)
	app.OnRecordDeleteExecute().BindFunc(func(e *core.RecordEvent) error {
		if t := transactionOf(e.App); t != nil {
			delete(t.stored, rowKey(e.Record.Collection(), e.Record.Id))
			clear(t.memo)
		}
		return e.Next()
	})
}

// hasFiles reports whether a collection has file fields. A record that was just saved
// still holds the uploads, unlike one that was read, and is not cached.
func hasFiles(c *core.Collection) bool {
	return slices.ContainsFunc(c.Fields, func(f core.Field) bool { return f.Type() == core.FieldTypeFile })
}
