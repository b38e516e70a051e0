package outbox

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Status is how far a mail has come.
type Status string

// The statuses. Failed was tried and given up; skipped was not tried, and somebody
// may have to call.
const (
	Pending Status = "pending"
	Sent    Status = "sent"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// Columns is the delivery of a record: the name of the column that holds its Status.
// The other columns have the same names in every collection.
type Columns string

// The other columns.
const (
	sentAt    = "sent_at"
	attempts  = "attempts"
	nextTryAt = "next_try_at"
	lastError = "error"
)

// maxAttempts is how often a mail is tried: over eight hours and a half, as the time
// between two attempts doubles from two minutes on.
const maxAttempts = 8

const maxError = 500 // characters

// Fields are the columns as a collection declares them, with the meaning of the status.
func (c Columns) Fields(statusHelp string) kit.Fields {
	return kit.Fields{
		kit.Select(string(c), Pending, Sent, Failed, Skipped).Required().Help(statusHelp),
		kit.Instant(sentAt).Help("When it was sent."),
		kit.Int(attempts, 0, maxAttempts).Help("How often sending was tried."),
		kit.Instant(nextTryAt).Help("When sending is tried next."),
		kit.Text(lastError, maxError).Help("Why the last try failed."),
	}
}

// MailHelp is what the status means where the only reader gets a mail.
const MailHelp = "State of the email. Failed: given up after 8 tries. Skipped: not tried, there is no mail server."

// Index finds the mails that are due.
func (c Columns) Index() kit.Index { return kit.Index{Columns: string(c) + ", " + nextTryAt} }

// SetPending makes a new record one whose mail is due at a time.
func (c Columns) SetPending(r *core.Record, due time.Time) {
	r.Set(string(c), string(Pending))
	r.Set(nextTryAt, due)
}

// SetSent makes a record one that has reached its reader.
func (c Columns) SetSent(r *core.Record, at time.Time) {
	r.Set(string(c), string(Sent))
	r.Set(sentAt, at)
	r.Set(lastError, "")
}

// SetSkipped makes a record one without a mail.
func (c Columns) SetSkipped(r *core.Record, why string) {
	r.Set(string(c), string(Skipped))
	r.Set(lastError, cut(why, maxError))
}

// setFailed notes a failed attempt, which is the last one when there were enough.
func (c Columns) setFailed(r *core.Record, why string) {
	if r.GetInt(attempts) >= maxAttempts {
		r.Set(string(c), string(Failed))
	}
	r.Set(lastError, cut(why, maxError))
}

func (c Columns) status(r *core.Record) Status { return Status(r.GetString(string(c))) }

// cut is the beginning of a text, in whole characters.
func cut(text string, max int) string {
	runes := []rune(text)
	return string(runes[:min(max, len(runes))])
}
