// Package demo fills an empty database with a small hospital for trying things out.
package demo

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"hospital/internal/fixture"
	"hospital/internal/kit"
	"hospital/internal/terminal"
)

// Password is the password of every demo account.
const Password = "demo-hospital"

// accounts are the demo accounts.
var accounts = []struct{ email, name, role string }{
	{"admin@hospital.example", "Ada Admin", "admin"},
	{"doctor@hospital.example", "Dr. Sofia Keller", "doctor"},
	{"doctor2@hospital.example", "Dr. Emeka Obi", "doctor"},
	{"nurse@hospital.example", "Noor Haddad", "nurse"},
	{"reception@hospital.example", "Rui Costa", "receptionist"},
	{"accountant@hospital.example", "Anna Novák", "accountant"},
	{"patient@hospital.example", "Łukasz Müller", "patient"},
	{"patient2@hospital.example", "Grace Achieng", "patient"},
}

// operator is the superuser of the dashboard.
const operator = "operator@hospital.example"

// Command is the demo command.
func Command(app core.App) *cobra.Command {
	var small bool
	var seed uint64
	c := &cobra.Command{
		Use:   "demo",
		Short: "Fills an empty database with a demo hospital; a database with accounts is not changed",
		Long: "Fills an empty database with a demo hospital: twelve doctors and two hundred patients, a year of visits and " +
			"bills, and a day that goes on. A database with accounts is not changed.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := app.RunAllMigrations(); err != nil {
				return err
			}
			n, err := app.CountRecords("users")
			if err != nil {
				return err
			}
			if n > 0 {
				if _, err := app.FindAuthRecordByEmail("users", accounts[0].email); err == nil {
					printAccounts(c.OutOrStdout())
				}
				fmt.Fprintln(c.OutOrStdout(), "This hospital has accounts already. Nothing was added.")
				return nil
			}
			bar := terminal.Bar(os.Stderr)
			fill := func() error {
				return FillAlive(app, seed, func(done, all int) { bar("records", done, all) })
			}
			if small {
				fill = func() error { return Fill(app) }
			}
			err = fill()
			terminal.ClearLine(os.Stderr)
			if err != nil {
				return fmt.Errorf("fill the demo hospital: %w", err)
			}
			printAccounts(c.OutOrStdout())
			return nil
		},
	}
	c.Flags().BoolVar(&small, "small", false, "two doctors and a few visits only")
	c.Flags().Uint64Var(&seed, "seed", 1, "the same seed makes the same hospital")
	return c
}

func printAccounts(out io.Writer) {
	fmt.Fprintf(out, "Demo sign-ins, all with the password %s\n", Password)
	for _, a := range accounts {
		fmt.Fprintf(out, "  %-13s %s\n", a.role, a.email)
	}
	fmt.Fprintf(out, "  %-13s %s (dashboard)\n", "superuser", operator)
}

// Fill writes the small demo hospital in one transaction, with all hooks and validations.
func Fill(app core.App) error {
	return fill(app, func(filler) {})
}

// FillAlive writes the small demo hospital and, around it, a hospital at work. It tells how far it is.
func FillAlive(app core.App, seed uint64, progress func(done, all int)) error {
	return fill(app, func(f filler) {
		a := alive{filler: f, now: time.Now(), progress: progress, busy: map[string]bool{},
			random: rand.New(rand.NewPCG(seed, 0))} // #nosec G404 -- a demo
		a.fill()
	})
}

func fill(app core.App, more func(filler)) error {
	defer kit.SetClock(app, time.Now)
	return app.RunInTransaction(func(tx core.App) error {
		f := filler{fixture.New(tx)}
		f.people()
		f.visits(time.Now())
		more(f)
		return f.Err
	})
}
