package audit

import (
	"database/sql"
	"errors"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/patients"
)

// patientOf returns the patient that a record belongs to and the account of that patient, or
// empty ids.
func patientOf(app core.App, r *core.Record) (patient, user string, err error) {
	for _, relation := range pathToPatient(app, r.Collection().Name) {
		id := r.GetString(relation)
		if id == "" {
			return "", "", nil
		}
		field := r.Collection().Fields.GetByName(relation).(*core.RelationField)
		target, err := app.FindCachedCollectionByNameOrId(field.CollectionId)
		if err != nil {
			return "", "", err
		}
		if r, err = app.FindRecordById(target, id); errors.Is(err, sql.ErrNoRows) {
			return "", "", nil
		} else if err != nil {
			return "", "", err
		}
	}
	if r.Collection().Name != "patients" {
		return "", "", nil
	}
	return r.Id, patients.Patient{Record: r}.User(), nil
}

// linkOf is the field that leads from a record to its patient, or from a patient to the account.
func linkOf(app core.App, collection string) string {
	if collection == "patients" {
		return patients.UserField
	}
	if path := pathToPatient(app, collection); len(path) > 0 {
		return path[0]
	}
	return ""
}

// patientOfRow is patientOf for a record in an answer.
func patientOfRow(app core.App, row kit.Row) (patient, user string, err error) {
	if row.Collection == "patients" {
		return row.ID, row.Link, nil
	}
	path := pathToPatient(app, row.Collection)
	if len(path) == 0 || row.Link == "" {
		return "", "", nil
	}
	c, err := app.FindCachedCollectionByNameOrId(row.Collection)
	if err != nil {
		return "", "", err
	}
	r, err := app.FindRecordById(c.Fields.GetByName(path[0]).(*core.RelationField).CollectionId, row.Link)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	} else if err != nil {
		return "", "", err
	}
	return patientOf(app, r)
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
