package kit

import (
	"cmp"
	"strings"
)

// HiddenFrom names the declared fields that a role is not shown.
func (c Collection) HiddenFrom(role Role) []string { return c.unseen(role) }

// DecidingField is the field of a new row that says whether the row is in the scope:
// "patient" of Own("patient.user"). It is empty where no field does.
func (s Scope) DecidingField() string {
	field, _, _ := strings.Cut(cmp.Or(s.path, s.about), ".")
	return field
}

// IsRequired says that the field is never empty.
func (f Field) IsRequired() bool {
	option := f.option("Required")
	return option.IsValid() && option.Bool()
}
