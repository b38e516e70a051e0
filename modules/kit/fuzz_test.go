package kit

import (
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// FuzzDecimal: what is written of an amount is the amount again without its point.
func FuzzDecimal(f *testing.F) {
	f.Add(int64(-9223372036854775808), byte(2))
	f.Add(int64(5), byte(3))
	f.Fuzz(func(t *testing.T, amount int64, exponent byte) {
		digits := int(exponent % 5)
		text := Money(amount).Decimal(digits)
		whole, part, pointed := strings.Cut(text, ".")
		back, ok := new(big.Int).SetString(whole+part, 10)
		if !ok || back.Cmp(big.NewInt(amount)) != 0 || pointed != (digits > 0) || len(part) != digits || strings.Trim(whole, "-") == "" {
			t.Errorf("%d with %d digits is written %q", amount, digits, text)
		}
	})
}

// FuzzTimesAndPortion hold the arithmetic of bills against that of any size.
func FuzzTimesAndPortion(f *testing.F) {
	f.Add(int64(MaxMinor), int64(1))
	f.Add(int64(1)<<62, int64(8))
	f.Add(int64(3333), int64(750))
	f.Fuzz(func(t *testing.T, amount, n int64) {
		most, product := big.NewInt(MaxMinor), new(big.Int).Mul(big.NewInt(amount), big.NewInt(n))
		fits := amount >= 0 && n >= 0
		if got, err := Money(amount).Times(n); (err == nil) != (fits && product.Cmp(most) <= 0) || err == nil && product.Cmp(big.NewInt(int64(got))) != 0 {
			t.Errorf("%d times %d is %d, %v", n, amount, got, err)
		}
		scaled := new(big.Int).Mul(most, big.NewInt(10_000))
		half := new(big.Int).Div(new(big.Int).Add(product, big.NewInt(5_000)), big.NewInt(10_000))
		if got, err := Money(amount).Portion(n); (err == nil) != (fits && product.Cmp(scaled) <= 0) || err == nil && half.Cmp(big.NewInt(int64(got))) != 0 {
			t.Errorf("%d basis points of %d are %d, %v", n, amount, got, err)
		}
	})
}

// FuzzShareAndAllocate: the parts of an amount add up to it, and nobody gets more
// than theirs, or less than it rounded down.
func FuzzShareAndAllocate(f *testing.F) {
	f.Add(uint64(100), uint64(1), uint64(1), uint64(1))
	f.Add(uint64(MaxMinor), uint64(MaxMinor), uint64(0), uint64(7))
	f.Fuzz(func(t *testing.T, amount, a, b, c uint64) {
		weights := []Money{Money(a % (MaxMinor + 1)), Money(b % (MaxMinor + 1)), Money(c % (MaxMinor + 1))}
		whole := weights[0] + weights[1] + weights[2]
		m := Money(amount % uint64(whole+1))
		var sum Money
		for i, part := range m.Allocate(weights) {
			sum += part
			exact := new(big.Int).Mul(big.NewInt(int64(m)), big.NewInt(int64(weights[i])))
			if whole > 0 {
				exact.Div(exact, big.NewInt(int64(whole)))
			}
			if least := Money(exact.Int64()); part < least || part > least+1 || part > weights[i] {
				t.Errorf("of %d by %v the part %d is %d, at least %d", m, weights, i, part, least)
			}
			if share := m.Share(weights[i], whole); share < Money(exact.Int64()) || share > Money(exact.Int64())+1 || share > m {
				t.Errorf("the share of %d of %d in %d is %d", weights[i], whole, m, share)
			}
		}
		if sum != m && whole > 0 {
			t.Errorf("%d by %v adds up to %d", m, weights, sum)
		}
	})
}

// FuzzDayAsked: a day that is taken is the one that was asked for.
func FuzzDayAsked(f *testing.F) {
	for _, text := range []string{"2030-12-31", "2030-02-30", "1899-12-31", "0000-01-01", "2030-1-1", "２０３０-01-01", "2030-12-31T00:00:00Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e := &core.RequestEvent{Event: router.Event{Request: httptest.NewRequest(http.MethodGet, "/", nil)}}
		query := e.Request.URL.Query()
		query.Set("day", text)
		e.Request.URL.RawQuery = query.Encode()
		otherwise := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		day, err := DayAsked(e, "day", otherwise)
		switch {
		case err != nil && text == "", err == nil && text == "" && !day.Equal(otherwise), err == nil && text != "" && day.Format(time.DateOnly) != text:
			t.Errorf("%q is read as %v, %v", text, day, err)
		case err != nil && router.ToApiError(err).Status != http.StatusBadRequest:
			t.Errorf("%q is refused with %v", text, err)
		}
	})
}

// FuzzInstant: what the guard takes for a moment is stored as that moment, and
// nothing else is stored as one.
func FuzzInstant(f *testing.F) {
	for _, text := range []string{"2030-01-31 09:00:00.000Z", "2030-01-31T09:00:00+02:00", "2030-02-30 09:00:00Z", "2030-01-31 24:00:00Z", "2030-01-31 09:00Z", "2030-01-31 23:59:60Z", "0000-00-00 00:00:00Z", "2030-01-31 09:00:00.9999999Z"} {
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

// FuzzClean: a text that is stored is clean, and cleaning it again changes nothing.
func FuzzClean(f *testing.F) {
	for _, text := range []string{" a ", "e\u0301", "\u202Ea", "a\u0000", "\u2066", "\xff", "a\r\nb", "\u1ebf\u0323", "\ufffd"} {
		f.Add(text)
	}
	declared := Collection{Name: "f", Fields: Fields{Text("line", 1000), Text("prose", 1000)}, Verbatim: []string{"prose"}}
	c := core.NewBaseCollection("f")
	c.Fields.Add(declared.Fields...)
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

// FuzzUnmodified: a key with a sign changes the field that it names, or none.
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
