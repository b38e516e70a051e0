package rival

import (
	"fmt"
	"slices"
	"strings"
)

// Table is a table of the rivals. Its columns have the names of the hospital's.
type Table struct {
	Name    string
	Columns []string
	Indexes []string // columns; with ! in front they are unique
}

func columns(list string) []string { return strings.Fields(list) }

// Tables are the tables, with the indexes that a server with these queries would have.
var Tables = []Table{
	{"users", columns("id email emailVisibility verified name role status phone language created updated"), []string{"!email"}},
	{"patients", columns(`id user mrn name name_key birth_date sex blood_group phone email language address national_id
		emergency_name emergency_phone emergency_relation interpreter vip confirmed_distinct merged_into active created
		updated`), []string{"user", "!mrn", "name_key"}},
	{"doctors", columns(`id user name department specialization qualifications bio phone consultation follow_up
		follow_up_days accepts_online active created updated`), []string{"!user"}},
	{"schedules", columns("id doctor weekday start_time end_time slot_minutes capacity room active"),
		[]string{"doctor"}},
	{"time_off", columns("id doctor starts ends reason active"), []string{"doctor,ends"}},
	{"appointments", columns(`id number patient patient_name doctor starts ends room capacity visit_type reason status
		cancel_code cancel_note staff_note overbook requested_by requested_at approved_by approved_at checked_in_at
		started_at completed_at cancelled_by cancelled_at version created updated`),
		[]string{"!number", "doctor,starts", "patient,starts", "status,starts", "starts"}},
	{"appointment_events", columns("id appointment action from to actor note old_starts new_starts created updated"),
		[]string{"appointment"}},
	{"care_team", columns("id patient user source reason starts ends created updated"),
		[]string{"patient,user", "user,ends"}},
	{"services", columns("id code name price_minor tax_bp active"), nil},
	{"charges", columns("id appointment service quantity"), []string{"appointment"}},
	{"bills", columns(`id number kind appointment patient doctor status currency subtotal_minor discount_minor tax_minor
		total_minor paid_minor credited_minor balance_minor issued_at issued_by due_on original reason voided_at
		voided_by version created updated`),
		[]string{"!number", "appointment", "patient,issued_at", "status,issued_at", "original"}},
	{"bill_items", columns(`id bill service description credits currency quantity unit_minor discount_minor tax_bp
		tax_minor total_minor created updated`), []string{"bill"}},
	{"payments", columns(`id number receipt kind bill patient refund_of method amount_minor currency reference status
		recorded_by decided_by decided_at note version created updated`),
		[]string{"!number", "receipt", "bill,status", "patient,decided_at", "status,created"}},
	{"counters", columns("id series value"), []string{"!series"}},
	{"audit_log", columns(`id seq at actor actor_name role action collection record patient outcome changes ip request
		patients times list prev_hash hash created updated`),
		[]string{"!seq", "patient,seq", "actor,seq", "record,seq"}},
	{"audit_log_patients", columns("id list patient"), []string{"list", "patient"}},
}

var (
	booleans = columns("emailVisibility verified vip confirmed_distinct active accepts_online overbook")
	integers = columns("weekday slot_minutes capacity follow_up_days version quantity tax_bp value seq patients times")
)

// CreateSQL are the statements that create a table and its indexes. The indexes are faster to
// create when it is filled. text is the type of text columns.
func (t Table) CreateSQL(text string) (table string, indexes []string) {
	var list []string
	for _, name := range t.Columns {
		kind := text + " NOT NULL DEFAULT ''"
		switch {
		case name == "id":
			kind = text + " PRIMARY KEY"
		case IsBoolean(name):
			kind = "BOOLEAN NOT NULL DEFAULT FALSE"
		case slices.Contains(integers, name) || strings.HasSuffix(name, "_minor"):
			kind = "BIGINT NOT NULL DEFAULT 0"
		}
		list = append(list, fmt.Sprintf("%q %s", name, kind))
	}
	for i, index := range t.Indexes {
		names, unique := strings.CutPrefix(index, "!")
		create := "CREATE INDEX"
		if unique {
			create = "CREATE UNIQUE INDEX"
		}
		indexes = append(indexes, fmt.Sprintf("%s idx_%s_%d ON %q (%s)", create, t.Name, i, t.Name,
			Quoted(strings.Split(names, ","))))
	}
	return fmt.Sprintf("CREATE TABLE %q (%s)", t.Name, strings.Join(list, ", ")), indexes
}

// IsBoolean says whether a column is true or false.
func IsBoolean(column string) bool { return slices.Contains(booleans, column) }

// Quoted are names with quotes and commas.
func Quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

// ColumnsOf are the columns of a table.
func ColumnsOf(table string) []string {
	i := slices.IndexFunc(Tables, func(t Table) bool { return t.Name == table })
	return Tables[i].Columns
}
