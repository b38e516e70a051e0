// Package server runs the application: commands, request limits, headers, metrics,
// readiness and shutdown.
package server

import (
	"errors"
	"os"
	"runtime"
	"slices"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/spf13/cobra"

	"hospital/internal/backup"
	"hospital/internal/broadcast"
	"hospital/internal/config"
	"hospital/internal/datadir"
	"hospital/internal/journal"
	"hospital/internal/kit"
	"hospital/internal/smtp"
	"hospital/internal/sqlite"
	"hospital/internal/storage"
	"hospital/internal/verify"
)

// readers is how many connections read at once: no fewer than processors. All stay open, because
// each keeps its statements prepared. More are not faster, and take memory.
var readers = max(8, runtime.GOMAXPROCS(0))

// New returns PocketBase with the hospital's defaults: the data directory from the
// environment, writes that survive a power cut, and few read connections instead of 120.
func New() *pocketbase.PocketBase {
	return pocketbase.NewWithConfig(pocketbase.Config{
		DefaultDataDir:       config.DataDir.Value(),
		DefaultEncryptionEnv: string(config.EncryptionKey),
		DBConnect:            sqlite.Open,
		DataMaxOpenConns:     readers,
		DataMaxIdleConns:     readers,
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
	serveDashboard(app)
	release := guardData(app, command.Name() == "serve")
	return errors.Join(app.Execute(), release())
}

// guardData checks the data directory before it is opened, and locks it for a server.
func guardData(app core.App, serves bool) (release func() error) {
	var lock *datadir.Lock
	check := func() error {
		datadir.CloseToOthers()
		if err := datadir.Check(app.DataDir()); err != nil || !serves {
			return err
		}
		var err error
		if lock, err = datadir.Serve(app.DataDir()); err != nil {
			return err
		}
		return datadir.CheckFiles(app.DataDir(), lock.Stopped)
	}
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{Id: "hospitalData", Priority: kit.OrderData,
		Func: func(e *core.BootstrapEvent) error {
			if err := check(); err != nil {
				journal.Log.Error("refused to start", "error", err.Error())
				return err
			}
			return e.Next()
		}})
	return func() error {
		if lock == nil {
			return nil
		}
		return lock.Release()
	}
}

// Harden binds the protection of a production server: settings from the environment,
// security headers, request limits, the readiness check, closed operator routes, no thumbnails,
// a reserve of the disk, and a request log of failures, slow requests and a sample, without
// query strings. Tests use it too.
func Harden(app core.App) {
	config.Overlay(app)
	serveReadiness(app)
	answerFaults(app)
	limitRequests(app)
	broadcast.Register(app)
	limitStreams(app)
	setHeaders(app)
	closeOperatorRoutes(app)
	ignoreThumbs(app)
	keepReserve(app)
	sampleLogs(app)
	redactLogs(app)
	smtp.Register(app)
	storage.Register(app)
}
