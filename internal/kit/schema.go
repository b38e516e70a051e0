package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Fingerprint is a short hash that changes whenever a declaration does.
func (c Catalog) Fingerprint() string {
	all, triggers := c.export()
	b, err := json.Marshal([]any{all, triggers})
	if err != nil {
		panic(fmt.Errorf("fingerprint the schema: %w", err))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// Apply brings the database to the declared collections. It adds and alters columns, and
// never removes one: removing or renaming a column is a migration of its own. Triggers hold
// no data, so those of declared collections are dropped and created again.
func (c Catalog) Apply(tx core.App) error {
	all, triggers := c.export()
	var old []struct{ Name, Table string }
	err := tx.NonconcurrentDB().Select("name", "tbl_name AS table").From("sqlite_master").
		Where(dbx.HashExp{"type": "trigger"}).All(&old)
	if err != nil {
		return fmt.Errorf("list the triggers: %w", err)
	}
	var statements []string
	for _, t := range old {
		if _, declared := c[t.Table]; declared {
			statements = append(statements, "DROP TRIGGER [["+t.Name+"]]")
		}
	}
	if err := execute(tx, statements); err != nil {
		return err
	}
	if err := tx.ImportCollections(all, false); err != nil {
		return fmt.Errorf("apply the declared collections: %w", err)
	}
	statements = nil
	for _, t := range triggers {
		statements = append(statements, t.create())
	}
	return execute(tx, statements)
}

func execute(tx core.App, statements []string) error {
	for _, sql := range statements {
		if _, err := tx.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// export renders the declarations in the form that PocketBase imports, sorted by name.
func (c Catalog) export() (collections []map[string]any, triggers []Trigger) {
	signIn := c.signIn()
	for _, name := range slices.Sorted(maps.Keys(c)) {
		declared := c[name]
		collections = append(collections, declared.export(signIn))
		triggers = append(triggers, declared.AllTriggers()...)
	}
	return collections, triggers
}

func (c Collection) export(signIn SignIn) map[string]any {
	col := core.NewBaseCollection(c.Name)
	if c.SignIn.isSet() {
		col = core.NewAuthCollection(c.Name, collectionID(c.Name))
		managers := Policy{}
		for _, role := range c.SignIn.Managers {
			managers[role] = Grant{Read: All}
		}
		col.AuthRule = types.Pointer(fmt.Sprintf("%s = %q", c.SignIn.StatusField, c.SignIn.Active))
		col.ManageRule = managers.rule(reading, signIn)
		col.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField).Min = c.SignIn.MinPassword
		for i, index := range col.Indexes { // ada@example.org and Ada@Example.org are one address
			col.Indexes[i] = strings.Replace(index, "(`email`)", "(`email` COLLATE NOCASE)", 1)
		}
	}
	for _, f := range c.Fields {
		col.Fields.Add(f.Field)
	}
	col.Fields.Add(timestamps()...)
	for _, i := range c.Indexes {
		col.AddIndex(i.name(c.Name), i.Unique, i.Columns, i.Where)
	}
	col.ListRule = c.Policy.rule(c.membersToo, signIn)
	col.ViewRule = c.Policy.rule(c.membersToo, signIn)
	col.CreateRule = c.Policy.rule(creates, signIn)
	col.UpdateRule = c.Policy.rule(updates, signIn)

	b, err := json.Marshal(col)
	if err != nil {
		panic(fmt.Errorf("export collection %s: %w", c.Name, err))
	}
	out := map[string]any{}
	if err := json.Unmarshal(b, &out); err != nil {
		panic(fmt.Errorf("export collection %s: %w", c.Name, err))
	}
	c.markServerOwned(out["fields"].([]any))
	// An import leaves settings that are missing here as they are in the database: secrets
	// and mail templates of the auth collection, and when it was created.
	maps.DeleteFunc(out, func(key string, _ any) bool { return !slices.Contains(exported, key) })
	return out
}

// exported are the settings of a collection that come from the declarations.
var exported = []string{
	"id", "name", "type", "fields", "indexes",
	"listRule", "viewRule", "createRule", "updateRule", "deleteRule", "authRule", "manageRule",
}

// markServerOwned adds to the help text of fields that no role may write. The dashboard has
// no read-only fields: it shows an input although the server refuses the value.
func (c Collection) markServerOwned(fields []any) {
	for _, f := range fields {
		field := f.(map[string]any)
		if help, _ := field["help"].(string); help != "" && c.serverOwned(field["name"].(string)) {
			field["help"] = help + " Set by the server."
		}
	}
}

// guardSchema refuses to edit declared collections in the dashboard, so that the code and
// the database stay the same.
func guardSchema(app core.App, declared Catalog) {
	refuse := func(e *core.CollectionRequestEvent, names ...string) error {
		for _, name := range names {
			if _, ok := declared[name]; ok {
				message := "The collection " + name + " is declared in code. Change the module and migrate."
				return e.ForbiddenError(message, nil)
			}
		}
		return e.Next()
	}
	app.OnCollectionUpdateRequest().Bind(&hook.Handler[*core.CollectionRequestEvent]{
		Id: "hospitalSchemaUpdate",
		Func: func(e *core.CollectionRequestEvent) error {
			var stored string // the name before the edit, which may be a rename
			err := e.App.DB().Select("name").From("_collections").
				Where(dbx.HashExp{"id": e.Collection.Id}).Row(&stored)
			if err != nil {
				return fmt.Errorf("look up the collection %s: %w", e.Collection.Id, err)
			}
			return refuse(e, stored, e.Collection.Name)
		},
	})
	app.OnCollectionDeleteRequest().Bind(&hook.Handler[*core.CollectionRequestEvent]{
		Id:   "hospitalSchemaDelete",
		Func: func(e *core.CollectionRequestEvent) error { return refuse(e, e.Collection.Name) },
	})
	app.OnCollectionsImportRequest().Bind(&hook.Handler[*core.CollectionsImportRequestEvent]{
		Id: "hospitalSchemaImport",
		Func: func(e *core.CollectionsImportRequestEvent) error {
			return e.ForbiddenError("The collections are declared in code and cannot be imported.", nil)
		},
	})
}
