// Package services is the price list: what the hospital does and what it asks for it.
package services

import (
	_ "embed"

	"hospital/internal/role"

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
		kit.Text("code", 40).Required(),
		kit.Text("name", 200).Required(),
		kit.Text("category", 80),
		kit.Minor("price_minor"),
		kit.Int("tax_bp", 0, 10_000),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "code", Unique: true}},
	Policy: kit.Policy{
		role.Doctor:       {Read: kit.All},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   {Read: kit.All, Create: kit.All, CreateFields: fields, Update: kit.All, UpdateFields: fields},
		role.Admin:        {Read: kit.All, Create: kit.All, CreateFields: fields, Update: kit.All, UpdateFields: fields},
	},
}
