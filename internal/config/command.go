package config

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// Command is the config command. It opens no database.
func Command() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Prints the settings in force, and which values of the environment are invalid",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, _ := c.Flags().GetString("dir")
			printSettings(c.OutOrStdout(), dir)
			if SMTPHost.Value() == "" {
				fmt.Fprintf(c.OutOrStdout(), "\nNo mail server is set here. Unless the dashboard has one, registrations, invitations "+
					"and notices wait: set %s.\n", SMTPHost)
			}
			return Check()
		},
	}
}

func printSettings(out io.Writer, dataDir string) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range Settings {
		value, source := cmp.Or(s.Name.Value(), "-"), "default"
		if os.Getenv(string(s.Name)) != "" {
			source = "environment"
			if s.Secret {
				value = "(secret)"
			}
		}
		if s.Name == DataDir && dataDir != value {
			value, source = dataDir, "--dir"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, value, source)
	}
	_ = table.Flush()
}
