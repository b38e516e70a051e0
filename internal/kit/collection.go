package kit

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
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
	GuestFields []string

	// Fleeting are records that the hospital itself takes away when their time is over.
	// All others stay.
	Expiring bool

	// Verbatim names texts that are stored as they are sent, byte for byte, where
	// the others are brought to NFC and trimmed.
	RawText []string
}

// SignIn makes a collection the one that people sign in with, and says what the
// kit has to know of an account: its role and whether it is active.
type SignIn struct {
	RoleField   string // the field with the role
	Roles       []Role // the roles an account can have
	Superuser   Role   // whose rights an operator at the dashboard has
	StatusField string // the field that says whether an account may sign in, when it is
	Active      string // this value
	Managers    []Role // who sees the e-mail addresses of the accounts
	MinPassword int    // characters
}

// signsIn tells the collection that people sign in with from the others.
func (s SignIn) signsIn() bool { return s.RoleField != "" }

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
			return f.Field
		}
	}
	return nil
}

// name of an index is made from what it indexes.
func (i Index) name(collection string) string {
	columns := strings.NewReplacer(", ", "_", ",", "_", " ", "_").Replace(i.Columns)
	if i.Unique {
		return "uniq_" + collection + "_" + columns
	}
	return "idx_" + collection + "_" + columns
}
