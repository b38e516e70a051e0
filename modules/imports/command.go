package imports

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"hospital/internal/terminal"
)

// Command returns the command "import" with a subcommand for each kind of file. It pauses for others if a server serves
// the same data.
func Command(app core.App, served func() bool) *cobra.Command {
	command := &cobra.Command{Use: "import", Short: "Import the data of another system from CSV files, see docs/import.md"}
	for _, k := range kinds {
		command.AddCommand(kindCommand(app, k, served))
	}
	return command
}

func kindCommand(app core.App, k kind, served func() bool) *cobra.Command {
	o, mapping := Options{Kind: k.name}, []string{}
	c := &cobra.Command{
		Use:   k.name + " FILE",
		Short: "Import " + k.name + " from a CSV file; it can be repeated",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.Mapping, err = parseMapping(mapping); err != nil {
				return err
			}
			if err := app.RunAllMigrations(); err != nil {
				return err
			}
			in, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			o.File = filepath.Base(args[0])
			if served() {
				o.Yield = Pause
			}
			bar := terminal.Bar(os.Stderr)
			o.Progress = func(step string, done, all int) { bar("lines "+step, done, all) }
			report, err := Run(app, in, o)
			terminal.ClearLine(os.Stderr)
			if err != nil {
				return err
			}
			report.Print(c.OutOrStdout())
			return report.Err()
		},
	}
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "check the file and store nothing")
	c.Flags().StringArrayVar(&mapping, "map", nil,
		"COLUMN=FIELD reads a field from a column with another name; COLUMN= leaves it out")
	c.Flags().StringVar(&o.Source, "source", "import", "name of the other system, in which its identifiers are unique")
	return c
}

func parseMapping(pairs []string) (map[string]string, error) {
	mapping := map[string]string{}
	for _, pair := range pairs {
		column, field, ok := strings.Cut(pair, "=")
		if !ok || column == "" {
			return nil, fmt.Errorf("--map %s: write COLUMN=FIELD, or COLUMN= to leave a column out", pair)
		}
		mapping[strings.TrimSpace(column)] = strings.TrimSpace(field)
	}
	return mapping, nil
}
