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

// Fingerprint is short text that changes whenever a declaration does.
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
	err := tx.NonconcurrentDB().NewQuery("SELECT name, tbl_name AS [[table]] FROM sqlite_master WHERE type = 'trigger'").All(&old)
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
		statements = append(statements,
			"CREATE TRIGGER "+t.Name+" "+t.When+" BEGIN SELECT RAISE(ABORT, '"+t.Code+"'); END")
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

// export renders the declarations in the form PocketBase imports, and in an
// order that does not depend on map iteration.
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
	if c.SignIn.signsIn() {
		col = core.NewAuthCollection(c.Name, collectionID(c.Name))
		managers := Policy{}
		for _, role := range c.SignIn.Managers {
			managers[role] = Grant{Read: All}
		}
		col.AuthRule = types.Pointer(fmt.Sprintf("%s = %q", c.SignIn.StatusField, c.SignIn.Active))
		col.ManageRule = managers.rule(reads, signIn)
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
	col.ListRule = c.Policy.rule(reads, signIn)
	col.ViewRule = c.Policy.rule(reads, signIn)
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
	// What is left out stays as the database has it: secrets and mail templates
	// of the auth collection, and the moment of creation.
	keep := []string{"id", "name", "type", "fields", "indexes", "listRule", "viewRule", "createRule", "updateRule", "deleteRule", "authRule", "manageRule"}
	maps.DeleteFunc(out, func(key string, _ any) bool { return !slices.Contains(keep, key) })
	return out
}

// guardSchema refuses to edit declared collections in the dashboard: they stand
// in the code, so that code and database cannot drift apart.
func guardSchema(app core.App, declared Catalog) {
	refuse := func(e *core.CollectionRequestEvent) error {
		if _, ok := declared[e.Collection.Name]; ok {
			return e.ForbiddenError("The collection "+e.Collection.Name+" is declared in code. Change the module and migrate.", nil)
		}
		return e.Next()
	}
	app.OnCollectionUpdateRequest().Bind(&hook.Handler[*core.CollectionRequestEvent]{Id: "hospitalSchemaUpdate", Func: func(e *core.CollectionRequestEvent) error {
		var stored string // the name before the edit, so that a rename cannot slip through
		err := e.App.DB().Select("name").From("_collections").Where(dbx.HashExp{"id": e.Collection.Id}).Row(&stored)
		if _, ok := declared[stored]; err == nil && ok {
			return e.ForbiddenError("The collection "+stored+" is declared in code. Change the module and migrate.", nil)
		}
		return refuse(e)
	}})
	app.OnCollectionDeleteRequest().Bind(&hook.Handler[*core.CollectionRequestEvent]{Id: "hospitalSchemaDelete", Func: refuse})
	app.OnCollectionsImportRequest().Bind(&hook.Handler[*core.CollectionsImportRequestEvent]{Id: "hospitalSchemaImport", Func: func(e *core.CollectionsImportRequestEvent) error {
		return e.ForbiddenError("The collections are declared in code and cannot be imported.", nil)
	}})
}
