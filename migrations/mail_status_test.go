package migrations_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// The test gives the two collections their old columns, with values, and migrates again.
func TestInvitationsAndRegistrationsKeepTheirValuesUnderNewNames(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	invitation, registration := hospitaltest.ID("invited1"), hospitaltest.ID("wants1")
	makeOld := func(collection string, gone []string, old []core.Field, indexes []string, sql string) {
		c, err := h.App.FindCollectionByNameOrId(collection)
		if err != nil {
			t.Fatal(err)
		}
		c.Indexes = indexes
		for _, name := range gone {
			c.Fields.RemoveByName(name)
		}
		c.Fields.Add(old...)
		if err := h.App.Save(c); err != nil {
			t.Fatal(err)
		}
		if err := h.SQL(sql); err != nil {
			t.Fatal(err)
		}
	}
	makeOld("invitations", []string{"status", "mail_status"}, []core.Field{
		&core.SelectField{Name: "state", Values: []string{"open", "accepted", "revoked"}, Required: true},
		&core.SelectField{Name: "status", Values: []string{"pending", "sent", "failed", "skipped"}, Required: true},
	}, []string{
		"CREATE UNIQUE INDEX `uniq_invitations_email` ON `invitations` (email) WHERE state = 'open'",
		"CREATE INDEX `idx_invitations_state_created` ON `invitations` (state, created)",
		"CREATE INDEX `idx_invitations_status_next_try_at` ON `invitations` (status, next_try_at)",
	}, "UPDATE invitations SET state = 'revoked', status = 'skipped'")
	makeOld("registrations", []string{"payload"}, []core.Field{&core.JSONField{Name: "said"}}, nil,
		`UPDATE registrations SET said = '{"name":"Ada"}'`)
	if err := h.SQL("DELETE FROM _migrations WHERE file = '1790300000_mail_status.go'"); err != nil {
		t.Fatal(err)
	}

	if err := kit.CatalogOf(modules.All).Apply(h.App); err != nil {
		t.Fatal(err)
	}
	if err := h.App.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if r := h.Record("invitations", invitation); r.GetString("status") != "revoked" ||
		r.GetString("mail_status") != "skipped" {
		t.Errorf("the invitation is %s, its mail %s", r.GetString("status"), r.GetString("mail_status"))
	}
	if r := h.Record("registrations", registration); r.GetString("payload") != `{"name":"Ada"}` {
		t.Errorf("the registration says %s", r.GetString("payload"))
	}
	for collection, column := range map[string]string{"invitations": "state", "registrations": "said"} {
		columns, err := h.App.TableColumns(collection)
		if err != nil || slices.Contains(columns, column) {
			t.Errorf("%s has the columns %v (%v)", collection, columns, err)
		}
	}
	h.As("admin1").Create("invitations", hospitaltest.Body{"email": "lena@example.org", "role": "nurse"}).OK(t)
	h.Verify()
}
