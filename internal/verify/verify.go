// Package verify checks that the stored data is consistent.
package verify

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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

// maxAtOnce is how many invariants are checked at once: the hash chain of the audit log on one core beside
// queries on others. The server may be running on the same machine.
const maxAtOnce = 4

// Run checks every invariant of the modules and writes a line for each. It returns
// an error when one is broken.
func Run(app core.App, modules []kit.Module, out io.Writer) error {
	all := checks(modules)
	results := make([]chan result, len(all))
	for i := range all {
		results[i] = make(chan result, 1)
	}
	var workers sync.WaitGroup
	defer workers.Wait() // also on an error: nothing reads the database when Run has returned
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), maxAtOnce) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
				ids, err := all[i].Violations(app)
				results[i] <- result{ids, err}
			}
		})
	}
	broken := 0
	for i, check := range all {
		found := <-results[i]
		if found.err != nil {
			next.Store(int64(len(all)))
			return fmt.Errorf("verify %q: %w", check.Description, found.err)
		}
		if len(found.ids) == 0 {
			fmt.Fprintln(out, "ok     ", check.Description)
			continue
		}
		broken++
		fmt.Fprintln(out, "BROKEN ", check.Description, strings.Join(found.ids[:min(len(found.ids), maxIDs)], " "))
	}
	if broken > 0 {
		return fmt.Errorf("%d invariants are broken", broken)
	}
	return nil
}

// result is what a check found.
type result struct {
	ids []string
	err error
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
				all = append(all, query(dangling(catalog[name], f.GetName(), catalog.NameOf(relation.CollectionId))))
			}
		}
	}
	return all
}

// dangling is the invariant that a relation leads to records. The ids of an index are merged with those of the
// target, which is several times faster than a look-up for each row.
func dangling(c kit.Collection, field, target string) kit.Invariant {
	violations := "SELECT id FROM `%[1]s` WHERE `%[2]s` != '' AND `%[2]s` NOT IN (SELECT id FROM `%[3]s`)"
	if slices.ContainsFunc(c.Indexes, func(i kit.Index) bool { return i.StartsWith(field) }) {
		violations = "SELECT id FROM `%[1]s` WHERE `%[2]s` != '' AND `%[2]s` IN " +
			"(SELECT `%[2]s` FROM `%[1]s` EXCEPT SELECT id FROM `%[3]s`)"
	}
	return kit.Invariant{
		Description: "Every " + c.Name + "." + field + " leads to a record of " + target + ".",
		Violations:  fmt.Sprintf(violations, c.Name, field, target),
	}
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
