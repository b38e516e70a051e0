// Package operations is what an operator does from the command line.
package operations

import (
	"cmp"
	"fmt"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hospital/modules/kit"
)

// NewApp is PocketBase with the hospital's defaults: the data directory from
// HOSPITAL_DATA_DIR or pb_data where the command is run, and as many readers as
// two cores can feed instead of 120.
func NewApp() *pocketbase.PocketBase {
	return pocketbase.NewWithConfig(pocketbase.Config{
		DefaultDataDir:       cmp.Or(os.Getenv("HOSPITAL_DATA_DIR"), "pb_data"),
		DefaultEncryptionEnv: "HOSPITAL_ENCRYPTION_KEY",
		DataMaxOpenConns:     16,
		DataMaxIdleConns:     8,
	})
}

// Run adds the commands to the app and executes the one that was asked for. The
// error it answers is the command's own: PocketBase's Start would drop it and
// exit with 0.
func Run(app *pocketbase.PocketBase, modules []kit.Module, more ...*cobra.Command) error {
	root := app.RootCmd
	root.Use, root.Short, root.Version = "hospital", "A hospital's front office and outpatient record", kit.Version
	migratecmd.MustRegister(app, root, migratecmd.Config{Dir: "migrations"})
	announce(app)
	Harden(app)
	serve := cmd.NewServeCommand(app, false)
	if f, ok := serve.PersistentFlags().Lookup("origins").Value.(pflag.SliceValue); ok {
		if err := f.Replace(origins()); err != nil {
			return err
		}
	}
	root.AddCommand(serve, superuserCommand(app), verifyCommand(app, modules))
	root.AddCommand(more...)
	root.FParseErrWhitelist = cobra.FParseErrWhitelist{} // a misspelt flag is an error
	root.SilenceErrors = true

	if _, _, err := root.Find(os.Args[1:]); err != nil {
		return err
	}
	var failed error
	capture(root, &failed)
	if err := app.Execute(); err != nil {
		return err
	}
	return failed
}

// capture keeps what a command answers, and what cobra itself refuses.
func capture(c *cobra.Command, failed *error) {
	c.SilenceUsage = true
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		*failed = fmt.Errorf("%w; see %s --help", err, c.CommandPath())
		return *failed
	})
	if c.HasSubCommands() && c.HasParent() && !c.Runnable() { // cobra would show the help and exit with 0
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q for %q; see %[2]s --help", args[0], c.CommandPath())
			}
			return c.Help()
		}
	}
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			err := run(c, args)
			if err != nil {
				*failed = err
			}
			return err
		}
	}
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			if err != nil {
				*failed = fmt.Errorf("%w; see %s --help", err, c.CommandPath())
			}
			return err
		}
	}
	for _, sub := range c.Commands() {
		capture(sub, failed)
	}
}
