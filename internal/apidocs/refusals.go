package apidocs

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// refusal returns an answer with the codes of its fields.
func refusal(description string, codes []string) *yaml.Node {
	return object("description", description, "x-codes", list(codes))
}

func (r records) forbidden(do action, why string) *yaml.Node {
	if r.refusesFields(do) {
		return refusal(why+", or not with one of these fields.", []string{"not_allowed"})
	}
	return ref("responses", "NotForTheRole")
}

// invalid returns the codes of the fields that can be sent, and more.
func (r records) invalid(do action, more ...string) []string {
	found := []string{"unknown_field", "wrong_type", "server_owned"}
	for _, f := range r.sendable(do) {
		found = append(found, codesOf(f)...)
	}
	found = append(found, more...)
	seen := map[string]bool{}
	return slices.DeleteFunc(found, func(code string) bool {
		again := seen[code]
		seen[code] = true
		return again
	})
}

// ofNew returns the codes of a create that do not depend on a declared field: those of an
// id, of a registration, and of a record outside of the caller's scope.
func (r records) ofNew() []string {
	codes := []string{"validation_min_text_constraint", "validation_max_text_constraint", "validation_invalid_format",
		"validation_not_unique"}
	for _, f := range r.guest {
		codes = append(codes, codesOf(f.Field)...)
	}
	codes = append(codes, r.ofPassword()...)
	for _, role := range r.may(creating) {
		if r.Policy[role].Create.DecidingField() != "" {
			return append(codes, "not_yours")
		}
	}
	return codes
}

// ofChanged returns the codes of an update that do not depend on a declared field: those of
// a changed id and of unique indexes.
func (r records) ofChanged() []string {
	codes, sent := append(r.ofPassword(), "validation_pk_change"), r.sent(updating)
	if r.signsIn() {
		codes = append(codes, "validation_invalid_old_password")
	}
	for _, index := range r.Indexes {
		for column := range strings.SplitSeq(index.Columns, ", ") {
			if index.Unique && slices.Contains(sent, column) {
				return append(codes, "validation_not_unique")
			}
		}
	}
	return codes
}

func (r records) ofPassword() []string {
	if !r.signsIn() {
		return nil
	}
	return []string{"validation_required", "validation_min_text_constraint", "validation_values_mismatch", "too_long"}
}
