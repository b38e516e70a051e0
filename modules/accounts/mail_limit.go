package accounts

import (
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"hospital/internal/kit"
)

const (
	maxMails        = 3 // to one address in mailPeriod, that strangers can cause
	mailPeriod      = time.Hour
	maxMailboxes    = 20_000 // in memory at once
	mailLimitKey    = "hospital.mailLimit"
	manyMailsReason = "The address was sent too many mails in the last hour."
)

// mailLimit bounds the mails that somebody without an account at an address can send there:
// registrations and confirmations of a new address. It is kept in memory.
type mailLimit struct {
	lock  sync.Mutex
	mails map[string]map[string]time.Time // mailbox -> cause -> first attempt
}

// mayMail reports whether a mail may be sent to an address, and counts it. Another attempt
// for the same cause is not counted again.
func mayMail(app core.App, address, cause string) bool {
	l := app.Store().GetOrSet(mailLimitKey, func() any {
		return &mailLimit{mails: map[string]map[string]time.Time{}}
	}).(*mailLimit)
	return l.take(mailbox(address), cause, kit.Now(app))
}

func (l *mailLimit) take(mailbox, cause string, now time.Time) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	recent := l.mails[mailbox]
	forget(recent, now)
	if _, counted := recent[cause]; counted {
		return true
	}
	if len(recent) >= maxMails {
		return false
	}
	if recent == nil {
		if len(l.mails) >= maxMailboxes {
			l.evict(now)
		}
		recent = map[string]time.Time{}
		l.mails[mailbox] = recent
	}
	recent[cause] = now
	return true
}

func forget(mails map[string]time.Time, now time.Time) {
	for cause, at := range mails {
		if now.Sub(at) >= mailPeriod {
			delete(mails, cause)
		}
	}
}

// evict drops mailboxes without mails in the last hour, and others if that is not enough.
func (l *mailLimit) evict(now time.Time) {
	for mailbox, mails := range l.mails {
		if forget(mails, now); len(mails) == 0 || len(l.mails) >= maxMailboxes {
			delete(l.mails, mailbox)
		}
	}
}

// mailbox returns what counts as one address: without case, a dot at the end, another
// spelling of the domain, and what follows a +, which most providers deliver to the same
// person. Dots in the name count, because at most providers they make another address.
func mailbox(address string) string {
	address = strings.ToLower(norm.NFKC.String(strings.TrimSpace(address)))
	at := strings.LastIndex(address, "@")
	if at < 0 {
		return address
	}
	name, domain := address[:at], strings.TrimRight(address[at+1:], ".")
	if plus := strings.Index(name, "+"); plus > 0 {
		name = name[:plus]
	}
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return name + "@" + domain
}
