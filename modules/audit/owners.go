package audit

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// ofPatients leaves out records that lead to no patient.
func ofPatients(rows []kit.Row) []kit.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r kit.Row) bool { return r.Link == "" })
}

// owners are the patients of records that were read, and the accounts of the patients.
type owners struct {
	patients map[kit.Row]string
	accounts map[string]string
}

func (o owners) patient(r kit.Row) string {
	patient := o.patients[r]
	if _, exists := o.accounts[patient]; !exists {
		return ""
	}
	return patient
}

// ownersOf looks up the patients of records: a query for each step of a path, not for each record.
func ownersOf(app core.App, rows []kit.Row) (owners, error) {
	o := owners{map[kit.Row]string{}, map[string]string{}}
	for _, r := range rows {
		o.patients[r] = r.Link
	}
	at := slices.Collect(maps.Keys(o.patients))
	for _, collection := range collectionsOf(at) {
		c, err := app.FindCachedCollectionByNameOrId(collection)
		if err != nil {
			return o, err
		}
		path := pathToPatient(app, collection)
		for i := range path {
			field := c.Fields.GetByName(path[i]).(*core.RelationField)
			if c, err = app.FindCachedCollectionByNameOrId(field.CollectionId); err != nil {
				return o, err
			}
			if i == len(path)-1 {
				break
			}
			next := map[string]string{}
			for _, r := range at {
				if r.Collection == collection {
					next[o.patients[r]] = ""
				}
			}
			if err := follow(app, c.Name, path[i+1], next); err != nil {
				return o, err
			}
			for _, r := range at {
				if r.Collection == collection {
					o.patients[r] = next[o.patients[r]]
				}
			}
		}
	}
	for _, patient := range o.patients {
		o.accounts[patient] = ""
	}
	return o, follow(app, "patients", "user", o.accounts)
}

func collectionsOf(rows []kit.Row) (names []string) {
	for _, r := range rows {
		names = append(names, r.Collection)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// follow reads a relation of the records whose ids are the keys, and removes the keys of records that do not
// exist. Records that a running transaction has just written are found when it ends.
func follow(app core.App, table, relation string, records map[string]string) error {
	missing := maps.Clone(records)
	for _, db := range []dbx.Builder{app.ConcurrentDB(), app.NonconcurrentDB()} {
		delete(missing, "")
		for ids := range slices.Chunk(slices.Collect(maps.Keys(missing)), 500) {
			var found []struct{ ID, Next string }
			in := make([]any, len(ids))
			for i, id := range ids {
				in[i] = id
			}
			err := db.Select("id", "[["+relation+"]] AS next").From(table).Where(dbx.In("id", in...)).All(&found)
			if err != nil {
				return fmt.Errorf("find the patients of %s: %w", table, err)
			}
			for _, f := range found {
				records[f.ID] = f.Next
				delete(missing, f.ID)
			}
		}
	}
	delete(records, "")
	for id := range missing {
		delete(records, id)
	}
	return nil
}
