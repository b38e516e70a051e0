package kit

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// OnCreate binds a rule for new records of a collection. It runs in a transaction
// with the insert and must call e.Next() once. A concurrent retry of a create with
// the same id is refused before the rule runs.
func OnCreate(app core.App, collection string, rule func(e *core.RecordEvent) error) {
	onCreate(app, collection, orderLifecycle, func(e *core.RecordEvent) error {
		if err := rejectDuplicateID(e.App, e.Record); err != nil {
			return err
		}
		return rule(e)
	})
}

// OnUpdate binds a rule for changed records of a collection. It runs in a transaction with
// the update and must call e.Next() once. before is the stored record, read in the
// transaction. Collections with a status have a Lifecycle instead.
func OnUpdate(app core.App, collection string, rule func(e *core.RecordEvent, before *core.Record) error) {
	onUpdate(app, collection, orderLifecycle, rule)
}

func onCreate(app core.App, collection string, priority int, rule func(e *core.RecordEvent) error) {
	inTx := func(e *core.RecordEvent) error {
		return InTx(e, func() error { return rule(e) })
	}
	app.OnRecordCreate(collection).Bind(&hook.Handler[*core.RecordEvent]{Priority: priority, Func: inTx})
}

func onUpdate(
	app core.App, collection string, priority int, rule func(e *core.RecordEvent, before *core.Record) error,
) {
	inTx := func(e *core.RecordEvent) error {
		return InTx(e, func() error {
			before, err := e.App.FindRecordById(e.Record.Collection(), e.Record.Id)
			if err != nil {
				return err
			}
			return rule(e, before)
		})
	}
	app.OnRecordUpdate(collection).Bind(&hook.Handler[*core.RecordEvent]{Priority: priority, Func: inTx})
}

// OnRefusal binds a function that adds to the refusal of a create or an update. It runs
// after the transaction has ended, so that other writers do not wait for it.
func OnRefusal(app core.App, collection string, add func(app core.App, refused *core.Record, refusal error) error) {
	handler := &hook.Handler[*core.RecordEvent]{Priority: orderRefusal, Func: func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return add(e.App, e.Record, err)
		}
		return nil
	}}
	app.OnRecordCreate(collection).Bind(handler)
	app.OnRecordUpdate(collection).Bind(handler)
}

// New returns a blank record of a collection.
func New(tx core.App, collection string) (*core.Record, error) {
	c, err := tx.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	return core.NewRecord(c), nil
}

// CheckVersion refuses a change with 409 stale_version when somebody else has changed the
// record since the client read it. what names the record in the message.
func CheckVersion(before, after *core.Record, what string) error {
	if before.GetInt(versionField) != after.GetInt(versionField) {
		return Conflict(versionField, "stale_version", "Somebody else changed "+what+" in the meantime. Load it again.")
	}
	return nil
}

// Changed reports whether any column other than the timestamps differs between two
// states of a record.
func Changed(before, after *core.Record) bool {
	for _, f := range after.Collection().Fields {
		if f.Type() != core.FieldTypeAutodate && fmt.Sprint(before.Get(f.GetName())) != fmt.Sprint(after.Get(f.GetName())) {
			return true
		}
	}
	return false
}
