// Package journal writes what an operator needs to know, one line of JSON each on
// standard error: starts, stops, backups and failures. It names routes and files,
// never a person. Who did what is in the audit log.
package journal

import (
	"log/slog"
	"os"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/audit"
)

// Log is the journal.
var Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))

// Anchor is the end of the audit log, for a line of the journal. Where the journal is
// kept on another machine, it shows whether rows at the end of the log were removed.
func Anchor(app core.App) string {
	end, err := audit.End(app)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return end
}
