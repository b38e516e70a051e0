package kit

import (
	"slices"
	"strings"
	"unicode"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"golang.org/x/text/unicode/norm"
)

// guardRecords normalizes text and refuses to delete records that are not Expiring. It
// runs for every write, also the server's own.
func guardRecords(app core.App, declared Catalog) {
	clean := func(e *core.RecordEvent) error {
		if c, ok := declared[e.Record.Collection().Name]; ok {
			if err := c.clean(e.Record); err != nil {
				return err
			}
		}
		return e.Next()
	}
	keep := func(e *core.RecordEvent) error {
		if c, ok := declared[e.Record.Collection().Name]; ok && !c.Expiring {
			return Forbidden("id", "never_deleted",
				"The hospital's records are never deleted. Cancel, suspend or deactivate instead.")
		}
		return e.Next()
	}
	bind := func(h *hook.TaggedHook[*core.RecordEvent], id string, guard func(e *core.RecordEvent) error) {
		h.Bind(&hook.Handler[*core.RecordEvent]{Id: id, Priority: orderText, Func: guard})
	}
	bind(app.OnRecordCreate(), "hospitalCleanCreate", clean)
	bind(app.OnRecordUpdate(), "hospitalCleanUpdate", clean)
	bind(app.OnRecordDelete(), "hospitalNoDelete", keep)
}

func (c Collection) clean(record *core.Record) error {
	errs := validation.Errors{}
	for _, field := range c.Fields {
		if field.Type() != core.FieldTypeText {
			continue
		}
		name := field.GetName()
		if slices.Contains(c.RawText, name) {
			if strings.ContainsFunc(record.GetString(name), forbiddenInProse) {
				errs[name] = forbiddenCharacter
			}
			continue
		}
		text := strings.TrimSpace(norm.NFC.String(record.GetString(name)))
		if strings.ContainsFunc(text, forbidden) {
			errs[name] = forbiddenCharacter
			continue
		}
		if text != record.GetString(name) {
			record.Set(name, text)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return errs
}

var forbiddenCharacter = validation.NewError("forbidden_character",
	"This contains a control or direction character that cannot be stored.")

// forbiddenInProse is forbidden for RawText. It also allows carriage returns and the
// isolates of bidirectional text (U+2066 to U+2069).
func forbiddenInProse(r rune) bool {
	return r != '\r' && (r < 0x2066 || r > 0x2069) && forbidden(r)
}

// forbidden reports control characters other than tab and line feed, bidirectional
// overrides, with which text looks different from what is stored, and the replacement
// character, which is left of invalid UTF-8.
func forbidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return unicode.IsControl(r) || r == unicode.ReplacementChar
}
