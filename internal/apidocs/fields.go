package apidocs

import (
	"math"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"go.yaml.in/yaml/v3"

	"hospital/internal/kit"
)

// property returns the schema of a field in an answer or, if sent is true, in a request. It
// includes the help text and the target of a relation.
func (r records) property(f kit.Field, sent bool) *yaml.Node {
	schema := typeOf(f.Field, sent)
	if relation, ok := f.Field.(*core.RelationField); ok {
		set(schema, "x-collection", text(r.target(relation)))
	}
	if help := f.HelpText(); help != "" {
		set(schema, "description", text(help))
	}
	return schema
}

// typeOf returns the schema of the values of a field. Fields that are not required may be
// empty.
func typeOf(field core.Field, sent bool) *yaml.Node {
	switch f := field.(type) {
	case *core.TextField:
		least, pattern := f.Min, f.Pattern
		if f.Required && pattern == "" {
			least = max(least, 1)
		}
		if pattern != "" && !f.Required {
			pattern = "^(" + strings.Trim(pattern, "^$") + ")?$"
		}
		n := inline("type", "string", "pattern", pattern)
		if least > 0 {
			set(n, "minLength", scalar(least))
		}
		set(n, "maxLength", scalar(f.Max))
		return n
	case *core.SelectField:
		choice := inline("type", "string", "enum", list(f.Values))
		switch {
		case f.MaxSelect > 1:
			return inline("type", "array", "items", choice)
		case !f.Required:
			set(choice, "enum", list(append(slices.Clone(f.Values), "")))
		}
		return choice
	case *core.NumberField:
		n := inline("type", "integer")
		if *f.Max > math.MaxInt32 {
			set(n, "format", text("int64"))
		}
		set(n, "minimum", scalar(int64(*f.Min)))
		set(n, "maximum", scalar(int64(*f.Max)))
		return n
	case *core.BoolField:
		return inline("type", "boolean")
	case *core.RelationField:
		return shared("RecordId", f.Required, false)
	case *core.EmailField:
		return shared("Email", f.Required, false)
	case *core.DateField:
		return shared("Instant", f.Required, sent)
	case *core.FileField:
		if sent {
			return inline("type", "string", "format", "binary")
		}
		return inline("type", "string")
	}
	panic("no schema for a field of type " + field.Type())
}

// shared returns a reference to the schema of a type: Instant, OptionalInstant,
// InstantInput or OptionalInstantInput.
func shared(name string, required, sent bool) *yaml.Node {
	if !required {
		name = "Optional" + name
	}
	if sent {
		name += "Input"
	}
	return ref("schemas", name)
}

// codesOf returns the error codes of a field that do not depend on the role.
func codesOf(field kit.Field) (codes []string) {
	if field.IsRequired() {
		codes = append(codes, "validation_required")
	}
	switch f := field.Field.(type) {
	case *core.TextField:
		codes = append(codes, "forbidden_character", "validation_max_text_constraint")
		if f.Min > 0 {
			codes = append(codes, "validation_min_text_constraint")
		}
		if f.Pattern != "" {
			codes = append(codes, "validation_invalid_format")
		}
	case *core.SelectField:
		codes = append(codes, "validation_invalid_value")
	case *core.NumberField:
		codes = append(codes, "validation_only_int_constraint", "validation_min_number_constraint",
			"validation_max_number_constraint")
	case *core.RelationField:
		codes = append(codes, "validation_missing_rel_records")
	case *core.EmailField:
		codes = append(codes, "validation_is_email")
	case *core.DateField:
		codes = append(codes, "invalid_date")
	case *core.FileField:
		codes = append(codes, "validation_file_size_limit", "validation_invalid_file", "validation_too_many_files")
	}
	return codes
}
