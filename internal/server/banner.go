package server

import (
	"fmt"
	"strings"

	"hospital/internal/config"
	"hospital/internal/kit"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// printAddresses prints the addresses of the hospital's pages once it listens. The
// lines before them are PocketBase's own.
func printAddresses(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalAddresses", Priority: kit.OrderAnnounce,
		Func: func(se *core.ServeEvent) error {
			if err := se.Next(); err != nil {
				return err
			}
			scheme := "http"
			if strings.HasSuffix(se.Server.Addr, ":443") {
				scheme = "https"
			}
			base := scheme + "://" + se.Server.Addr
			fmt.Printf("Portal    %[1]s/\nDashboard %[1]s/_/\nAPI docs  %[1]s/api/docs\n", base)
			if !se.App.Settings().SMTP.Enabled {
				fmt.Printf("Mail      no mail server: registrations, invitations and reminders wait. Set %s\n",
					config.SMTPHost)
			}
			return nil
		}})
}
