// Package verify checks that the stored data is consistent.
package verify

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
	"hospital/internal/storage"
)

// Command returns the verify command.
func Command(app core.App, modules []kit.Module) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Proves that the stored data is consistent, and names the records that are not",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !app.HasTable("hospital") {
				return errors.New("there is no hospital in " + app.DataDir() + " yet: run migrate up, or serve")
			}
			return Run(app, modules, c.OutOrStdout())
		},
	}
}

// maxIDs is the largest number of records that are named for a broken invariant.
const maxIDs = 20

// Run checks every invariant of the modules and writes a line for each. It returns
// an error when one is broken.
func Run(app core.App, modules []kit.Module, out io.Writer) error {
	broken := 0
	for _, check := range checks(modules) {
		ids, err := check.Violations(app)
		if err != nil {
			return fmt.Errorf("verify %q: %w", check.Description, err)
		}
		if len(ids) == 0 {
			fmt.Fprintln(out, "ok     ", check.Description)
			continue
		}
		broken++
		fmt.Fprintln(out, "BROKEN ", check.Description, strings.Join(ids[:min(len(ids), maxIDs)], " "))
	}
	if broken > 0 {
		return fmt.Errorf("%d invariants are broken", broken)
	}
	return nil
}

// checks returns the modules' invariants, and one for each relation: its target exists.
func checks(modules []kit.Module) (all []kit.Check) {
	for _, m := range modules {
		for _, invariant := range m.Invariants {
			all = append(all, query(invariant))
		}
		all = append(all, m.Checks...)
	}
	all = append(all, storage.Check)
	catalog := kit.CatalogOf(modules)
	for _, name := range slices.Sorted(maps.Keys(catalog)) {
		for _, f := range catalog[name].Fields {
			if relation, ok := f.Field.(*core.RelationField); ok {
				target := catalog.NameOf(relation.CollectionId)
				all = append(all, query(kit.Invariant{
					Description: "Every " + name + "." + f.GetName() + " leads to a record of " + target + ".",
					Violations: fmt.Sprintf("SELECT a.id FROM `%s` a WHERE a.`%s` != '' "+
						"AND NOT EXISTS (SELECT 1 FROM `%s` b WHERE b.id = a.`%s`)",
						name, f.GetName(), target, f.GetName()),
				}))
			}
		}
	}
	return all
}

// query turns an invariant into a check.
func query(invariant kit.Invariant) kit.Check {
	return kit.Check{Description: invariant.Description, Violations: func(app core.App) (ids []string, err error) {
		err = app.DB().NewQuery(
			"SELECT * FROM (" + invariant.Violations + fmt.Sprintf(") LIMIT %d", maxIDs),
		).Column(
			&ids,
		)
		return ids, err
	}}
}
