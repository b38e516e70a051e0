package letters

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/bidi"

	"hospital/internal/money"
)

// Values are what the placeholders of a text stand for. A time.Time is written as an instant in the zone of the
// hospital, a Day, a TimeOfDay, a Money and a Word as the language writes them, and a string as it is.
type Values map[string]any

// Day is the day of an instant, in the zone of the hospital, without the time.
type Day time.Time

// TimeOfDay is the time of an instant, in the zone of the hospital, without the day.
type TimeOfDay time.Time

// Word is the key of another text, such as the name of a role.
type Word string

// Date is a calendar day, "2006-01-02".
type Date string

// Money is an amount in minor units.
type Money struct {
	Amount   money.Amount
	Currency string
	Exponent int
}

// write returns the values as a language writes them.
func (t texts) write(values Values, zone *time.Location) map[string]any {
	written := map[string]any{}
	for name, value := range values {
		switch v := value.(type) {
		case time.Time:
			written[name] = t.time("format.time", v.In(zone))
		case Day:
			written[name] = t.time("format.date", time.Time(v).In(zone))
		case TimeOfDay:
			written[name] = time.Time(v).In(zone).Format("15:04")
		case Date:
			written[name] = t.date(v)
		case Money:
			written[name] = t.money(v)
		case Word:
			written[name] = t.say(string(v), nil, 0)
		case string:
			written[name] = t.isolate(v)
		}
	}
	return written
}

func (t texts) time(key string, at time.Time) string {
	return t.isolate(t.say(key, map[string]any{
		"weekday": t.nth("format.weekdays", int(at.Weekday())), "day": strconv.Itoa(at.Day()),
		"month": t.nth("format.months", int(at.Month())-1), "year": strconv.Itoa(at.Year()),
		"time": at.Format("15:04"), "zone": at.Format("MST"),
	}, 0))
}

func (t texts) date(d Date) string {
	day, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.time("format.date", day)
}

// nth is an entry of a list in the catalogue. Its separator is the comma of the language.
func (t texts) nth(key string, n int) string {
	entries := strings.FieldsFunc(t.say(key, nil, 0), func(r rune) bool { return r == ',' || r == '،' })
	if n >= len(entries) {
		return ""
	}
	return strings.TrimSpace(entries[n])
}

// money writes an amount with the separators of the language: 1.234,50 EUR.
func (t texts) money(m Money) string {
	whole, fraction, _ := strings.Cut(m.Amount.Decimal(m.Exponent), ".")
	sign := ""
	if rest, negative := strings.CutPrefix(whole, "-"); negative {
		sign, whole = "-", rest
	}
	var amount strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			amount.WriteString(t.say("format.group", nil, 0))
		}
		amount.WriteRune(digit)
	}
	if fraction != "" {
		amount.WriteString(t.say("format.decimal", nil, 0) + fraction)
	}
	return t.isolate(t.say("format.amount",
		map[string]any{"amount": sign + amount.String(), "currency": m.Currency}, 0))
}

const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

// isolate keeps a value of another direction from changing the order of the words around it (UAX #9).
func (t texts) isolate(value string) string {
	if value == "" || !t.rightToLeft && strings.IndexFunc(value, rightToLeft) < 0 {
		return value
	}
	return firstStrongIsolate + value + popIsolate
}

func rightToLeft(r rune) bool {
	if r < unicode.MaxLatin1 {
		return false
	}
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}
