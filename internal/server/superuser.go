package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/spf13/cobra"

	"hospital/internal/config"
)

// superuserCommand is PocketBase's, except that create, update and upsert can read the
// password from the environment or standard input, which keeps it out of the process
// list. They also work in a new data directory.
func superuserCommand(app core.App) *cobra.Command {
	command := cmd.NewSuperuserCommand(app)
	for _, sub := range command.Commands() {
		switch sub.Name() {
		case "create", "update", "upsert":
			run := sub.RunE
			sub.Long = fmt.Sprintf("%s.\n\nWithout a password argument it is read from %s,\n"+
				"or else from the first line of standard input.", sub.Short, config.SuperuserPassword)
			sub.RunE = func(c *cobra.Command, args []string) error {
				if len(args) == 1 {
					password, err := readPassword(c.InOrStdin())
					if err != nil {
						return err
					}
					args = append(args, password)
				}
				if err := app.RunAllMigrations(); err != nil { // the audit log records who made a superuser
					return err
				}
				return run(c, args)
			}
		}
	}
	return command
}

func readPassword(in io.Reader) (string, error) {
	if password := config.SuperuserPassword.Value(); password != "" {
		return password, nil
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// setSuperuserMFA applies HOSPITAL_SUPERUSER_MFA: whether superusers enter a code after
// their password. By default they do where a mail server is set up. Without mail, `hospital superuser otp` prints the code.
func setSuperuserMFA(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalSuperuserMFA",
		Func: func(se *core.ServeEvent) error {
			superusers, err := se.App.FindCollectionByNameOrId(core.CollectionNameSuperusers)
			if err != nil {
				return err
			}
			setting := config.SuperuserMFA.Value()
			if setting == "" && config.SMTPHost.Value() != "" {
				setting = "on"
			}
			on := setting == "on"
			if setting != "" && superusers.MFA.Enabled != on {
				superusers.OTP.Enabled, superusers.MFA.Enabled, superusers.MFA.Rule = on, on, ""
				if err := se.App.Save(superusers); err != nil {
					return err
				}
			}
			return se.Next()
		}})
}
