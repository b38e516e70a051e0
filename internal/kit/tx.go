package kit

import (
	"slices"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// InTx runs a hook's work in one transaction with the write it guards. Inside,
// e.App is the transaction, and reads every row by its id once; afterwards e.App is
// what it was, so that later hooks do not find a finished transaction.
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

// transaction is what the hooks of one transaction share.
type transaction struct {
	actor        Actor                   // who caused it by a request, if anybody
	stored       map[string]*core.Record // rows as the database has them, by collection and id
	memo         map[string]any          // other things that were read, until the next write
	collected    map[string]any          // what waits for the end
	beforeCommit []func(tx core.App) error
}

// transactions are those under way, by their *dbx.Tx. PocketBase hands hooks an app
// of its own, from which only that leads back to what they share.
var transactions sync.Map

func begin(tx core.App) (t *transaction, outermost bool) {
	found, known := transactions.LoadOrStore(tx.NonconcurrentDB(), &transaction{stored: map[string]*core.Record{}, memo: map[string]any{}, collected: map[string]any{}})
	return found.(*transaction), !known
}

// transactionOf is nil outside of InTx.
func transactionOf(app core.App) *transaction {
	found, _ := transactions.Load(app.NonconcurrentDB())
	t, _ := found.(*transaction)
	return t
}

// ActorIn is who caused a transaction by a request in which the server itself
// writes more; zero when it acts on its own.
func ActorIn(tx core.App) Actor {
	if t := transactionOf(tx); t != nil {
		return t.actor
	}
	return Actor{}
}

// Collect keeps an item until the end of the transaction. Then, after all hooks and
// before the commit, finish is given all items that were collected under the key.
// Outside of InTx it is given the one item at once.
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

// Once loads a thing once in a transaction, until the next record is written in it;
// outside of InTx, each time. Do not change what it answers.
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

// ForgetReads makes a transaction read rows anew. Call it after SQL that changes
// records past the app.
func ForgetReads(tx core.App) {
	if t := transactionOf(tx); t != nil {
		clear(t.stored)
		clear(t.memo)
	}
}

// txApp is a transaction that reads every row by its id once.
type txApp struct {
	core.App
	*transaction
}

// FindRecordById answers a copy of the row, which the caller may change and save.
func (a txApp) FindRecordById(collection any, id string, filters ...func(q *dbx.SelectQuery) error) (*core.Record, error) {
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

// keepReads keeps what transactions have read in step with what they write.
func keepReads(app core.App) {
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

// hasFiles says that a saved record still holds uploads, which a stored one does not.
func hasFiles(c *core.Collection) bool {
	return slices.ContainsFunc(c.Fields, func(f core.Field) bool { return f.Type() == core.FieldTypeFile })
}
