package history

import (
	"testing"
	"unicode/utf8"
)

// FuzzCursor checks that a cursor decodes to its position, and that any other text is refused or
// decodes to exactly one position.
func FuzzCursor(f *testing.F) {
	f.Add("2030-01-31 09:00:00.000Z", "visit", "booked100000000", "WyIiXQ")
	f.Add("", "~", "\"", "WyJhIiwiYiIsImMiXQ")
	f.Fuzz(func(t *testing.T, at, kind, id, text string) {
		p := position{at, kind, id}
		if back, err := parseCursor(p.cursor()); err != nil || utf8.ValidString(at+"|"+kind+"|"+id) && back != p {
			t.Errorf("%+v is decoded as %+v, %v", p, back, err)
		}
		if q, err := parseCursor(text); err == nil {
			if again, err := parseCursor(q.cursor()); err != nil || again != q {
				t.Errorf("%q is decoded as %+v, and that cursor as %+v, %v", text, q, again, err)
			}
			if p.compare(q) != -q.compare(p) || q.compare(q) != 0 {
				t.Errorf("%+v and %+v have no consistent order", p, q)
			}
		}
	})
}
