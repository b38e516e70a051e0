package imports

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// kind is a kind of file.
type kind struct {
	name       string
	collection string   // that new records are of
	identifies string   // kind of its identifiers; empty if the lines have none
	more       []string // columns besides the fields that an admin sets in a new record
	only       []string // the columns instead of those
	without    []string // fields that a file cannot set
	role       kit.Role // of new accounts

	// prepare checks a line, without a write. It returns nil for a line that is known or refused.
	prepare func(j *job, r row) (*item, error)
	// write writes lines in one transaction.
	write func(j *job, tx core.App, items []*item) error
}

var kinds = []kind{
	{name: "departments", collection: "departments", prepare: prepareByCode, write: save},
	{name: "services", collection: "services", more: []string{"price"}, prepare: prepareByCode, write: save},
	{name: "doctors", collection: "doctors", identifies: ofDoctor, role: role.Doctor, without: []string{"user"},
		more: []string{"id", "email"}, prepare: prepareMember, write: writeMembers},
	{name: "nurses", collection: "nurses", identifies: ofNurse, role: role.Nurse, without: []string{"user"},
		more: []string{"id", "email"}, prepare: prepareMember, write: writeMembers},
	{name: "schedules", collection: "schedules", prepare: prepareSchedule, write: save},
	{name: "patients", collection: "patients", identifies: ofPatient, more: []string{"id", "duplicate", "active", "vip"},
		without: []string{"user", "user_reason", "confirmed_distinct"}, prepare: preparePatient, write: writePatients},
	{name: "appointments", collection: "appointments", identifies: ofAppointment,
		only: slices.Concat([]string{"id", "patient", "doctor"}, visitFields), prepare: prepareVisit, write: writeVisits},
	{name: "balances", collection: "bills", identifies: ofBill,
		only:    []string{"id", "patient", "total", "total_minor", "issued_at", "due_on", "description"},
		prepare: prepareBalance, write: writeBalances},
}

// fields are the columns that a file of this kind may have.
func (k kind) fields(app core.App) []string {
	if k.only != nil {
		return k.only
	}
	fields := slices.Clone(k.more)
	for _, field := range kit.FieldsFor(app, role.Admin, k.collection) {
		if !slices.Contains(k.without, field) {
			fields = append(fields, field)
		}
	}
	return fields
}

func findKind(name string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// Kinds are the names of the kinds of files, in an order in which they can be imported.
func Kinds() (names []string) {
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}
