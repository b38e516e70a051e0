package kit

import (
	"context"
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// pocketBaseRecordHook is the id under which PocketBase binds its own validation.
const pocketBaseRecordHook = "__pbRecordSystemHook__"

// validateRecords replaces PocketBase's validation, which runs one query for each relation,
// changed or not, and reports a database error as a missing record. If PocketBase renames
// the hook above, both run.
func validateRecords(app core.App) {
	app.OnRecordValidate().Unbind(pocketBaseRecordHook)
	app.OnRecordValidate().Bind(&hook.Handler[*core.RecordEvent]{
		Id: "kitValidate", Priority: orderValidate, Func: validateRecord,
	})
}

func validateRecord(e *core.RecordEvent) error {
	validate := func() error {
		if err := validateFields(e); err != nil {
			return err
		}
		return e.Next()
	}
	for _, f := range e.Record.Collection().Fields { // some field types set missing values here
		if field, ok := f.(core.RecordInterceptor); ok {
			next := validate
			validate = func() error {
				return field.Intercept(e.Context, e.App, e.Record, core.InterceptorActionValidate, next)
			}
		}
	}
	return validate()
}

func validateFields(e *core.RecordEvent) error {
	errs := validation.Errors{}
	for _, f := range e.Record.Collection().Fields {
		if relation, ok := f.(*core.RelationField); ok {
			known, err := targetExists(e.App, relation, e.Record)
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

// targetExists reports whether the target of a relation exists. It only queries the
// database when the value has changed, is not the acting account, and was not read in this
// transaction. That is safe because records that relations point to are never deleted.
// For empty and multiple relations it returns false, and the field is validated as usual.
func targetExists(app core.App, relation *core.RelationField, r *core.Record) (bool, error) {
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

// CheckFields validates some fields of a record before a rule uses them. All fields are validated
// before the write.
func CheckFields(tx core.App, r *core.Record, names ...string) error {
	errs := validation.Errors{}
	for _, name := range names {
		if err := r.Collection().Fields.GetByName(name).ValidateValue(context.Background(), tx, r); err != nil {
			errs[name] = err
		}
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}
