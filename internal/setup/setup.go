// Package setup takes the first steps of a new hospital: its settings, an admin, and departments.
package setup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"hospital/internal/config"
	"hospital/internal/fixture"
	"hospital/internal/kit"
	"hospital/internal/terminal"
	"hospital/modules/hospital"
	checklist "hospital/modules/setup"
)

// answers are what the operator said, by flag, by environment or when asked.
type answers struct {
	name, address, phone, email, timezone, currency, language string
	adminName, adminEmail, password                           string
	departments                                               []string
}

// Command is the setup command.
func Command(app core.App) *cobra.Command {
	var a answers
	c := &cobra.Command{
		Use:   "setup",
		Short: "Sets up a new hospital: name, zone, currency, the first admin, departments; it asks for what is missing",
		Example: "  hospital setup\n" +
			"  HOSPITAL_ADMIN_PASSWORD=… hospital setup --name 'St. Anna' --timezone Europe/Berlin --currency EUR \\\n" +
			"    --admin-email ada@hospital.example --admin-name 'Ada Berg' --department 'General medicine'",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := app.RunAllMigrations(); err != nil {
				return err
			}
			if err := a.ask(app, c.InOrStdin(), c.OutOrStdout()); err != nil {
				return err
			}
			if err := a.store(app); err != nil {
				return err
			}
			return report(app, c.OutOrStdout())
		},
	}
	for flag, value := range map[string]struct {
		to   *string
		help string
	}{
		"name": {&a.name, "name of the hospital"}, "address": {&a.address, "postal address"},
		"phone": {&a.phone, "phone number for patients"}, "email": {&a.email, "email address for patients"},
		"timezone":    {&a.timezone, "IANA time zone, such as Europe/Berlin"},
		"currency":    {&a.currency, "ISO 4217 code, such as EUR"},
		"language":    {&a.language, "language of mails: en, de or ar"},
		"admin-name":  {&a.adminName, "name of the first admin"},
		"admin-email": {&a.adminEmail, "address to sign in with; the password is asked, or HOSPITAL_ADMIN_PASSWORD"},
	} {
		c.Flags().StringVar(value.to, flag, "", value.help)
	}
	c.Flags().StringArrayVar(&a.departments, "department", nil, "name of a department; it can be repeated")
	return c
}

// ask asks for what no flag says, if somebody is there to answer.
func (a *answers) ask(app core.App, in io.Reader, out io.Writer) error {
	a.password = config.AdminPassword.Value()
	file, ok := in.(*os.File)
	if !ok || !terminal.Is(file) {
		return a.complete(app)
	}
	settings, err := hospital.Of(app)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for _, q := range []struct {
		to            *string
		question, now string
	}{
		{&a.name, "Name of the hospital", settings.Name()}, {&a.timezone, "Time zone", settings.Zone().String()},
		{&a.currency, "Currency", settings.Currency()}, {&a.adminEmail, "Email of the first admin (empty: none)", ""},
	} {
		if *q.to != "" {
			continue
		}
		fmt.Fprintf(out, "%s [%s]: ", q.question, q.now)
		if !lines.Scan() {
			return errors.New("the setup was not finished; nothing was changed")
		}
		*q.to = strings.TrimSpace(lines.Text())
		if *q.to == "" {
			*q.to = q.now
		}
	}
	if a.adminEmail != "" && a.password == "" {
		fmt.Fprint(out, "Password of the admin: ")
		typed, err := term.ReadPassword(int(file.Fd())) // #nosec G115 -- a descriptor
		fmt.Fprintln(out)
		if err != nil {
			return err
		}
		a.password = string(typed)
	}
	return a.complete(app)
}

// complete refuses what is missing and cannot be asked.
func (a *answers) complete(app core.App) error {
	if a.adminEmail != "" && a.password == "" {
		return errors.New("an admin needs a password: set " + string(config.AdminPassword))
	}
	_, err := app.FindAuthRecordByEmail("users", a.adminEmail)
	if a.adminEmail != "" && err == nil {
		return fmt.Errorf("%s has an account already; leave --admin-email out", a.adminEmail)
	}
	return nil
}

// store writes all of it or nothing. Departments that are there stay.
func (a *answers) store(app core.App) error {
	return app.RunInTransaction(func(tx core.App) error {
		w, system := fixture.New(tx), kit.Actor{Role: kit.System}
		changes := fixture.Fields{}
		for field, value := range map[string]string{
			"name": a.name, "address": a.address, "phone": a.phone, "email": a.email, "timezone": a.timezone,
			"currency": strings.ToUpper(a.currency), "language": a.language,
		} {
			if value != "" {
				changes[field] = value
			}
		}
		if len(changes) > 0 {
			w.Named("hospital", hospital.ID)
			w.Update(system, "hospital", "hospital", changes)
		}
		for _, name := range a.departments {
			code := departmentCode(name)
			if _, err := tx.FindFirstRecordByData("departments", "code", code); err != nil {
				w.Create(system, core.GenerateDefaultRandomId(), "departments", fixture.Fields{"code": code, "name": name, "active": true})
			}
		}
		if a.adminEmail != "" {
			name := a.adminName
			if name == "" {
				name, _, _ = strings.Cut(a.adminEmail, "@")
			}
			w.Create(system, core.GenerateDefaultRandomId(), "users", fixture.Fields{"email": a.adminEmail, "password": a.password,
				"name": name, "role": "admin", "status": "active", "verified": true})
		}
		return w.Err
	})
}

// departmentCode is a code made of the letters and digits of a name.
func departmentCode(name string) string {
	code := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(name))
	return code[:min(len(code), 12)]
}

// report prints what is done and what is missing.
func report(app core.App, out io.Writer) error {
	items, err := checklist.Checklist(app)
	if err != nil {
		return err
	}
	for _, item := range items {
		mark := "[ ]"
		if item.Done {
			mark = "[x]"
		}
		note := ""
		if !item.Done && !item.Required {
			note = " (if you need it)"
		}
		fmt.Fprintf(out, "%s %s%s\n", mark, item.Title, note)
	}
	if checklist.Ready(items) {
		fmt.Fprintln(out, "A visit can be billed.")
	} else {
		fmt.Fprintln(out, "The rest is done in the portal, by the admin: prices, doctors, hours, invitations.")
	}
	return nil
}
