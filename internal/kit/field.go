package kit

import (
	"reflect"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/internal/money"
)

// Fields are the columns of a collection, in addition to id, created and updated, which
// every collection has.
type Fields []Field

// Field is a column: how it is stored, and what it means.
//
//	kit.Text("reason", 1000).Help("Why the patient comes.")
type Field struct{ core.Field }

// Required makes a field mandatory. A required number must not be 0.
func (f Field) Required() Field { return f.set("Required", true) }

// Help describes the field in a sentence of at most 280 characters. The API document, the
// dashboard and PERMISSIONS.md show it.
func (f Field) Help(text string) Field { return f.set("Help", text) }

// Presentable makes the field part of the label that the dashboard shows wherever
// another record points to this one.
func (f Field) Presentable() Field { return f.set("Presentable", true) }

// IsPresentable reports whether the field is part of the label of its record.
func (f Field) IsPresentable() bool { return f.option("Presentable").Bool() }

// HelpText returns the text that Help set.
func (f Field) HelpText() string { return f.option("Help").String() }

// option returns one of PocketBase's settings of the field. It uses reflection because
// every field type is a struct of its own.
func (f Field) option(name string) reflect.Value {
	return reflect.ValueOf(f.Field).Elem().FieldByName(name)
}

func (f Field) set(option string, value any) Field {
	f.option(option).Set(reflect.ValueOf(value))
	return f
}

// Text is text of at most max characters. It is normalized to NFC, trimmed, and refused
// when it contains control characters.
func Text(name string, max int) Field { return Field{&core.TextField{Name: name, Max: max}} }

// MinText is a text of at least min characters.
func MinText(name string, min, max int) Field {
	return Field{&core.TextField{Name: name, Min: min, Max: max}}
}

// Email is an email address.
func Email(name string) Field { return Field{&core.EmailField{Name: name}} }

// Select is one of the given values.
func Select[T ~string](name string, values ...T) Field {
	f := &core.SelectField{Name: name, MaxSelect: 1}
	for _, v := range values {
		f.Values = append(f.Values, string(v))
	}
	return Field{f}
}

// MultiSelect is any number of the given values.
func MultiSelect[T ~string](name string, values ...T) Field {
	return Select(name, values...).set("MaxSelect", len(values))
}

// File is one file. Reading it takes a file token of somebody who may read its record.
func File(name string, maxBytes int64, types ...string) Field {
	return Field{&core.FileField{Name: name, MaxSelect: 1, MaxSize: maxBytes, MimeTypes: types, Protected: true}}
}

// Instant is a date and time, stored in UTC.
func Instant(name string) Field { return Field{&core.DateField{Name: name}} }

// Bool is true or false.
func Bool(name string) Field { return Field{&core.BoolField{Name: name}} }

// JSON is a value of any shape, at most maxBytes long.
func JSON(name string, maxBytes int64) Field {
	return Field{&core.JSONField{Name: name, MaxSize: maxBytes}}
}

const (
	dayPattern  = `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`
	timePattern = `^(([01]\d|2[0-3]):[0-5]\d|24:00)$`
)

// Language is a language as BCP 47 writes it, such as de or pt-BR.
func Language(name string) Field {
	return Field{&core.TextField{Name: name, Max: 12, Pattern: `^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`}}
}

// Day is a calendar day without a time or zone, "2006-01-02".
func Day(name string) Field {
	return Field{&core.TextField{Name: name, Max: 10, Pattern: dayPattern}}
}

// TimeOfDay is a local time, "09:30". "24:00" is the end of the day.
func TimeOfDay(name string) Field {
	return Field{&core.TextField{Name: name, Max: 5, Pattern: timePattern}}
}

// Int is a whole number from min to max.
func Int(name string, min, max int64) Field {
	return Field{&core.NumberField{
		Name: name, OnlyInt: true, Min: types.Pointer(float64(min)), Max: types.Pointer(float64(max)),
	}}
}

// Count is a whole number that is not negative. It stays exact in JavaScript.
func Count(name string) Field { return Int(name, 0, 1<<50) }

// VersionField counts the changes of a record. CheckVersion uses it to detect concurrent edits.
func VersionField() Field {
	return Count("version").Help("Number of changes. Send it with a change: if the record has changed since, " +
		"the answer is 409 stale_version.")
}

// Minor is an amount of money in minor units of its currency, such as cents. It is not negative.
func Minor(name string) Field { return Int(name, 0, money.Max) }

// Relation points to one record of another collection. It does not cascade, because
// records are not deleted.
func Relation(name, collection string) Field {
	return Field{&core.RelationField{Name: name, CollectionId: collectionID(collection), MaxSelect: 1}}
}

// timestamps are the fields that every collection has.
func timestamps() []core.Field {
	return []core.Field{
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	}
}
