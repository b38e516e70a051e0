package imports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/patients"
)

// job is one reading of a file: to check it, or to apply it.
type job struct {
	app      core.App
	kind     kind
	options  Options
	file     *file
	report   *Report
	settings hospital.Settings
	zone     *time.Location

	known    map[string]bool // identifiers of this kind that are in the hospital
	lines    map[string]int  // what may be in the file once -> its line
	patients map[string]person
	staff    map[string]map[string]string // kind -> identifier -> id
	codes    map[string]string            // collection and code -> id
	earlier  map[string][]*core.Record    // of earlier lines that later ones may overlap
	password any                          // of new accounts
}

// person is a patient that a line refers to.
type person struct{ ID, Name string }

// item is a line that is applied.
type item struct {
	row      row
	record   *core.Record // new; nil if the identifier is of a record that exists
	account  *core.Record // of a member of staff
	line     *core.Record // of an opening balance
	value    string       // in the other system; empty if the kind has no identifiers
	existing string       // id of the record that exists
	patient  string       // whose visit or bill it is
}

func newJob(app core.App, k kind, o Options, f *file, report *Report) (*job, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	j := &job{app: app, kind: k, options: o, file: f, report: report, settings: settings, zone: settings.Zone(),
		known: map[string]bool{}, lines: map[string]int{}, codes: map[string]string{},
		staff: map[string]map[string]string{}, earlier: map[string][]*core.Record{}}
	if k.identifies == "" {
		return j, nil
	}
	table := "identifiers"
	if k.collection == "doctors" || k.collection == "nurses" {
		table = "staff_identifiers"
	}
	var values []string
	err = app.DB().Select("value").From(table).
		Where(dbx.HashExp{"system": o.Source, "kind": k.identifies}).Column(&values)
	for _, v := range values {
		j.known[v] = true
	}
	return j, err
}

func (j *job) problem(r row, field, code, message string) {
	j.report.add(Problem{Line: r.line, Column: j.file.column(field), Code: code, Message: message})
}

func (j *job) refuse(r row, problems ...kit.Problem) {
	for _, p := range problems {
		j.problem(r, p.Field, p.Code, p.Sentence)
	}
}

// text is the value of a field in a line.
func (j *job) text(r row, field string) string { return j.file.text(r, field) }

// has reports whether the file has a column for a field.
func (j *job) has(field string) bool { return len(j.file.columns[field]) > 0 }

// identifier returns the identifier of a line. It is not ok if there is none, or if the
// hospital or an earlier line has it.
func (j *job) identifier(r row) (value string, ok bool) {
	value = j.text(r, "id")
	switch {
	case value == "":
		j.problem(r, "id", "required", "Enter the identifier that the other system has for this.")
	case len([]rune(value)) > maxValue:
		j.problem(r, "id", "too_long", fmt.Sprintf("An identifier has at most %d characters.", maxValue))
	case j.known[value]:
		j.report.Known++
	default:
		return value, j.once(r, "id", "id "+value)
	}
	return value, false
}

// once reports a key that an earlier line has.
func (j *job) once(r row, field, key string) bool {
	if line, seen := j.lines[key]; seen {
		j.problem(r, field, "twice", fmt.Sprintf("This is in line %d, too.", line))
		return false
	}
	j.lines[key] = r.line
	return true
}

// fill sets the fields of a record that the file has, and reports values that do not fit.
func (j *job) fill(r row, record *core.Record, fields []string) {
	for _, field := range fields {
		if j.has(field) && field != core.FieldNameId && record.Collection().Fields.GetByName(field) != nil {
			if err := kit.SetText(record, field, j.text(r, field), j.zone); err != nil {
				j.refuse(r, kit.ProblemsOf(err)...)
			}
		}
	}
}

// active is the value of the column active, and true where there is none.
func (j *job) active(r row) bool {
	text := strings.ToLower(j.text(r, "active"))
	return !slices.Contains([]string{"false", "no", "0"}, text)
}

// patient finds the patient of a line, by the identifier in the other system or by the record number.
func (j *job) patient(r row) (p person, ok bool, err error) {
	if j.patients == nil {
		if err := j.loadPatients(); err != nil {
			return p, false, err
		}
	}
	value := j.text(r, "patient")
	if p, ok = j.patients[value]; ok || value == "" {
		if value == "" {
			j.problem(r, "patient", "validation_required", "Cannot be blank.")
		}
		return p, ok, nil
	}
	found, err := patients.FindByMRN(j.app, value)
	if err != nil {
		if !isMissing(err) {
			return p, false, err
		}
		j.problem(r, "patient", "not_found", "There is no patient with this identifier or record number.")
		return p, false, nil
	}
	p = person{found.Id, found.Name()}
	j.patients[value] = p
	return p, true, nil
}

func (j *job) loadPatients() error {
	var rows []struct{ Value, ID, Name string }
	err := j.app.DB().NewQuery(`SELECT i.value, p.id, p.name FROM identifiers i JOIN patients p ON p.id = i.patient
		WHERE i.system = {:system} AND i.kind = 'patient'`).Bind(dbx.Params{"system": j.options.Source}).All(&rows)
	j.patients = make(map[string]person, len(rows))
	for _, r := range rows {
		j.patients[r.Value] = person{r.ID, r.Name}
	}
	return err
}

// doctor finds the doctor of a line, by the identifier in the other system or the email address of the account.
func (j *job) doctor(r row) (id string, err error) {
	value := j.text(r, "doctor")
	if value == "" {
		j.problem(r, "doctor", "validation_required", "Cannot be blank.")
		return "", nil
	}
	known := j.staff[ofDoctor]
	if known == nil {
		known = map[string]string{}
		j.staff[ofDoctor] = known
		var rows []struct{ Value, Doctor string }
		err := j.app.DB().Select("value", "doctor").From("staff_identifiers").
			Where(dbx.HashExp{"system": j.options.Source, "kind": ofDoctor}).All(&rows)
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			known[row.Value] = row.Doctor
		}
	}
	if id, ok := known[value]; ok {
		return id, nil
	}
	err = j.app.DB().NewQuery(`SELECT COALESCE(MAX(d.id), '') FROM users u JOIN doctors d ON d.user = u.id
		WHERE u.email = {:email} COLLATE NOCASE`).Bind(dbx.Params{"email": value}).Row(&id)
	if err != nil {
		return "", err
	}
	if id == "" {
		j.problem(r, "doctor", "not_found", "There is no doctor with this identifier or email address.")
		return "", nil
	}
	known[value] = id
	return id, nil
}

// code finds the department or service of a field by its code, and sets the relation.
func (j *job) code(r row, record *core.Record, field, collection string) error {
	value := j.text(r, field)
	if value == "" {
		return nil
	}
	key := collection + " " + value
	id, ok := j.codes[key]
	if !ok {
		found, err := j.app.FindFirstRecordByData(collection, "code", value)
		if err != nil && !isMissing(err) {
			return err
		}
		if err == nil {
			id = found.Id
		}
		j.codes[key] = id
	}
	if id == "" {
		j.problem(r, field, "not_found", "There is none with the code "+value+".")
		return nil
	}
	record.Set(field, id)
	return nil
}
