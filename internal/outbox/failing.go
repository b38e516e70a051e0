package outbox

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

const (
	overdue    = time.Hour // mails that are due for longer fail
	manyFailed = 10        // mails that were given up within a day fail
)

// Failing reports whether mails fail: the mail server takes none since an hour, or many were given up within a day.
// Without a mail server none fails.
func Failing(app core.App) (bool, error) {
	if !app.Settings().SMTP.Enabled {
		return false, nil
	}
	now := kit.Now(app)
	count := func(q Queue, status Status, when string, at time.Time) (n int64, err error) {
		return app.CountRecords(q.Collection, dbx.HashExp{string(q.Columns): string(status)},
			dbx.NewExp("[["+nextTryAt+"]] "+when+" {:at}", dbx.Params{"at": kit.FormatInstant(at)}))
	}
	var failed int64
	for _, q := range of(app).queues {
		late, err := count(q, Pending, "<", now.Add(-overdue))
		if err != nil {
			return false, fmt.Errorf("count the mails of %s: %w", q.Collection, err)
		}
		if late > 0 {
			return true, nil
		}
		// the time of the next try is set by each try, to some hours after the last one
		n, err := count(q, Failed, ">", now.Add(-24*time.Hour))
		if err != nil {
			return false, fmt.Errorf("count the mails of %s: %w", q.Collection, err)
		}
		failed += n
	}
	return failed >= manyFailed, nil
}
