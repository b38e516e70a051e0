package audit

import (
	"database/sql"
	"errors"
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// patientOf returns the patient that a record belongs to, or an empty id.
func patientOf(app core.App, r *core.Record) (patient string, err error) {
	for _, relation := range pathToPatient(app, r.Collection().Name) {
		id := r.GetString(relation)
		if id == "" {
			return "", nil
		}
		field := r.Collection().Fields.GetByName(relation).(*core.RelationField)
		target, err := app.FindCachedCollectionByNameOrId(field.CollectionId)
		if err != nil {
			return "", err
		}
		if r, err = app.FindRecordById(target, id); errors.Is(err, sql.ErrNoRows) {
			return "", nil
		} else if err != nil {
			return "", err
		}
	}
	if r.Collection().Name != "patients" {
		return "", nil
	}
	return r.Id, nil
}

// linkOf is the field of a collection that leads to the patient of a record; of patients it is the id.
func linkOf(app core.App, collection string) string {
	if collection == "patients" {
		return core.FieldNameId
	}
	if path := pathToPatient(app, collection); len(path) > 0 {
		return path[0]
	}
	return ""
}

// pathToPatient returns the shortest path of required relations from a collection to
// patients, such as bill, patient for a line of a bill.
func pathToPatient(app core.App, collection string) []string {
	key := "hospital.audit.path." + collection
	if path, ok := app.Store().Get(key).([]string); ok {
		return path
	}
	path := findPath(app, collection)
	app.Store().Set(key, path)
	return path
}

func findPath(app core.App, collection string) []string {
	type step struct {
		collection string
		path       []string
	}
	seen := []string{collection}
	for queue := []step{{collection, nil}}; len(queue) > 0; queue = queue[1:] {
		if queue[0].collection == "patients" {
			return queue[0].path
		}
		c, err := app.FindCachedCollectionByNameOrId(queue[0].collection)
		if err != nil {
			continue
		}
		for _, f := range c.Fields {
			relation, ok := f.(*core.RelationField)
			if !ok || !relation.Required {
				continue
			}
			target, err := app.FindCachedCollectionByNameOrId(relation.CollectionId)
			if err == nil && !slices.Contains(seen, target.Name) {
				seen = append(seen, target.Name)
				queue = append(queue, step{target.Name, append(slices.Clone(queue[0].path), relation.Name)})
			}
		}
	}
	return nil
}
