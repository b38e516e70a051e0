// Package services is the price list.
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

// editable are the fields that accountants and admins write.
var editable = []string{"code", "name", "category", "price_minor", "tax_bp", "active"}

var services = kit.Collection{
	Name: "services",
	Description: "An entry of the price list: something the hospital does or sells, at today's price. " +
		"Bills keep the price of their day.",
	Fields: kit.Fields{
		kit.Text("code", 40).Required().Presentable().Help("Short code. Unique."),
		kit.Text("name", 200).Required().Presentable().Help("Name of the service, as it is printed on bills."),
		kit.Text("category", 80).Help("Group of the price list it belongs to."),
		kit.Minor("price_minor").Help("Price before tax, in minor units such as cents."),
		kit.Int("tax_bp", 0, 10_000).Help("Tax in basis points: 700 is 7 %."),
		kit.Bool("active").Help("Whether the service is offered."),
	},
	Indexes: []kit.Index{{Columns: "code", Unique: true}},
	Policy: kit.Policy{
		role.Doctor:       {Read: kit.All},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   pricing,
		role.Admin:        pricing,
	},
}

var pricing = kit.Grant{
	Read:   kit.All,
	Create: kit.All, CreateFields: editable,
	Update: kit.All, UpdateFields: editable,
}
