// Hospital is the front office and outpatient record of a hospital in one binary.
package main

import (
	"embed"
	"log"

	_ "time/tzdata" // for machines without time zone files

	"hospital/hooks"
	"hospital/internal/apidocs"
	"hospital/internal/config"
	"hospital/internal/datadir"
	"hospital/internal/demo"
	"hospital/internal/export"
	"hospital/internal/kit"
	"hospital/internal/portal"
	"hospital/internal/server"
	"hospital/internal/setup"
	_ "hospital/migrations"
	"hospital/modules"
	"hospital/modules/audit"
	"hospital/modules/clinical"
	"hospital/modules/imports"
	"hospital/modules/notices"
	"hospital/modules/webhooks"
)

//go:embed all:pb_public
var public embed.FS

func main() {
	log.SetFlags(0)
	app := server.New()
	kit.Register(app, modules.All)
	hooks.Register(app)
	webhooks.SetReach(app, webhooks.Reach{
		HTTP: config.WebhookHTTP.Value() == "on", Private: config.WebhookPrivate.Value() == "on"})
	apidocs.Register(app, func() apidocs.Document { return apidocs.MustJoin(modules.All) })
	portal.Register(app, public)
	served := func() bool { return datadir.Served(app.DataDir()) }
	importing := imports.Command(app, served)
	importing.AddCommand(clinical.CodesCommand(app, served))
	err := server.Run(app, modules.All, demo.Command(app), setup.Command(app), audit.Command(app), notices.Command(app),
		importing, export.Command(app, kit.CatalogOf(modules.All)))
	if err != nil {
		log.Fatal("hospital: ", err)
	}
}
