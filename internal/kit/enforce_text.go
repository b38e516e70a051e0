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

// guardRecords holds for every write, also of the server: text is normalised, and only
// expiring records are deleted.
func guardRecords(app core.App, declared Catalog) {
	clean := func(e *core.RecordEvent) error {
		if c, ok := declared[e.Record.Collection().Name]; ok {
			if err := c.clean(e.Record); err != nil {
				return err
			}
		}
		return e.Next()
	}
	app.OnRecordCreate().Bind(&hook.Handler[*core.RecordEvent]{Id: "hospitalCleanCreate", Priority: orderText, Func: clean})
	app.OnRecordUpdate().Bind(&hook.Handler[*core.RecordEvent]{Id: "hospitalCleanUpdate", Priority: orderText, Func: clean})
	app.OnRecordDelete().Bind(&hook.Handler[*core.RecordEvent]{Id: "hospitalNoDelete", Priority: orderText, Func: func(e *core.RecordEvent) error {
		if c, ok := declared[e.Record.Collection().Name]; ok && !c.Expiring {
			return Forbidden("id", "never_deleted", "The hospital's records are never deleted. Cancel, suspend or deactivate instead.")
		}
		return e.Next()
	}})
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

var forbiddenCharacter = validation.NewError("forbidden_character", "This contains a control or direction character that cannot be stored.")

// forbiddenInProse allows what longer texts need besides: carriage returns, and the isolates
// of bidirectional text.
func forbiddenInProse(r rune) bool {
	return r != '\r' && (r < 0x2066 || r > 0x2069) && forbidden(r)
}

// forbidden are control characters other than tab and line feed, bidirectional overrides,
// which make text look different from what it is, and the remains of invalid UTF-8.
func forbidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return unicode.IsControl(r) || r == unicode.ReplacementChar
}
