// Hospital is the front office and outpatient record of a hospital in one binary.
package main

import (
	"embed"
	"log"

	_ "time/tzdata" // the hospital's zone, also where the machine has no zone files

	"hospital/hooks"
	"hospital/internal/apidocs"
	"hospital/internal/demo"
	"hospital/internal/kit"
	"hospital/internal/operations"
	"hospital/internal/portal"
	_ "hospital/migrations"
	"hospital/modules"
	"hospital/modules/audit"
	"hospital/modules/clinical"
)

//go:embed all:pb_public
var public embed.FS

func main() {
	log.SetFlags(0)
	document, err := apidocs.Join(modules.All)
	if err != nil {
		log.Fatal("hospital: ", err)
	}
	app := operations.NewApp()
	kit.Register(app, modules.All)
	hooks.Register(app)
	apidocs.Register(app, document)
	portal.Register(app, public)
	if err := operations.Run(app, modules.All, demo.Command(app), audit.Command(app), clinical.ImportCommand(app)); err != nil {
		log.Fatal("hospital: ", err)
	}
}
