package audit

import (
	"slices"
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"

	"hospital/internal/kit"
)

// question is a field that a filter or a sort asks about.
type question struct {
	path  string           // as sent, without modifiers: "patient.name"
	to    string           // the path from the listed records to the patient whose field it is
	field core.Field       // with the value
	of    *core.Collection // that has the field
}

// questions returns the fields of patients that a filter and a sort name.
func (b *buffer) questions(listed *core.Collection, filter, sort string) (asked []question) {
	var paths []string
	if groups, err := fexpr.Parse(filter); err == nil { // PocketBase refuses others
		paths = namesIn(groups)
	}
	for _, field := range search.ParseSortFromString(sort) {
		paths = append(paths, field.Name)
	}
	for _, path := range paths {
		if q, ok := b.resolve(listed, path); ok {
			asked = append(asked, q)
		}
	}
	return asked
}

// namesIn returns the names in a filter.
func namesIn(item any) (names []string) {
	switch item := item.(type) {
	case []fexpr.ExprGroup:
		for _, group := range item {
			names = append(names, namesIn(group.Item)...)
		}
	case fexpr.ExprGroup:
		return namesIn(item.Item)
	case fexpr.Expr:
		return append(namesIn(item.Left), namesIn(item.Right)...)
	case []fexpr.Token: // arguments of a function
		for _, token := range item {
			names = append(names, namesIn(token)...)
		}
	case fexpr.Token:
		if item.Type == fexpr.TokenIdentifier {
			return []string{item.Literal}
		}
		return namesIn(item.Meta)
	}
	return names
}

// resolve follows a path of relations to a field. It answers false for fields of records that
// lead to no patient, and for what is no field, such as true and @now.
func (b *buffer) resolve(listed *core.Collection, path string) (q question, ok bool) {
	parts := strings.Split(path, ".")
	first, of := 0, listed
	if parts[0] == "@collection" && len(parts) > 2 { // of superusers
		name, _, _ := strings.Cut(parts[1], ":")
		if of, _ = b.app.FindCachedCollectionByNameOrId(name); of == nil {
			return q, false
		}
		first = 2
	}
	for i := first; i < len(parts); i++ {
		name, _, _ := strings.Cut(parts[i], ":")
		field := of.Fields.GetByName(name)
		next, back := "", false
		if relation, is := field.(*core.RelationField); is {
			next = relation.CollectionId
		} else if field == nil {
			next, _, back = strings.Cut(name, "_via_")
		}
		if field == nil && !back {
			return q, false
		}
		if next != "" && i < len(parts)-1 {
			if of, _ = b.app.FindCachedCollectionByNameOrId(next); of == nil {
				return q, false
			}
			continue
		}
		if field == nil || !leadsToPatient(b.app, of.Name) {
			return q, false
		}
		to := append(slices.Clone(parts[:i]), pathToPatient(b.app, of.Name)...)
		if of.Name == "patients" {
			to = append(to, core.FieldNameId)
		}
		path, _, _ = strings.Cut(path, ":")
		return question{path, strings.Join(to, "."), field, of}, true
	}
	return q, false
}

// isRoutine says whether a question tells nothing about a person: who, when, and what a collection
// declares as its RoutineFields.
func (b *buffer) isRoutine(q question) bool {
	switch q.field.Type() {
	case core.FieldTypeRelation, core.FieldTypeAutodate, core.FieldTypeDate:
		return true
	}
	return q.field.GetName() == core.FieldNameId || kit.IsRoutine(b.app, q.of.Name, q.field.GetName())
}

func leadsToPatient(app core.App, collection string) bool {
	return collection == "patients" || len(pathToPatient(app, collection)) > 0
}
