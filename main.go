// Hospital is the front office and outpatient record of a hospital in one binary.
package main

import (
	"embed"
	"log"

	"hospital/hooks"
	_ "hospital/migrations"
	"hospital/modules"
	"hospital/modules/apidocs"
	"hospital/modules/audit"
	"hospital/modules/demo"
	"hospital/modules/kit"
	"hospital/modules/operations"
	"hospital/modules/portal"
	"hospital/modules/records"
	_ "time/tzdata" // the hospital's zone, also where the machine has no zone files
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
	if err := operations.Run(app, modules.All, demo.Command(app), audit.Command(app), records.ImportCommand(app)); err != nil {
		log.Fatal("hospital: ", err)
	}
}
