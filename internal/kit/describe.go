package kit

import (
	"cmp"
	"strings"
)

// HiddenFrom lists the declared fields that a role may not read.
func (c Collection) HiddenFrom(role Role) []string { return c.unseen(role) }

// DecidingField is the field that decides whether a new row is in the scope, such as
// "patient" for Own("patient.user"). It is empty where no single field decides it.
func (s Scope) DecidingField() string {
	field, _, _ := strings.Cut(cmp.Or(s.path, s.about), ".")
	return field
}

// IsRequired reports whether the field must have a value.
func (f Field) IsRequired() bool {
	option := f.option("Required")
	return option.IsValid() && option.Bool()
}
