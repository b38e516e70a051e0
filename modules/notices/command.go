package notices

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/modules/hospital"
)

// Command shows the mails of the hospital and sends one as a test.
func Command(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "mail", Short: "Preview the mails, or send a test"}
	var language string
	var text bool
	preview := &cobra.Command{
		Use:   "preview [MAIL]",
		Short: "Print a mail as HTML, or the names of all mails",
		Args:  cobra.MaximumNArgs(1),
		Example: "  hospital mail preview\n" +
			"  hospital mail preview patient.reminder --lang de >mail.html",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				fmt.Fprintln(c.OutOrStdout(), strings.Join(letters.Names(), "\n"))
				return nil
			}
			letter, err := sample(app, args[0], language)
			if err != nil {
				return err
			}
			settings, err := hospital.Of(app)
			if err != nil {
				return err
			}
			m := letter.Mail(app, settings.House())
			if text {
				fmt.Fprintln(c.OutOrStdout(), m.Subject+"\n\n"+m.Text)
				return nil
			}
			fmt.Fprintln(c.OutOrStdout(), m.HTML)
			return nil
		},
	}
	preview.Flags().StringVar(&language, "lang", "", "language: "+strings.Join(letters.Languages, ", "))
	preview.Flags().BoolVar(&text, "text", false, "print the subject and the plain text")
	test := &cobra.Command{
		Use:   "test ADDRESS",
		Short: "Send a mail through the mail server of the settings",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			to, err := mail.ParseAddress(args[0])
			if err != nil {
				return fmt.Errorf("%q is not an email address", args[0])
			}
			if !app.Settings().SMTP.Enabled {
				return errors.New("there is no mail server: an operator sets it in the dashboard, Settings, Mail settings")
			}
			settings, err := hospital.Of(app)
			if err != nil {
				return err
			}
			letter := letters.Letter{To: *to, Text: "account.test", Link: portal(app, "")}
			if err := app.NewMailClient().Send(letter.Mail(app, settings.House())); err != nil {
				return fmt.Errorf("the mail was not sent: %w", err)
			}
			fmt.Fprintln(c.OutOrStdout(), "The mail server has taken the mail to "+to.Address+".")
			return nil
		},
	}
	command.AddCommand(preview, test)
	return command
}

// sample is a letter with values that are made up.
func sample(app core.App, name, language string) (letters.Letter, error) {
	if !slices.Contains(letters.Names(), name) {
		return letters.Letter{}, fmt.Errorf("there is no mail %q; `hospital mail preview` prints their names", name)
	}
	if language != "" && !slices.Contains(letters.Languages, language) {
		return letters.Letter{}, fmt.Errorf("there are no texts in %q, only in %s", language,
			strings.Join(letters.Languages, ", "))
	}
	settings, err := hospital.Of(app)
	if err != nil {
		return letters.Letter{}, err
	}
	tomorrow := kit.Now(app).Add(24 * time.Hour).Truncate(time.Hour)
	letter := letters.Letter{To: mail.Address{Name: "Ada Example", Address: "ada@example.org"}, Language: language,
		Text: name, Count: 3, Link: portal(app, ""), Values: letters.Values{
			"patient": "Ada Example", "number": "EXAMPLE-1", "old": tomorrow, "new": tomorrow.Add(2 * time.Hour),
			"name": "Dr. Example", "amount": letters.Money{Amount: 123450, Currency: settings.Currency(),
				Exponent: settings.Exponent()},
			"due": letters.Date(tomorrow.Format(time.DateOnly)), "date": letters.Day(tomorrow),
			"time": letters.TimeOfDay(tomorrow), "role": letters.Word("role.doctor"), "place": "192.0.2.1, a browser",
			"phone": settings.Phone(),
		}}
	if strings.HasSuffix(name, "code") {
		letter.Code = "12345678"
	}
	audience, kind, _ := strings.Cut(name, ".")
	if slices.Contains(optional, Kind(kind)) && (audience == string(Patient) || audience == string(Doctor)) {
		letter.Page = portal(app, "unsubscribe")
	}
	return letter, nil
}
