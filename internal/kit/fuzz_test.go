package kit

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// FuzzQueryDay checks that an accepted day equals the text, and that other texts are refused with 400.
func FuzzQueryDay(f *testing.F) {
	for _, text := range []string{
		"2030-12-31", "2030-02-30", "1899-12-31", "0000-01-01", "2030-1-1", "２０３０-01-01", "2030-12-31T00:00:00Z",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e := &core.RequestEvent{Event: router.Event{Request: httptest.NewRequest(http.MethodGet, "/", nil)}}
		query := e.Request.URL.Query()
		query.Set("day", text)
		e.Request.URL.RawQuery = query.Encode()
		fallback := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		day, err := (&Request{RequestEvent: e}).QueryDay("day", fallback)
		switch {
		case text == "":
			if err != nil || !day.Equal(fallback) {
				t.Errorf("without a day: %v, %v", day, err)
			}
		case err == nil && day.Format(time.DateOnly) != text:
			t.Errorf("%q is read as %v", text, day)
		case err != nil && router.ToApiError(err).Status != http.StatusBadRequest:
			t.Errorf("%q is refused with %v", text, err)
		}
	})
}

// FuzzInstant checks that an accepted instant is stored as the same instant.
func FuzzInstant(f *testing.F) {
	for _, text := range []string{
		"2030-01-31 09:00:00.000Z", "2030-01-31T09:00:00+02:00", "2030-02-30 09:00:00Z", "2030-01-31 24:00:00Z",
		"2030-01-31 09:00Z", "2030-01-31 23:59:60Z", "0000-00-00 00:00:00Z", "2030-01-31 09:00:00.9999999Z",
	} {
		f.Add(text)
	}
	c := core.NewBaseCollection("f")
	c.Fields.Add(Instant("at"))
	field := c.Fields.GetByName("at")
	f.Fuzz(func(t *testing.T, text string) {
		r := core.NewRecord(c)
		r.Set("at", text)
		if text == "" || unread(field, text, r) {
			return
		}
		var want time.Time
		var err error
		for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04Z07:00"} {
			if want, err = time.Parse(layout, strings.Replace(text, " ", "T", 1)); err == nil {
				break
			}
		}
		if got := r.GetDateTime("at").Time(); err != nil || !got.Equal(want) {
			t.Errorf("%q is stored as %v, is %v (%v)", text, got, want, err)
		}
	})
}

// FuzzClean checks that stored text has no forbidden characters, and that cleaning it
// again changes nothing.
func FuzzClean(f *testing.F) {
	for _, text := range []string{
		" a ", "e\u0301", "\u202Ea", "a\u0000", "\u2066", "\xff", "a\r\nb", "\u1ebf\u0323", "\ufffd",
	} {
		f.Add(text)
	}
	declared := Collection{
		Name: "f", Fields: Fields{Text("line", 1000), Text("prose", 1000)}, RawText: []string{"prose"},
	}
	c := core.NewBaseCollection("f")
	for _, field := range declared.Fields {
		c.Fields.Add(field.Field)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := core.NewRecord(c)
		r.Set("line", text)
		if declared.clean(r) == nil {
			kept := r.GetString("line")
			if !utf8.ValidString(kept) || strings.ContainsFunc(kept, forbidden) || strings.TrimSpace(kept) != kept {
				t.Errorf("%q is kept as %q", text, kept)
			}
			if err := declared.clean(r); err != nil || r.GetString("line") != kept {
				t.Errorf("%q becomes %q, and then %q (%v)", text, kept, r.GetString("line"), err)
			}
		}
		r = core.NewRecord(c)
		r.Set("prose", text)
		if declared.clean(r) == nil && (r.GetString("prose") != text || !utf8.ValidString(text)) {
			t.Errorf("%q is kept as %q", text, r.GetString("prose"))
		}
	})
}

// FuzzUnmodified checks that a key with a sign changes the field that it names, or none.
func FuzzUnmodified(f *testing.F) {
	for _, key := range []string{"amount+", "+amount", "amount-", "files-", "note+", "++", "amount+-", "role"} {
		f.Add(key)
	}
	c := core.NewBaseCollection("f")
	c.Fields.Add(Int("amount", 0, 9), Text("note", 9), File("files", 9))
	f.Fuzz(func(t *testing.T, key string) {
		name := unmodified(c, key)
		if name != key && name != "amount" && name != "files" || !strings.Contains(key, name) {
			t.Errorf("%q changes %q", key, name)
		}
	})
}
