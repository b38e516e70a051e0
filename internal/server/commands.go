package server

import (
	"fmt"
	"os"

	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hospital/internal/backup"
	"hospital/internal/config"
	"hospital/internal/journal"
)

// noOrigin is an origin that no page can have. With an empty list PocketBase allows all origins.
const noOrigin = "https://no.invalid"

// serveCommand is PocketBase's, with flag defaults from the environment and scheduled backups.
func serveCommand(app core.App) *cobra.Command {
	serve := cmd.NewServeCommand(app, false)
	flags := serve.PersistentFlags()
	origins := config.Origins.List()
	if len(origins) == 0 {
		origins = []string{noOrigin}
	}
	if f, ok := flags.Lookup("origins").Value.(pflag.SliceValue); ok {
		_ = f.Replace(origins) // accepts any
	}
	// Not the setting's default: PocketBase's own default depends on whether domain names are given.
	if address := os.Getenv(string(config.HTTP)); address != "" {
		_ = flags.Lookup("http").Value.Set(address)
	}
	run := serve.RunE
	serve.RunE = func(c *cobra.Command, args []string) error {
		backup.Schedule(app)
		err := run(c, args)
		if err != nil {
			journal.Log.Error("refused to serve", "error", err.Error())
		}
		return err
	}
	return serve
}

// explainUsage adds a hint to --help to errors about flags and arguments, and refuses
// unknown subcommands, for which cobra would print the help and exit with 0.
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
