package accounts

import (
	"strconv"
	"testing"
	"time"
)

func TestSpellingsOfAnAddressAreOneMailbox(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"Ada@Example.ORG":             "ada@example.org",
		" ada@example.org. ":          "ada@example.org",
		"ada+news@example.org":        "ada@example.org",
		"ada+a+b@example.org":         "ada@example.org",
		"ａda@example.org":             "ada@example.org",
		"ada@München.example":         "ada@xn--mnchen-3ya.example",
		"ada@xn--mnchen-3ya.example.": "ada@xn--mnchen-3ya.example",
		"a.da@example.org":            "a.da@example.org",
		"+ada@example.org":            "+ada@example.org",
		"no address":                  "no address",
	} {
		if got := mailbox(address); got != want {
			t.Errorf("%q is the mailbox %q, want %q", address, got, want)
		}
	}
}

func TestAnotherAttemptForTheSameMailIsNotCounted(t *testing.T) {
	t.Parallel()
	l, now := &mailLimit{mails: map[string]map[string]time.Time{}}, time.Now()
	for _, c := range []struct {
		cause string
		after time.Duration
		want  bool
	}{
		{"a", 0, true}, {"a", 0, true}, {"b", 0, true}, {"c", 0, true}, {"d", 0, false}, {"c", 0, true},
		{"d", mailPeriod - 1, false}, {"d", mailPeriod, true},
	} {
		if got := l.take("ada@example.org", c.cause, now.Add(c.after)); got != c.want {
			t.Errorf("%s after %s: %v", c.cause, c.after, got)
		}
	}
	for i := range maxMailboxes + 10 {
		l.take(strconv.Itoa(i), "a", now)
	}
	if len(l.mails) > maxMailboxes {
		t.Errorf("%d mailboxes are kept", len(l.mails))
	}
}
