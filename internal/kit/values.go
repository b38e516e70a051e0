package kit

import (
	"regexp"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// fits reports whether a JSON value has the type of a field. null clears any field.
func fits(field core.Field, value any) bool {
	if value == nil {
		return true
	}
	switch field.Type() {
	case core.FieldTypeNumber:
		_, ok := value.(float64)
		return ok
	case core.FieldTypeBool:
		_, ok := value.(bool)
		return ok
	case core.FieldTypeFile, core.FieldTypeJSON:
		return true
	case core.FieldTypeSelect:
		if field.(*core.SelectField).MaxSelect > 1 {
			_, ok := value.([]any)
			return ok
		}
	}
	_, ok := value.(string)
	return ok
}

func article(field core.Field) string {
	switch field.Type() {
	case core.FieldTypeNumber:
		return "a number"
	case core.FieldTypeBool:
		return "true or false"
	case core.FieldTypeSelect:
		if field.(*core.SelectField).MaxSelect > 1 {
			return "a list"
		}
	}
	return "text"
}

// instant matches a date with a time and a zone. Without a zone the moment is ambiguous.
var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$`)

// unread reports whether a date was sent that is not an instant or that PocketBase could
// not parse. PocketBase would store an empty date.
func unread(field core.Field, value any, record *core.Record) bool {
	text, ok := value.(string)
	return ok && text != "" && field.Type() == core.FieldTypeDate &&
		(!instant.MatchString(text) || record.GetDateTime(field.GetName()).IsZero())
}

// Fill sets fields of a record that the server creates from values that a client sent, by
// the rules of a request: known fields, correct types, only the permitted ones.
func Fill(record *core.Record, values map[string]any, permitted ...string) error {
	errs := validation.Errors{}
	for name, value := range values {
		field := record.Collection().Fields.GetByName(name)
		if field == nil || !slices.Contains(permitted, name) {
			errs[name] = validation.NewError("unknown_field", "There is no field "+name+" here.")
			continue
		}
		record.Set(name, value)
		switch {
		case !fits(field, value):
			errs[name] = validation.NewError("wrong_type", "This must be "+article(field)+".")
		case unread(field, value, record):
			errs[name] = validation.NewError("invalid_date", "This must be an instant.")
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return errs
}
