package billing

import "hospital/internal/kit"

// invariants say in SQL, and in other words than the program, what an accountant
// would check.
var invariants = []kit.Invariant{
	{"Every completed appointment has exactly one bill that is not void, and no other has one.", `SELECT a.id FROM appointments a
		WHERE (a.status = 'completed') != (SELECT COUNT(*) FROM bills b WHERE b.appointment = a.id AND b.kind = 'invoice' AND b.status != 'void')`},
	{"A line comes to its quantity times its price, less its discount, and the tax on that.", `SELECT i.id FROM bill_items i JOIN bills b ON b.id = i.bill
		WHERE i.discount_minor > i.quantity * i.unit_minor OR i.total_minor != i.quantity * i.unit_minor - i.discount_minor + i.tax_minor
		OR b.kind = 'invoice' AND i.tax_minor != ((i.quantity * i.unit_minor - i.discount_minor) * i.tax_bp + 5000) / 10000`},
	{"A bill's amounts are the sums of its lines.", `SELECT b.id FROM bills b LEFT JOIN (SELECT bill, SUM(quantity * unit_minor) AS subtotal, SUM(discount_minor) AS discount,
			SUM(tax_minor) AS tax, SUM(total_minor) AS total FROM bill_items GROUP BY bill) i ON i.bill = b.id
		WHERE b.subtotal_minor != COALESCE(i.subtotal, 0) OR b.discount_minor != COALESCE(i.discount, 0) OR b.tax_minor != COALESCE(i.tax, 0) OR b.total_minor != COALESCE(i.total, 0)
		OR b.total_minor != b.subtotal_minor - b.discount_minor + b.tax_minor OR i.bill IS NULL AND b.issued_at != ''`},
	{"What is paid equals the verified payments less the verified refunds, what is credited equals the credit notes, and the balance follows.", `SELECT b.id FROM bills b
		LEFT JOIN (SELECT bill, SUM(CASE kind WHEN 'refund' THEN -amount_minor ELSE amount_minor END) AS paid FROM payments WHERE status = 'verified' GROUP BY bill) p ON p.bill = b.id
		LEFT JOIN (SELECT original, SUM(total_minor) AS credited FROM bills WHERE kind = 'credit_note' GROUP BY original) c ON c.original = b.id
		WHERE b.paid_minor != COALESCE(p.paid, 0) OR b.credited_minor != COALESCE(c.credited, 0)
		OR b.balance_minor != CASE WHEN b.status IN ('draft', 'void', 'issued') THEN 0 ELSE b.total_minor - b.credited_minor - b.paid_minor END`},
	{"Nobody has paid more than the total, and no more than the total is credited.", `SELECT id FROM bills WHERE paid_minor < 0 OR paid_minor > total_minor OR credited_minor < 0 OR credited_minor > total_minor`},
	{"A bill's status follows from what is paid and credited.", `SELECT id FROM bills WHERE status != CASE
		WHEN kind = 'credit_note' THEN 'issued' WHEN voided_at != '' THEN 'void' WHEN issued_at = '' THEN 'draft'
		WHEN total_minor > credited_minor + paid_minor THEN CASE WHEN paid_minor > 0 THEN 'partially_paid' ELSE 'unpaid' END
		WHEN total_minor > 0 AND credited_minor = total_minor AND paid_minor = 0 THEN 'refunded' ELSE 'paid' END`},
	{"Nothing was paid on a bill that is a draft, void, or a credit note.", `SELECT p.id FROM payments p JOIN bills b ON b.id = p.bill
		WHERE p.status != 'rejected' AND (b.status IN ('draft', 'void') OR b.kind != 'invoice')`},
	{"A payment and its bill are of one patient and one currency.", `SELECT p.id FROM payments p JOIN bills b ON b.id = p.bill WHERE p.patient != b.patient OR p.currency != b.currency`},
	{"No more goes back than was paid, of a verified payment of the same bill.", `SELECT r.refund_of FROM payments r LEFT JOIN payments p ON p.id = r.refund_of
		WHERE r.kind = 'refund' AND r.status != 'rejected' GROUP BY r.refund_of
		HAVING SUM(r.amount_minor) > COALESCE(p.amount_minor, 0) OR p.status != 'verified' OR p.kind != 'payment' OR MAX(r.bill != p.bill)`},
	{"Nobody approved what they asked for.", `SELECT id FROM payments WHERE kind = 'refund' AND status = 'verified' AND decided_by = recorded_by`},
	{"No more is credited of a line than it comes to.", `SELECT i.id FROM bill_items c JOIN bill_items i ON i.id = c.credits GROUP BY i.id
		HAVING SUM(c.total_minor) > i.total_minor OR SUM(c.tax_minor) > i.tax_minor`},
	{"A payment has a receipt once it is verified, and not before.", `SELECT id FROM payments WHERE (status = 'verified') != (receipt != '')`},
	gapless("Bill", "bills", "number"),
	gapless("Payment", "payments", "number"),
	gapless("Receipt", "payments", "receipt"),
}

// gapless: numbers of a series, INV-2030, are 1, 2, 3 … up to its counter, each once.
// Drafts have none yet.
func gapless(what, table, column string) kit.Invariant {
	return kit.Invariant{
		Description: what + " numbers are unique and without gaps.",
		Violations: `SELECT 'series ' || s.series FROM
			(SELECT substr(` + column + `, 1, 8) AS series, COUNT(*) AS n, COUNT(DISTINCT ` + column + `) AS d,
				MIN(CAST(substr(` + column + `, 10) AS INTEGER)) AS lo, MAX(CAST(substr(` + column + `, 10) AS INTEGER)) AS hi FROM ` + table + `
				WHERE ` + column + ` != '' AND ` + column + ` NOT LIKE 'DRAFT-%' GROUP BY 1) s
			LEFT JOIN counters c ON c.series = s.series WHERE s.n != s.d OR s.lo != 1 OR s.hi != s.n OR c.value IS NOT s.n`,
	}
}
