package migrations

import (
	"github.com/pocketbase/pocketbase/core"
)

// The bills and payments that are stored already are added up for the statistics. Triggers have kept the
// sums since the declarations were applied, so what earlier steps changed is in them: it is replaced.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		const (
			id    = `substr(lower(hex(randomblob(8))), 1, 15)`
			now   = `strftime('%Y-%m-%d %H:%M:%fZ')`
			start = `printf('%s%02d:00.000Z', substr(at, 1, 14), substr(at, 15, 2) / 15 * 15)`
		)
		for _, sql := range []string{
			`UPDATE billing_sums SET entries = 0, subtotal_minor = 0, discount_minor = 0, tax_minor = 0, total_minor = 0`,
			`INSERT INTO billing_sums (id, created, updated, starts, currency, entry, method, entries,
				subtotal_minor, discount_minor, tax_minor, total_minor)
			SELECT ` + id + `, ` + now + `, ` + now + `, ` + start + `, currency, entry, method, COUNT(*), SUM(subtotal),
				SUM(discount), SUM(tax), SUM(total)
			FROM (
				SELECT issued_at AS at, currency, kind AS entry, '' AS method, subtotal_minor AS subtotal,
					discount_minor AS discount, tax_minor AS tax, total_minor AS total
				FROM bills WHERE issued_at != ''
				UNION ALL SELECT voided_at, currency, 'void', '', subtotal_minor, discount_minor, tax_minor, total_minor
				FROM bills WHERE issued_at != '' AND voided_at != ''
				UNION ALL SELECT decided_at, currency, kind, method, 0, 0, 0, amount_minor
				FROM payments WHERE status = 'verified' AND decided_at != ''
			) WHERE TRUE GROUP BY 4, 5, 6, 7
			ON CONFLICT (currency, starts, entry, method) DO UPDATE SET entries = excluded.entries,
				subtotal_minor = excluded.subtotal_minor, discount_minor = excluded.discount_minor,
				tax_minor = excluded.tax_minor, total_minor = excluded.total_minor`,
			`UPDATE open_balances SET bills = 0, outstanding_minor = 0, owed_minor = 0`,
			`INSERT INTO open_balances (id, created, updated, currency, due_on, bills, outstanding_minor, owed_minor)
			SELECT ` + id + `, ` + now + `, ` + now + `, currency, due_on, COUNT(*), SUM(MAX(balance_minor, 0)),
				SUM(MAX(-balance_minor, 0))
			FROM bills WHERE balance_minor != 0 GROUP BY currency, due_on
			ON CONFLICT (currency, due_on) DO UPDATE SET bills = excluded.bills,
				outstanding_minor = excluded.outstanding_minor, owed_minor = excluded.owed_minor`,
		} {
			if _, err := tx.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}
