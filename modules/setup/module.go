// Package setup says what a new hospital still needs before its first visit can be billed.
package setup

import (
	_ "embed"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the checklist.
var Module = kit.Module{
	Name:    "setup",
	Routes:  []kit.Route{{Path: "GET /setup", Roles: []kit.Role{role.Admin}, Handler: show}},
	OpenAPI: openapi,
}

// Item is a step of the setup.
type Item struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Done     bool   `json:"done"`
	Required bool   `json:"required"` // without it no visit can be billed
}

// steps are in the order in which a hospital takes them. Each has a query for a record that shows that it is done.
var steps = []struct {
	name, title, sql string
	optional         bool
}{
	{"settings", "The name of the hospital, its time zone and its currency are set.",
		"SELECT id FROM hospital WHERE name NOT IN ('', 'Hospital')", false},
	{"admin", "An admin can sign in.", "SELECT id FROM users WHERE role = 'admin' AND status = 'active'", false},
	{"department", "There is a department.", "SELECT id FROM departments WHERE active", true},
	{"price", "The price list has a service with a price.", "SELECT id FROM services WHERE active AND price_minor > 0", false},
	{"doctor", "A doctor is active and has a price.",
		"SELECT d.id FROM doctors d JOIN services s ON s.id = d.consultation WHERE d.active AND s.active", false},
	{"hours", "An active doctor has hours.",
		"SELECT d.id FROM doctors d WHERE d.active AND EXISTS (SELECT 1 FROM schedules s WHERE s.doctor = d.id AND s.active)", false},
	{"doctor_account", "A doctor can sign in.",
		"SELECT d.id FROM doctors d JOIN users u ON u.id = d.user WHERE d.active AND u.status = 'active'", false},
	{"front_desk", "A receptionist can sign in.", "SELECT id FROM users WHERE role = 'receptionist' AND status = 'active'", true},
	{"accountant", "An accountant can sign in.", "SELECT id FROM users WHERE role = 'accountant' AND status = 'active'", true},
}

// Checklist is all steps, and whether there is a mail server.
func Checklist(app core.App) (items []Item, err error) {
	for _, s := range steps {
		var ids []string
		if err := app.DB().NewQuery(s.sql + " LIMIT 1").Column(&ids); err != nil {
			return nil, err
		}
		items = append(items, Item{s.name, s.title, len(ids) > 0, !s.optional})
	}
	return append(items, Item{"mail", "There is a mail server.", app.Settings().SMTP.Enabled, false}), nil
}

// Ready reports whether a visit can be billed.
func Ready(items []Item) bool {
	for _, item := range items {
		if item.Required && !item.Done {
			return false
		}
	}
	return true
}

func show(r *kit.Request) error {
	items, err := Checklist(r.App)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"ready": Ready(items), "items": items})
}
