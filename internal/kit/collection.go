package kit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Collection declares one kind of record as it is today: its columns and indexes, what
// the database itself enforces, and who may do what. The schema migration brings the
// database to the declaration. It adds and alters columns, and never removes one.
type Collection struct {
	Name        string
	Description string // what a record is, in a sentence or two
	SignIn      SignIn // set for the one collection people sign in with
	Fields      Fields
	Indexes     []Index
	Policy      Policy

	// GuestFields are keys that a guest may send when creating a record although they are
	// not columns: a registration also carries the profile that is created later.
	GuestFields []string

	// RawText names text columns that are stored byte for byte as sent. All others are
	// normalized to NFC and trimmed.
	RawText []string

	// RoutineFields are those that worklists are narrowed and sorted by, such as a status. Asking
	// which records have a value of another field is audited, where records are about people.
	RoutineFields []string

	// AppendOnly records are written once and never changed.
	AppendOnly bool

	// Immutable says when a record can no longer change, apart from a few columns.
	Immutable Immutable

	// Expiring records are deleted by the application when they have expired. Triggers
	// refuse to delete records of all other collections, also by SQL.
	Expiring bool

	// Cached are collections of few records that rarely change. FindCached and FindAllCached keep them in memory.
	Cached bool

	// Consequence says that the records follow from a change by the rules of the server, so that the audit log
	// needs no entry for a new one: it has the change.
	Consequence bool

	// InsertTogether inserts all new records of a transaction at its end, many in a statement. Until then no query
	// finds them, except by FindRecordById; see InsertNow.
	InsertTogether bool

	// Triggers are further rules of the database, which the fields above cannot express, and sums of the records that
	// it keeps in other collections.
	Triggers []Trigger

	// Members is set if one record can belong to many records of another collection.
	Members Members
}

// SignIn makes a collection the one that people sign in with. It names the fields for the
// role of an account and for whether it is active.
type SignIn struct {
	RoleField   string // the field with the role
	Roles       []Role // the roles an account can have
	Superuser   Role   // the role whose rights a superuser of the dashboard has
	StatusField string // the field that says whether the account may sign in
	Active      string // its value when it may
	Managers    []Role // who sees the email addresses of all accounts
	MinPassword int    // characters
}

// isSet reports whether the collection is the one that people sign in with.
func (s SignIn) isSet() bool { return s.RoleField != "" }

// Index is an index of a collection.
type Index struct {
	Columns string // "doctor, starts"
	Unique  bool
	Where   string // SQL; empty for all rows
}

// StartsWith reports whether the index has all rows, ordered by a column first.
func (i Index) StartsWith(column string) bool {
	first, _, _ := strings.Cut(i.Columns, ",")
	return first == column && i.Where == ""
}

// name is the index name, made from the collection and the columns.
func (i Index) name(collection string) string {
	columns := strings.NewReplacer(", ", "_", ",", "_", " ", "_").Replace(i.Columns)
	if i.Unique {
		return "uniq_" + collection + "_" + columns
	}
	return "idx_" + collection + "_" + columns
}

// usersID is the id under which PocketBase ships its users collection.
const usersID = "_pb_users_auth_"

// collectionID is the id of a declared collection. It is the same in every database.
func collectionID(name string) string {
	if name == "users" {
		return usersID
	}
	return core.NewBaseCollection(name).Id
}

// Field returns a declared column, or nil.
func (c Collection) Field(name string) core.Field {
	for _, f := range c.Fields {
		if f.GetName() == name {
			return f.Field
		}
	}
	return nil
}

// authFields are columns of every sign-in collection that a policy may name.
var authFields = []string{core.FieldNameEmail, core.FieldNamePassword}

// mustNameRealFields panics when the declaration names a column that it does not declare.
// Otherwise a misspelt name would remove a permission or fail to hide a field.
func (c Collection) mustNameRealFields() {
	check := func(where string, names []string) {
		for _, name := range names {
			if c.Field(name) == nil && !(c.SignIn.isSet() && slices.Contains(authFields, name)) {
				panic(fmt.Sprintf("collection %s: %s names the field %q, which is not declared", c.Name, where, name))
			}
		}
	}
	check("RawText", c.RawText)
	check("RoutineFields", c.RoutineFields)
	check("Immutable.Free", c.Immutable.Free)
	if c.Members.declared() {
		check("Members", []string{c.Members.Field, c.Members.List})
	}
	for role, g := range c.Policy {
		check(string(role)+" CreateFields", g.CreateFields)
		check(string(role)+" UpdateFields", g.UpdateFields)
		check(string(role)+" VisibleFields", g.VisibleFields)
		check(string(role)+" HiddenFields", g.HiddenFields)
	}
}
