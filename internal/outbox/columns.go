package outbox

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Status is the delivery status of a mail.
type Status string

// The statuses. Failed: given up after maxAttempts. Skipped: not tried, so staff may have to
// call instead.
const (
	Pending Status = "pending"
	Sent    Status = "sent"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// Columns is the name of the column with the Status of a mail. The other columns have the
// same names in every collection.
type Columns string

const (
	sentAt    = "sent_at"
	attempts  = "attempts"
	nextTryAt = "next_try_at"
	lastError = "error"
)

// maxAttempts is the largest number of attempts to send a mail. The time between two
// attempts starts at 2 minutes and doubles, so the last one is about 4 hours after the first.
const maxAttempts = 8

const maxError = 500 // characters

// Fields returns the columns for the declaration of a collection. statusHelp is the help
// text of the status.
func (c Columns) Fields(statusHelp string) kit.Fields {
	return kit.Fields{
		kit.Select(string(c), Pending, Sent, Failed, Skipped).Required().Help(statusHelp),
		kit.Instant(sentAt).Help("When it was sent."),
		kit.Int(attempts, 0, maxAttempts).Help("How often sending was tried."),
		kit.Instant(nextTryAt).Help("When sending is tried next."),
		kit.Text(lastError, maxError).Help("Why the last try failed."),
	}
}

// MailHelp is the usual statusHelp.
const MailHelp = "State of the email. Pending: also while there is no mail server. Failed: given up after 8 tries. " +
	"Skipped: it is no longer needed."

// Index returns the index for finding mails that are due.
func (c Columns) Index() kit.Index { return kit.Index{Columns: string(c) + ", " + nextTryAt} }

// SetPending sets the status of a new record whose mail is sent at due or later.
func (c Columns) SetPending(r *core.Record, due time.Time) {
	r.Set(string(c), string(Pending))
	r.Set(nextTryAt, due)
}

// Waits reports whether the mail of a record is not sent yet.
func (c Columns) Waits(r *core.Record) bool { return c.status(r) == Pending }

// SetSent sets the status of a record whose mail was sent.
func (c Columns) SetSent(r *core.Record, at time.Time) {
	r.Set(string(c), string(Sent))
	r.Set(sentAt, at)
	r.Set(lastError, "")
}

// SetSkipped sets the status of a record for which no mail is sent.
func (c Columns) SetSkipped(r *core.Record, why string) {
	r.Set(string(c), string(Skipped))
	r.Set(lastError, cut(why, maxError))
}

// setFailed stores the error of an attempt. After maxAttempts the status becomes failed.
func (c Columns) setFailed(r *core.Record, why string) {
	if r.GetInt(attempts) >= maxAttempts {
		r.Set(string(c), string(Failed))
	}
	r.Set(lastError, cut(why, maxError))
}

func (c Columns) status(r *core.Record) Status { return Status(r.GetString(string(c))) }

// cut returns the first max characters of a text.
func cut(text string, max int) string {
	runes := []rune(text)
	return string(runes[:min(max, len(runes))])
}
