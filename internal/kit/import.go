package kit

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Importer is the actor of records that come from the files of another system.
var Importer = Actor{Role: System, Name: "import"}

// IsImport reports whether a record is written by an import. Nobody is told of such records.
func IsImport(r *core.Record) bool {
	a := ActorOf(r)
	return a.Role == System && a.Name == Importer.Name
}

// FieldsFor returns the fields that a role may set in a new record of a collection.
func FieldsFor(app core.App, role Role, collection string) []string {
	catalog, _ := app.Store().Get(catalogKey).(Catalog)
	return catalog[collection].Policy[role].CreateFields
}

// CheckNew normalizes the text of a new record, applies rules and validates its fields, as a write does in that order,
// but without a write. It returns everything that is wrong, the first problem of each field. The error is another one,
// such as of the database.
func CheckNew(app core.App, r *core.Record, rules ...func() error) (problems []Problem, err error) {
	catalog, _ := app.Store().Get(catalogKey).(Catalog)
	clean := func() error { return catalog[r.Collection().Name].clean(r) }
	validate := func() error { return app.Validate(r) }
	for _, step := range slices.Concat([]func() error{clean}, rules, []func() error{validate}) {
		err := step()
		found := ProblemsOf(err)
		if err != nil && len(found) == 0 {
			return problems, err
		}
		for _, p := range found {
			if !slices.ContainsFunc(problems, func(earlier Problem) bool { return earlier.Field == p.Field }) {
				problems = append(problems, p)
			}
		}
	}
	return problems, nil
}

// SetText sets a field from the text of a file, by the rules of a request. Instants without a zone are local times of
// the zone, and may be a day only. A value of a select may differ in case, or be its first letter where that is unique.
func SetText(r *core.Record, name, text string, zone *time.Location) error {
	field := r.Collection().Fields.GetByName(name)
	if field == nil {
		return Invalid(name, "unknown_field", "There is no field "+name+".")
	}
	text = strings.TrimSpace(text)
	var value any = text
	switch f := field.(type) {
	case *core.NumberField:
		number, err := strconv.ParseFloat(text, 64)
		if err != nil && text != "" {
			return Invalid(name, "wrong_type", "This must be "+article(field)+".")
		}
		value = number
	case *core.BoolField:
		yes, ok := booleans[strings.ToLower(text)]
		if !ok {
			return Invalid(name, "wrong_type", "This must be "+article(field)+".")
		}
		value = yes
	case *core.SelectField:
		value = selected(f.Values, text)
	case *core.DateField:
		at, ok := parseTime(text, zone)
		if !ok {
			return Invalid(name, "invalid_date", `This must be an instant with its zone, such as "2030-01-31 09:00:00.000Z".`)
		}
		value = at
	}
	r.Set(name, value)
	return nil
}

var booleans = map[string]bool{"true": true, "yes": true, "1": true, "false": false, "no": false, "0": false, "": false}

// selected returns the value of a select that a text means, or the text.
func selected(values []string, text string) string {
	var found []string
	for _, v := range values {
		if strings.EqualFold(v, text) {
			return v
		}
		if len(text) == 1 && strings.HasPrefix(v, strings.ToLower(text)) {
			found = append(found, v)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return text
}

var localTimes = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05",
	"2006-01-02T15:04", time.DateOnly,
}

// parseTime parses an instant, a local time or a day. Empty text is the zero time.
func parseTime(text string, zone *time.Location) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	for _, layout := range localTimes {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// Problem is a value that is refused: its field, the code and the sentence.
type Problem struct{ Field, Code, Sentence string }

// ProblemsOf lists what a refusal refuses, sorted by field; empty for an error of another kind.
func ProblemsOf(err error) (problems []Problem) {
	for _, field := range sortedFields(err) {
		problem := Problem{Field: field.name, Sentence: field.err.Error()}
		if coded, ok := field.err.(validation.Error); ok { //nolint:errorlint // it is not wrapped
			problem.Code, problem.Sentence = coded.Code(), coded.Error()
		}
		problems = append(problems, problem)
	}
	return problems
}

type fieldError struct {
	name string
	err  error
}

func sortedFields(err error) (fields []fieldError) {
	var refused *router.ApiError
	var invalid validation.Errors
	if errors.As(err, &refused) {
		invalid, _ = refused.RawData().(validation.Errors)
	} else if !errors.As(err, &invalid) {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(invalid)) {
		fields = append(fields, fieldError{name, invalid[name]})
	}
	return fields
}

// Together runs work in one transaction, in which rows are read once and what hooks collect, such as audit entries, is
// written at the end.
func Together(app core.App, work func(tx core.App) error) error {
	e := &core.RecordEvent{}
	e.App, e.Record = app, core.NewRecord(core.NewBaseCollection("together"))
	return InTx(e, func() error { return work(e.App) })
}

// InsertRecords writes new records, many in a statement, without hooks. They have to be checked before. created and
// updated are now.
func InsertRecords(tx core.App, records ...*core.Record) error {
	now, _ := types.ParseDateTime(Now(tx)) // of a time it does not fail
	for _, r := range records {
		if r.Id == "" {
			r.Id = core.GenerateDefaultRandomId()
		}
		r.SetRaw("created", now)
		r.SetRaw("updated", now)
	}
	return insertRecords(tx, records)
}
