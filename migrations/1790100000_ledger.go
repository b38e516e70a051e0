package migrations

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/hospital"
)

// The hospital gets terms of payment. Bills and payments from before there were credit notes
// and refunds get a kind, a due date and a currency. Verified payments get their receipt
// numbers in the order in which they were verified.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		for _, sql := range []string{
			`UPDATE hospital SET due_days = 14, discount_limit_bp = 1000`,
			`UPDATE bills SET currency = (SELECT currency FROM hospital) WHERE currency = ''`,
			`UPDATE bills SET kind = 'invoice', due_on = date(issued_at, '+14 days') WHERE kind = ''`,
			`UPDATE bill_items SET currency = (SELECT currency FROM bills b WHERE b.id = bill) WHERE currency = ''`,
			`UPDATE payments SET kind = 'payment', currency = (SELECT currency FROM bills b WHERE b.id = bill)
				WHERE kind = ''`,
		} {
			if _, err := tx.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
				return err
			}
		}
		var verified []struct{ ID, Year string }
		err := tx.NonconcurrentDB().NewQuery(`SELECT id, substr(decided_at, 1, 4) AS year FROM payments
			WHERE status = 'verified' AND receipt = '' ORDER BY decided_at, number`).All(&verified)
		if err != nil {
			return err
		}
		for _, p := range verified {
			n, err := hospital.NextNumber(tx, "RCP-"+p.Year)
			if err != nil {
				return err
			}
			_, err = tx.NonconcurrentDB().
				NewQuery(`UPDATE payments SET receipt = printf('RCP-%s-%06d', {:year}, {:n}) WHERE id = {:id}`).
				Bind(dbx.Params{"year": p.Year, "n": n, "id": p.ID}).Execute()
			if err != nil {
				return err
			}
		}
		return nil
	}, nil)
}
