package kit

import (
	"fmt"
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// InTx runs a hook's work in one transaction with the write it guards. Inside,
// e.App is the transaction; afterwards it is what it was, so that later hooks do
// not find a dead one.
func InTx(e *core.RecordEvent, work func() error) error {
	outer := e.App
	defer func() { e.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		if actor := ActorOf(e.Record); actor.Request != "" {
			if _, known := causes.LoadOrStore(tx.NonconcurrentDB(), actor); !known {
				defer causes.Delete(tx.NonconcurrentDB())
			}
		}
		return work()
	})
}

// causes are the transactions that are under way, and who caused them.
var causes sync.Map

// ActorIn is who caused a transaction by a request, in which the hospital itself
// writes more than that; nobody when it does so on its own.
func ActorIn(tx core.App) Actor {
	cause, _ := causes.Load(tx.NonconcurrentDB())
	actor, _ := cause.(Actor)
	return actor
}

// OnCreate binds the law for new records of a collection. It runs in a
// transaction with the insert; it must call e.Next() once. Of two at once that are
// one create, sent again, the law sees the first alone.
func OnCreate(app core.App, collection string, law func(e *core.RecordEvent) error) {
	onCreate(app, collection, 0, func(e *core.RecordEvent) error {
		if err := rejectDuplicateID(e.App, e.Record); err != nil {
			return err
		}
		return law(e)
	})
}

// OnUpdate binds the law for changed records of a collection. It runs in a
// transaction with the update and is given the record as it stands in that
// transaction; it must call e.Next() once.
func OnUpdate(app core.App, collection string, law func(e *core.RecordEvent, before *core.Record) error) {
	onUpdate(app, collection, 0, law)
}

func onCreate(app core.App, collection string, priority int, law func(e *core.RecordEvent) error) {
	app.OnRecordCreate(collection).Bind(&hook.Handler[*core.RecordEvent]{Priority: priority, Func: func(e *core.RecordEvent) error {
		return InTx(e, func() error { return law(e) })
	}})
}

func onUpdate(app core.App, collection string, priority int, law func(e *core.RecordEvent, before *core.Record) error) {
	app.OnRecordUpdate(collection).Bind(&hook.Handler[*core.RecordEvent]{Priority: priority, Func: func(e *core.RecordEvent) error {
		return InTx(e, func() error {
			before, err := e.App.FindRecordById(collection, e.Record.Id)
			if err != nil {
				return err
			}
			return law(e, before)
		})
	}})
}

// OnRefusal binds what is added to a refusal of a new or a changed record. It runs
// after the transaction of the law, so that nobody who writes has to wait for it.
func OnRefusal(app core.App, collection string, add func(app core.App, refused *core.Record, refusal error) error) {
	handler := &hook.Handler[*core.RecordEvent]{Priority: outsideLaw, Func: func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return add(e.App, e.Record, err)
		}
		return nil
	}}
	app.OnRecordCreate(collection).Bind(handler)
	app.OnRecordUpdate(collection).Bind(handler)
}

// Event is something that happened to a record of a collection.
type Event struct {
	Collection string
	Happened   func(before, after *core.Record) bool // before is nil for a new record
}

// Entering is the event of a field taking a value, at creation or later.
func Entering(collection, field, value string) Event {
	return Event{collection, func(before, after *core.Record) bool {
		return after.GetString(field) == value && (before == nil || before.GetString(field) != value)
	}}
}

// Reaction is what follows an event in another module. It writes through tx, in
// the transaction of the event: when it fails, the event did not happen.
type Reaction func(tx core.App, after *core.Record) error

// When makes reactions follow an event, in order.
func When(app core.App, event Event, reactions ...Reaction) {
	react := func(e *core.RecordEvent, before *core.Record) error {
		if err := e.Next(); err != nil {
			return err
		}
		if !event.Happened(before, e.Record) {
			return nil
		}
		for _, reaction := range reactions {
			if err := reaction(e.App, e.Record); err != nil {
				return err
			}
		}
		return nil
	}
	onCreate(app, event.Collection, afterLaw, func(e *core.RecordEvent) error { return react(e, nil) })
	onUpdate(app, event.Collection, afterLaw, react)
}

const (
	outsideLaw = -10 // before the transaction of the law begins, and after it has ended
	afterLaw   = 10  // inside the law, which has already settled what the record will be
)

// New is a blank record of a collection.
func New(tx core.App, collection string) (*core.Record, error) {
	c, err := tx.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	return core.NewRecord(c), nil
}

// CheckVersion refuses a change of what somebody else has changed since it was read.
func CheckVersion(before, after *core.Record, what string) error {
	if before.GetInt("version") != after.GetInt("version") {
		return Conflict("version", "stale_version", "Somebody else changed "+what+" in the meantime. Load it again.")
	}
	return nil
}

// Changed says whether any column differs between two states of a record, apart
// from when it was last written.
func Changed(before, after *core.Record) bool {
	for _, f := range after.Collection().Fields {
		if f.Type() != core.FieldTypeAutodate && fmt.Sprint(before.Get(f.GetName())) != fmt.Sprint(after.Get(f.GetName())) {
			return true
		}
	}
	return false
}
