// Package server is the running hospital: its commands, limits, headers, metrics,
// readiness and shutdown.
package server

import (
	"os"
	"slices"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/spf13/cobra"

	"hospital/internal/backup"
	"hospital/internal/config"
	"hospital/internal/journal"
	"hospital/internal/kit"
	"hospital/internal/sqlite"
	"hospital/internal/verify"
)

// New returns PocketBase with the hospital's defaults: the data directory from the
// environment, writes that survive a power cut, and 16 readers (PocketBase: 120),
// which is as many as two cores can feed.
func New() *pocketbase.PocketBase {
	return pocketbase.NewWithConfig(pocketbase.Config{
		DefaultDataDir:       config.DataDir.Value(),
		DefaultEncryptionEnv: string(config.EncryptionKey),
		DBConnect:            sqlite.Open,
		DataMaxOpenConns:     16,
		DataMaxIdleConns:     8,
	})
}

// Run adds the commands to the app, executes the one on the command line and returns its error.
func Run(app *pocketbase.PocketBase, modules []kit.Module, more ...*cobra.Command) error {
	root := app.RootCmd
	root.Use, root.Short, root.Version = "hospital", "A hospital's front office and outpatient record", kit.Version
	migratecmd.MustRegister(app, root, migratecmd.Config{Dir: "migrations"})
	withoutDatabase := []*cobra.Command{config.Command(), backup.RestoreCommand()}
	root.AddCommand(withoutDatabase...)
	root.AddCommand(serveCommand(app), superuserCommand(app), verify.Command(app, modules), backup.Command(app))
	root.AddCommand(more...)
	root.FParseErrWhitelist = cobra.FParseErrWhitelist{} // a misspelt flag is an error
	root.SilenceErrors = true

	command, _, err := root.Find(os.Args[1:])
	if err != nil {
		return err
	}
	explainUsage(root)
	if slices.Contains(withoutDatabase, command) {
		return root.Execute()
	}
	if err := config.Check(); err != nil {
		journal.Log.Error("refused to start", "error", err.Error())
		return err
	}
	limitMemory()
	Harden(app)
	setSuperuserMFA(app)
	printAddresses(app)
	logFailures(app)
	shutdown(app)
	serveMetrics(app)
	return app.Execute()
}

// Harden binds what makes a server fit for a hospital's network: the settings of the
// environment, security headers, limits, the readiness check, a closed SQL console,
// and a request log without the values of queries. Tests use it too.
func Harden(app core.App) {
	config.Overlay(app)
	serveReadiness(app)
	limitRequests(app)
	limitStreams(app)
	shortenBroadcasts(app)
	setHeaders(app)
	closeConsole(app)
	redactLogs(app)
}
