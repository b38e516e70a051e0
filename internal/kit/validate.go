package kit

import (
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// pocketBaseRecordHook is the id under which PocketBase binds its own validation.
const pocketBaseRecordHook = "__pbRecordSystemHook__"

// validateRecords takes the place of PocketBase's validation, which counts the target
// of every relation in a statement of its own, changed or not, and takes a database
// that does not answer for a missing record. Should the id above ever change, both run.
func validateRecords(app core.App) {
	app.OnRecordValidate().Unbind(pocketBaseRecordHook)
	app.OnRecordValidate().Bind(&hook.Handler[*core.RecordEvent]{Id: "kitValidate", Priority: orderValidate, Func: func(e *core.RecordEvent) error {
		validate := func() error {
			if err := validateFields(e); err != nil {
				return err
			}
			return e.Next()
		}
		for _, f := range e.Record.Collection().Fields { // some fill in what is missing
			if field, ok := f.(core.RecordInterceptor); ok {
				next := validate
				validate = func() error {
					return field.Intercept(e.Context, e.App, e.Record, core.InterceptorActionValidate, next)
				}
			}
		}
		return validate()
	}})
}

func validateFields(e *core.RecordEvent) error {
	errs := validation.Errors{}
	for _, f := range e.Record.Collection().Fields {
		if relation, ok := f.(*core.RelationField); ok {
			known, err := leadsSomewhere(e.App, relation, e.Record)
			if err != nil {
				return err
			}
			if known {
				continue
			}
		}
		if err := f.ValidateValue(e.Context, e.App, e.Record); err != nil {
			errs[f.GetName()] = err
		}
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}

// leadsSomewhere says that the record a relation points to is known to exist: it is
// what the relation held before, the account that acts, or was read in this
// transaction; or else the database has it. Nothing that is pointed to is deleted.
func leadsSomewhere(app core.App, relation *core.RelationField, r *core.Record) (bool, error) {
	id := r.GetString(relation.Name)
	if id == "" || relation.IsMultiple() {
		return false, nil
	}
	if !r.IsNew() && r.Original().GetString(relation.Name) == id {
		return true, nil
	}
	target, err := app.FindCachedCollectionByNameOrId(relation.CollectionId)
	if err != nil {
		return false, err
	}
	if target.IsAuth() && ActorOf(r).ID == id {
		return true, nil
	}
	if t := transactionOf(app); t != nil {
		if _, ok := t.stored[rowKey(target, id)]; ok || target.IsAuth() && t.actor.ID == id {
			return true, nil
		}
	}
	var found int
	err = app.ConcurrentDB().Select("count(*)").From(target.Name).AndWhere(dbx.HashExp{"id": id}).Row(&found)
	if err != nil {
		return false, fmt.Errorf("look for %s %s: %w", target.Name, id, err)
	}
	return found == 1, nil
}
