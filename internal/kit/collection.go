package kit

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/internal/money"
)

// Collection declares one kind of record as it is today: its columns and
// indexes, the triggers that guard it even from the SQL console, and who may
// touch it. The schema migration brings the database to it; it adds and alters,
// and never removes.
type Collection struct {
	Name     string
	SignIn   SignIn // set for the one collection people sign in with
	Fields   Fields
	Indexes  []Index
	Triggers []Trigger
	Policy   Policy

	// Accepts names body fields of a create that are not columns, because the
	// create begins more than its own row.
	Accepts []string

	// Fleeting are records that the hospital itself takes away when their time is over.
	// All others stay.
	Fleeting bool

	// Verbatim names texts that are stored as they are sent, byte for byte, where
	// the others are brought to NFC and trimmed.
	Verbatim []string
}

// SignIn is what an auth collection adds to an ordinary one.
type SignIn struct {
	Rule        string // who of its records may sign in; empty for a collection nobody signs in with
	Manage      string // who sees their e-mail addresses
	MinPassword int    // characters
}

// Index is an index of a collection.
type Index struct {
	Columns string // "doctor, starts"
	Unique  bool
	Where   string
}

// Trigger is a law that the database itself keeps.
type Trigger struct {
	Name string
	When string // "BEFORE UPDATE OF starts ON appointments WHEN …"
	Do   string // one statement, usually SELECT RAISE(ABORT, 'code')
}

// AppendOnly guards a table whose rows are facts: written once, never changed or
// deleted, whoever asks.
func AppendOnly(table string) []Trigger {
	return []Trigger{
		{table + "_no_update", "BEFORE UPDATE ON " + table, "SELECT RAISE(ABORT, 'append_only')"},
		{table + "_no_delete", "BEFORE DELETE ON " + table, "SELECT RAISE(ABORT, 'append_only')"},
	}
}

// usersID is the id under which PocketBase ships its users collection.
const usersID = "_pb_users_auth_"

// collectionID is the id a declared collection has on every machine.
func collectionID(name string) string {
	if name == "users" {
		return usersID
	}
	return core.NewBaseCollection(name).Id
}

// Field finds a declared column, nil when there is none.
func (c Collection) Field(name string) core.Field {
	for _, f := range c.Fields {
		if f.GetName() == name {
			return f
		}
	}
	return nil
}

// Text is a line or a page of text of at most max characters. It is stored NFC
// and trimmed, and refuses control characters.
func Text(name string, max int) *core.TextField { return &core.TextField{Name: name, Max: max} }

// Email is an e-mail address.
func Email(name string) *core.EmailField { return &core.EmailField{Name: name} }

// Select is one of a few words.
func Select[T ~string](name string, values ...T) *core.SelectField {
	f := &core.SelectField{Name: name, MaxSelect: 1}
	for _, v := range values {
		f.Values = append(f.Values, string(v))
	}
	return f
}

// Words is any of a few words.
func Words[T ~string](name string, values ...T) *core.SelectField {
	f := Select(name, values...)
	f.MaxSelect = len(values)
	return f
}

// MinText is a text of at least min characters.
func MinText(name string, min, max int) *core.TextField {
	return &core.TextField{Name: name, Min: min, Max: max}
}

// File is one file that only those get who see its record, with a token.
func File(name string, maxBytes int64, types ...string) *core.FileField {
	return &core.FileField{Name: name, MaxSelect: 1, MaxSize: maxBytes, MimeTypes: types, Protected: true}
}

// Instant is a moment, stored in UTC.
func Instant(name string) *core.DateField { return &core.DateField{Name: name} }

// Bool is yes or no.
func Bool(name string) *core.BoolField { return &core.BoolField{Name: name} }

// Day is a calendar day without a time or zone, "2006-01-02".
func Day(name string) *core.TextField {
	return &core.TextField{Name: name, Max: 10, Pattern: `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`}
}

// TimeOfDay is what a clock on the wall shows, "09:30"; "24:00" is the end of the day.
func TimeOfDay(name string) *core.TextField {
	return &core.TextField{Name: name, Max: 5, Pattern: `^(([01]\d|2[0-3]):[0-5]\d|24:00)$`}
}

// Int is a whole number from min to max.
func Int(name string, min, max int64) *core.NumberField {
	return &core.NumberField{Name: name, OnlyInt: true, Min: types.Pointer(float64(min)), Max: types.Pointer(float64(max))}
}

// Minor is an amount of money in minor units of the hospital's currency, never negative.
func Minor(name string) *core.NumberField { return Int(name, 0, money.Max) }

// Relation points to one record of another collection. Nothing cascades: a
// hospital's records are not deleted.
func Relation(name, collection string) *core.RelationField {
	return &core.RelationField{Name: name, CollectionId: collectionID(collection), MaxSelect: 1}
}

// Required makes a field mandatory.
func Required[F core.Field](f F) F {
	switch f := any(f).(type) {
	case *core.TextField:
		f.Required = true
	case *core.EmailField:
		f.Required = true
	case *core.SelectField:
		f.Required = true
	case *core.DateField:
		f.Required = true
	case *core.NumberField:
		f.Required = true
	case *core.RelationField:
		f.Required = true
	case *core.FileField:
		f.Required = true
	default:
		panic("kit.Required: no such field type")
	}
	return f
}

// timestamps are in every collection.
func timestamps() []core.Field {
	return []core.Field{
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	}
}

// name of an index is made from what it indexes.
func (i Index) name(collection string) string {
	columns := strings.NewReplacer(", ", "_", ",", "_", " ", "_").Replace(i.Columns)
	if i.Unique {
		return "uniq_" + collection + "_" + columns
	}
	return "idx_" + collection + "_" + columns
}

// Fields are the columns of a collection, beside id, created and updated, which
// every collection has.
type Fields = []core.Field
