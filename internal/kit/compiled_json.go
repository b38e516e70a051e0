package kit

import (
	"database/sql"
	"encoding/json/jsontext"
	"encoding/json/v2"

	"github.com/pocketbase/pocketbase/core"
)

// column is a key of the JSON of a row, and how its value is encoded.
type column struct {
	name, key string
	constant  string // JSON of what is not in the table
	index     int    // in the SELECT
	encode    encoder
}

// encoder appends the JSON of a stored value, as PocketBase encodes it.
type encoder func(to []byte, stored sql.RawBytes) ([]byte, error)

// encoderOf returns the encoder of a field. Values in the form in which PocketBase stores them
// are copied. All others are decoded by the field, which needs a record for it, as PocketBase does.
func encoderOf(f core.Field, blank *core.Record) encoder {
	decoded := func(to []byte, stored sql.RawBytes) ([]byte, error) {
		var raw any
		if stored != nil {
			raw = string(stored)
		}
		value, err := f.PrepareValue(blank, raw)
		if err != nil {
			return nil, err
		}
		encoded, err := json.Marshal(value, json.Deterministic(true), jsontext.AllowDuplicateNames(true),
			jsontext.AllowInvalidUTF8(true))
		return append(to, encoded...), err
	}
	unless := func(plain func(sql.RawBytes) bool, copied encoder) encoder {
		return func(to []byte, stored sql.RawBytes) ([]byte, error) {
			if !plain(stored) {
				return decoded(to, stored)
			}
			return copied(to, stored)
		}
	}
	switch f.Type() {
	case core.FieldTypeText, core.FieldTypeEmail, core.FieldTypeURL, core.FieldTypeEditor:
		return quoted
	case core.FieldTypeSelect, core.FieldTypeRelation:
		if !f.(core.MultiValuer).IsMultiple() {
			return unless(isWord, quoted)
		}
	case core.FieldTypeDate, core.FieldTypeAutodate:
		return unless(isInstant, quoted)
	case core.FieldTypeNumber:
		return unless(isInteger, copied)
	case core.FieldTypeBool:
		return unless(isBool, copied)
	}
	return decoded
}

func copied(to []byte, stored sql.RawBytes) ([]byte, error) { return append(to, stored...), nil }

// quoted encodes a text. Invalid UTF-8 is replaced, which jsontext reports as an error.
func quoted(to []byte, stored sql.RawBytes) ([]byte, error) {
	for _, c := range stored {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			to, _ = jsontext.AppendQuote(to, stored)
			return to, nil
		}
	}
	return append(append(append(to, '"'), stored...), '"'), nil
}

// isWord says that a text is empty, or letters, digits and underscores, as ids and options are.
func isWord(s sql.RawBytes) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// isInstant says that a text is empty or an instant such as 2030-01-02 03:04:05.678Z. The days after
// the 28th, which not every month has, are left to the field.
func isInstant(s sql.RawBytes) bool {
	const form = "0000-00-00 00:00:00.000Z"
	if len(s) == 0 {
		return true
	}
	if len(s) != len(form) {
		return false
	}
	for i, c := range s {
		if digit := form[i] == '0'; digit && (c < '0' || c > '9') || !digit && c != form[i] {
			return false
		}
	}
	below := func(i int, least, most byte) bool {
		n := (s[i]-'0')*10 + s[i+1] - '0'
		return n >= least && n <= most
	}
	return below(0, 1, 99) && below(5, 1, 12) && below(8, 1, 28) &&
		below(11, 0, 23) && below(14, 0, 59) && below(17, 0, 59)
}

// isInteger says that a number is whole, and small enough to be exact.
func isInteger(s sql.RawBytes) bool {
	digits := s
	if len(digits) > 1 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 15 || digits[0] == '0' && len(s) > 1 {
		return false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func isBool(s sql.RawBytes) bool { return string(s) == "true" || string(s) == "false" }

// append appends the JSON of a row. With gap, it leaves the value of "expand" out, and sets where
// it belongs.
func (c *compiled) append(to []byte, values []sql.RawBytes, gap *int) (_ []byte, err error) {
	opening := byte('{')
	for i := range c.columns {
		column := &c.columns[i]
		if column.name == core.FieldNameExpand && gap == nil {
			continue
		}
		to, opening = append(append(to, opening), column.key...), ','
		switch {
		case column.name == core.FieldNameExpand:
			*gap = len(to)
		case column.encode == nil:
			to = append(to, column.constant...)
		default:
			if to, err = column.encode(to, values[column.index]); err != nil {
				return nil, err
			}
		}
	}
	return append(to, '}'), nil
}
