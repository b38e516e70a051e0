// Package operations is what an operator meets: the commands, the settings, and
// what a server tells of itself.
package operations

import (
	"fmt"
	"os"
	"slices"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hospital/internal/kit"
)

// NewApp is PocketBase with the hospital's defaults: the data directory from the
// environment, writes that survive a power cut, and as many readers as two cores
// can feed instead of 120.
func NewApp() *pocketbase.PocketBase {
	return pocketbase.NewWithConfig(pocketbase.Config{
		DefaultDataDir:       valueOf(dataDirEnv),
		DefaultEncryptionEnv: encryptionEnv,
		DBConnect:            connect,
		DataMaxOpenConns:     16,
		DataMaxIdleConns:     8,
	})
}

// Run adds the commands to the app and executes the one named on the command line.
// It returns that command's error.
func Run(app *pocketbase.PocketBase, modules []kit.Module, more ...*cobra.Command) error {
	root := app.RootCmd
	root.Use, root.Short, root.Version = "hospital", "A hospital's front office and outpatient record", kit.Version
	migratecmd.MustRegister(app, root, migratecmd.Config{Dir: "migrations"})
	bare := []*cobra.Command{configCommand(), restoreCommand()} // open no database
	root.AddCommand(bare...)
	root.AddCommand(serveCommand(app), superuserCommand(app), verifyCommand(app, modules), backupCommand(app))
	root.AddCommand(more...)
	root.FParseErrWhitelist = cobra.FParseErrWhitelist{} // a misspelt flag is an error
	root.SilenceErrors = true

	asked, _, err := root.Find(os.Args[1:])
	if err != nil {
		return err
	}
	explainUsage(root)
	if slices.Contains(bare, asked) {
		return root.Execute()
	}
	if err := CheckSettings(); err != nil {
		journal.Error("refused to start", "error", err.Error())
		return err
	}
	announce(app)
	Harden(app)
	askOperators(app)
	report(app)
	finish(app)
	measure(app)
	return app.Execute()
}

// serveCommand is PocketBase's, with the environment's word for its flags. A server
// backs itself up.
func serveCommand(app core.App) *cobra.Command {
	serve := cmd.NewServeCommand(app, false)
	flags := serve.PersistentFlags()
	if f, ok := flags.Lookup("origins").Value.(pflag.SliceValue); ok {
		_ = f.Replace(origins()) // takes any
	}
	if at := os.Getenv(httpEnv); at != "" { // with domain names PocketBase has another default
		_ = flags.Lookup("http").Value.Set(at)
	}
	run := serve.RunE
	serve.RunE = func(c *cobra.Command, args []string) error {
		schedules(app)
		err := run(c, args)
		if err != nil {
			journal.Error("refused to serve", "error", err.Error())
		}
		return err
	}
	return serve
}

// explainUsage makes errors about flags and arguments name the help page, and
// refuses unknown subcommands, for which cobra would print the help and exit with 0.
func explainUsage(c *cobra.Command) {
	hint := func(err error, c *cobra.Command) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("%w; see %s --help", err, c.CommandPath())
	}
	c.SilenceUsage = true
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return hint(err, c) })
	if c.HasSubCommands() && c.HasParent() && !c.Runnable() {
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return hint(fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath()), c)
			}
			return c.Help()
		}
	}
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error { return hint(check(c, args), c) }
	}
	for _, sub := range c.Commands() {
		explainUsage(sub)
	}
}
