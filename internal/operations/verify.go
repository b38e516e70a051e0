package operations

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"hospital/internal/kit"
)

func verifyCommand(app core.App, modules []kit.Module) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Proves that the stored data is consistent, and names the records that are not",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !app.HasTable("hospital") {
				return errors.New("there is no hospital in " + app.DataDir() + " yet: run migrate up, or serve")
			}
			return Verify(app, modules, c.OutOrStdout())
		},
	}
}

// offenders is how many ids of a broken invariant are named.
const offenders = 20

// Verify checks every invariant of the modules, and writes a line for each. It
// answers an error when one is broken.
func Verify(app core.App, modules []kit.Module, out io.Writer) error {
	broken := 0
	for _, check := range all(modules) {
		ids, err := check.Violations(app)
		if err != nil {
			return fmt.Errorf("verify %q: %w", check.Description, err)
		}
		if len(ids) == 0 {
			fmt.Fprintln(out, "ok     ", check.Description)
			continue
		}
		broken++
		fmt.Fprintln(out, "BROKEN ", check.Description, strings.Join(ids[:min(len(ids), offenders)], " "))
	}
	if broken > 0 {
		return fmt.Errorf("%d invariants are broken", broken)
	}
	return nil
}

// all is the modules' invariants, and one for each relation: it leads somewhere.
func all(modules []kit.Module) (checks []kit.Check) {
	for _, m := range modules {
		for _, invariant := range m.Invariants {
			checks = append(checks, asked(invariant))
		}
		checks = append(checks, m.Checks...)
	}
	catalog := kit.CatalogOf(modules)
	for _, name := range slices.Sorted(maps.Keys(catalog)) {
		for _, f := range catalog[name].Fields {
			if relation, ok := f.Field.(*core.RelationField); ok {
				target := catalog.NameOf(relation.CollectionId)
				checks = append(checks, asked(kit.Invariant{
					Description: "Every " + name + "." + f.GetName() + " leads to a record of " + target + ".",
					Violations: fmt.Sprintf("SELECT a.id FROM `%s` a WHERE a.`%s` != '' AND NOT EXISTS (SELECT 1 FROM `%s` b WHERE b.id = a.`%s`)",
						name, f.GetName(), target, f.GetName()),
				}))
			}
		}
	}
	return checks
}

// asked is an invariant as a check.
func asked(invariant kit.Invariant) kit.Check {
	return kit.Check{Description: invariant.Description, Violations: func(app core.App) (ids []string, err error) {
		err = app.DB().NewQuery("SELECT * FROM (" + invariant.Violations + fmt.Sprintf(") LIMIT %d", offenders)).Column(&ids)
		return ids, err
	}}
}
