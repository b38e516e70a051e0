// Package billing is what a visit costs and what has been paid.
package billing

import (
	_ "embed"

	"hospital/modules/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the billing.
var Module = kit.Module{
	Name:        "billing",
	Collections: []kit.Collection{bills, items, payments},
	Hooks:       hooks,
	Invariants: []kit.Invariant{
		{"Every completed appointment has exactly one bill, and no other has one.", `SELECT a.id FROM appointments a
			WHERE (a.status = 'completed') != (SELECT COUNT(*) FROM bills b WHERE b.appointment = a.id)`},
		{"A bill's amounts are the sums of its lines.", `SELECT b.id FROM bills b WHERE b.total_minor != b.subtotal_minor + b.tax_minor
			OR b.total_minor IS NOT (SELECT SUM(i.total_minor) FROM bill_items i WHERE i.bill = b.id)`},
		{"What is paid equals the verified payments, and the balance follows.", `SELECT b.id FROM bills b
			WHERE b.balance_minor != b.total_minor - b.paid_minor OR b.paid_minor !=
			(SELECT COALESCE(SUM(p.amount_minor), 0) FROM payments p WHERE p.bill = b.id AND p.status = 'verified')`},
		{"Nobody has paid more than the total.", `SELECT id FROM bills WHERE paid_minor < 0 OR paid_minor > total_minor`},
		{"A bill's status follows from what is paid.", `SELECT id FROM bills WHERE status !=
			CASE WHEN paid_minor = total_minor THEN 'paid' WHEN paid_minor > 0 THEN 'partially_paid' ELSE 'unpaid' END`},
		gapless("bills", "Bill"),
		gapless("payments", "Payment"),
	},
	OpenAPI: openapi,
}

// gapless: numbers of a series are 1, 2, 3 … up to its counter, each once.
func gapless(table, what string) kit.Invariant {
	return kit.Invariant{
		Says: what + " numbers are unique and without gaps.",
		Breaches: `SELECT 'series ' || s.series FROM
			(SELECT substr(number, 1, length(number) - 7) AS series, COUNT(*) AS n, COUNT(DISTINCT number) AS d,
				MIN(CAST(substr(number, -6) AS INTEGER)) AS lo, MAX(CAST(substr(number, -6) AS INTEGER)) AS hi FROM ` + table + ` GROUP BY 1) s
			LEFT JOIN counters c ON c.series = s.series WHERE s.n != s.d OR s.lo != 1 OR s.hi != s.n OR c.value IS NOT s.n`,
	}
}
