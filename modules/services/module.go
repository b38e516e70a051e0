// Package services is the price list: what the hospital does and what it asks for it.
package services

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the price list.
var Module = kit.Module{
	Name:        "services",
	Collections: []kit.Collection{services},
	OpenAPI:     openapi,
}

var fields = []string{"code", "name", "category", "price_minor", "tax_bp", "active"}

var services = kit.Collection{
	Name: "services",
	Fields: kit.Fields{
		kit.Required(kit.Text("code", 40)),
		kit.Required(kit.Text("name", 200)),
		kit.Text("category", 80),
		kit.Minor("price_minor"),
		kit.Int("tax_bp", 0, 10_000),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "code", Unique: true}},
	Policy: kit.Policy{
		kit.Doctor:       {Read: kit.All},
		kit.Nurse:        {Read: kit.All},
		kit.Receptionist: {Read: kit.All},
		kit.Accountant:   {Read: kit.All, Create: kit.All, Sets: fields, Update: kit.All, Changes: fields},
		kit.Admin:        {Read: kit.All, Create: kit.All, Sets: fields, Update: kit.All, Changes: fields},
	},
}
