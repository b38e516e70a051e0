// Package journal logs events for operators as lines of JSON on standard error: starts,
// stops, backups and failures. The lines contain routes and files but no personal data.
// Actions of people are in the audit log.
package journal

import (
	"log/slog"
	"os"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/audit"
)

// Log is the journal.
var Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))

// Anchor returns the end of the audit log as an attribute of a journal line. If the journal
// is stored on another machine, it reveals whether the last rows of the log were removed.
func Anchor(app core.App) string {
	end, err := audit.End(app)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return end
}
