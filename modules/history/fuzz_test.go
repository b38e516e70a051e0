package history

import (
	"testing"
	"unicode/utf8"
)

// FuzzCursor: a cursor decodes to the position it was made from; any other text is
// refused or decodes to one position.
func FuzzCursor(f *testing.F) {
	f.Add("2030-01-31 09:00:00.000Z", "visit", "booked100000000", "WyIiXQ")
	f.Add("", "~", "\"", "WyJhIiwiYiIsImMiXQ")
	f.Fuzz(func(t *testing.T, at, kind, id, text string) {
		p := position{at, kind, id}
		if back, err := positionOf(p.cursor()); err != nil || utf8.ValidString(at+"|"+kind+"|"+id) && back != p {
			t.Errorf("%+v leads back to %+v, %v", p, back, err)
		}
		if q, err := positionOf(text); err == nil {
			if again, err := positionOf(q.cursor()); err != nil || again != q {
				t.Errorf("%q leads to %+v, and that to %+v, %v", text, q, again, err)
			}
			if p.older(q) != -q.older(p) || q.older(q) != 0 {
				t.Errorf("%+v and %+v are in no order", p, q)
			}
		}
	})
}
