package billing

import "hospital/internal/kit"

// invariants are what an accountant would check, in SQL that shares no code with the rest
// of the module. A CROSS JOIN keeps SQLite from reading the second table first.
var invariants = []kit.Invariant{
	{
		Description: "Every completed appointment has exactly one bill that is not void, and no other has one. " +
			"One that was imported has none.",
		Violations: `SELECT a.id FROM appointments a WHERE (a.status = 'completed') != (
			SELECT COUNT(*) FROM bills b
			WHERE b.appointment = a.id AND b.appointment != '' AND b.kind = 'invoice' AND b.status != 'void')
			AND NOT (a.status = 'completed' AND EXISTS (SELECT 1 FROM appointment_events e
				WHERE e.appointment = a.id AND e.action = 'import' AND e."to" = 'completed'))`,
	},
	{
		Description: "A line's total is quantity times price, less its discount, plus the tax on that.",
		Violations: `SELECT i.id FROM bill_items i JOIN bills b ON b.id = i.bill
			WHERE i.discount_minor > i.quantity * i.unit_minor
				OR i.total_minor != i.quantity * i.unit_minor - i.discount_minor + i.tax_minor
				OR b.kind = 'invoice' AND i.tax_minor !=
					((i.quantity * i.unit_minor - i.discount_minor) * i.tax_bp + 5000) / 10000`,
	},
	{
		Description: "A bill's amounts are the sums of its lines.",
		Violations: `SELECT b.id FROM bills b LEFT JOIN bill_items i ON i.bill = b.id GROUP BY b.id
			HAVING b.subtotal_minor != COALESCE(SUM(i.quantity * i.unit_minor), 0)
				OR b.discount_minor != COALESCE(SUM(i.discount_minor), 0)
				OR b.tax_minor != COALESCE(SUM(i.tax_minor), 0) OR b.total_minor != COALESCE(SUM(i.total_minor), 0)
				OR b.total_minor != b.subtotal_minor - b.discount_minor + b.tax_minor
				OR COUNT(i.id) = 0 AND b.issued_at != ''`,
	},
	{
		Description: "The paid amount is the verified payments less the verified refunds, the credited amount " +
			"is the credit notes, and the balance follows.",
		Violations: `SELECT b.id FROM bills b
			LEFT JOIN (
				SELECT bill, SUM(CASE kind WHEN 'refund' THEN -amount_minor ELSE amount_minor END) AS paid
				FROM payments WHERE status = 'verified' GROUP BY bill
			) p ON p.bill = b.id
			LEFT JOIN (
				SELECT original, SUM(total_minor) AS credited
				FROM bills WHERE kind = 'credit_note' GROUP BY original
			) c ON c.original = b.id
			WHERE b.paid_minor != COALESCE(p.paid, 0) OR b.credited_minor != COALESCE(c.credited, 0)
				OR b.balance_minor != CASE WHEN b.status IN ('draft', 'void', 'issued') THEN 0
					ELSE b.total_minor - b.credited_minor - b.paid_minor END`,
	},
	{
		Description: "No bill is paid or credited above its total.",
		Violations: `SELECT id FROM bills
			WHERE paid_minor < 0 OR paid_minor > total_minor OR credited_minor < 0 OR credited_minor > total_minor`,
	},
	{
		Description: "A bill's status follows from the paid and the credited amount.",
		Violations: `SELECT id FROM bills WHERE status != CASE
			WHEN kind = 'credit_note' THEN 'issued' WHEN voided_at != '' THEN 'void' WHEN issued_at = '' THEN 'draft'
			WHEN total_minor > credited_minor + paid_minor
				THEN CASE WHEN paid_minor > 0 THEN 'partially_paid' ELSE 'unpaid' END
			WHEN total_minor > 0 AND credited_minor = total_minor AND paid_minor = 0 THEN 'refunded' ELSE 'paid' END`,
	},
	{
		Description: "A draft, a void bill and a credit note have no payments.",
		Violations: `SELECT p.id FROM bills b CROSS JOIN payments p ON p.bill = b.id
			WHERE p.status != 'rejected' AND (b.status IN ('draft', 'void') OR b.kind != 'invoice')`,
	},
	{
		Description: "A payment has the patient and the currency of its bill.",
		Violations: `SELECT p.id FROM payments p JOIN bills b ON b.id = p.bill
			WHERE p.patient != b.patient OR p.currency != b.currency`,
	},
	{
		Description: "A payment is not refunded above its amount, and its refunds are on the same bill.",
		Violations: `SELECT r.refund_of FROM payments r LEFT JOIN payments p ON p.id = r.refund_of
			WHERE r.kind = 'refund' AND r.status != 'rejected' GROUP BY r.refund_of
			HAVING SUM(r.amount_minor) > COALESCE(p.amount_minor, 0) OR p.status != 'verified'
				OR p.kind != 'payment' OR MAX(r.bill != p.bill)`,
	},
	{
		Description: "A refund is approved by another person than its requester.",
		Violations: `SELECT id FROM payments
			WHERE kind = 'refund' AND status = 'verified' AND decided_by = recorded_by`,
	},
	{
		Description: "A line is not credited above its total.",
		Violations: `SELECT i.id FROM bill_items c JOIN bill_items i ON i.id = c.credits GROUP BY i.id
			HAVING SUM(c.total_minor) > i.total_minor OR SUM(c.tax_minor) > i.tax_minor`,
	},
	{
		Description: "No two verified payments have the same method and reference.",
		Violations: `SELECT MAX(id) FROM payments WHERE kind = 'payment' AND status = 'verified' AND reference != ''
			GROUP BY method, reference COLLATE NOCASE HAVING COUNT(*) > 1`,
	},
	{
		Description: "A payment has a receipt if and only if it is verified.",
		Violations:  `SELECT id FROM payments WHERE (status = 'verified') != (receipt != '')`,
	},
	{
		Description: "The sums that the statistics read are those of the issued and void bills and the verified payments.",
		Violations: `SELECT currency || ' ' || quarter || ' ' || entry || ' ' || method FROM (
				SELECT currency, substr(minute, 1, 14) || CASE WHEN substr(minute, 15) < '15' THEN '00'
						WHEN substr(minute, 15) < '30' THEN '15' WHEN substr(minute, 15) < '45' THEN '30'
						ELSE '45' END || ':00.000Z' AS quarter, entry, method, entries, subtotal, discount, tax, total
				FROM (
					SELECT currency, substr(issued_at, 1, 16) AS minute, kind AS entry, '' AS method, COUNT(*) AS entries,
						SUM(subtotal_minor) AS subtotal, SUM(discount_minor) AS discount, SUM(tax_minor) AS tax,
						SUM(total_minor) AS total
					FROM bills WHERE issued_at != '' GROUP BY 2, 1, 3
					UNION ALL SELECT currency, substr(voided_at, 1, 16), 'void', '', COUNT(*), SUM(subtotal_minor),
						SUM(discount_minor), SUM(tax_minor), SUM(total_minor)
					FROM bills WHERE voided_at != '' AND issued_at != '' GROUP BY 2, 1
					UNION ALL SELECT currency, substr(decided_at, 1, 16), kind, method, COUNT(*), 0, 0, 0,
						SUM(amount_minor)
					FROM payments WHERE status = 'verified' AND decided_at != '' GROUP BY 2, 1, 3, 4)
				UNION ALL SELECT currency, starts, entry, method, -entries, -subtotal_minor, -discount_minor,
					-tax_minor, -total_minor FROM billing_sums)
			GROUP BY currency, quarter, entry, method
			HAVING SUM(entries) != 0 OR SUM(subtotal) != 0 OR SUM(discount) != 0 OR SUM(tax) != 0 OR SUM(total) != 0`,
	},
	{
		Description: "The open balances that the statistics read are those of the bills.",
		Violations: `SELECT currency || ' ' || due_on FROM (
				SELECT currency, due_on, COUNT(*) AS bills,
					SUM(CASE WHEN balance_minor > 0 THEN balance_minor ELSE 0 END) AS outstanding,
					SUM(CASE WHEN balance_minor < 0 THEN -balance_minor ELSE 0 END) AS owed
				FROM bills WHERE balance_minor != 0 GROUP BY currency, due_on
				UNION ALL SELECT currency, due_on, -bills, -outstanding_minor, -owed_minor FROM open_balances)
			GROUP BY currency, due_on HAVING SUM(bills) != 0 OR SUM(outstanding) != 0 OR SUM(owed) != 0`,
	},
	gapless("Bill", "bills", "number"),
	gapless("Payment", "payments", "number"),
	gapless("Receipt", "payments", "receipt"),
}

// gapless checks that the numbers of a series such as INV-2030 are 1, 2, 3 … up to its
// counter, each once. Drafts have no number in the series.
func gapless(what, table, column string) kit.Invariant {
	return kit.Invariant{
		Description: what + " numbers are unique and without gaps.",
		Violations: `SELECT 'series ' || s.series FROM (
				SELECT substr(` + column + `, 1, 8) AS series, COUNT(*) AS n, COUNT(DISTINCT ` + column + `) AS d,
					MIN(CAST(substr(` + column + `, 10) AS INTEGER)) AS lo,
					MAX(CAST(substr(` + column + `, 10) AS INTEGER)) AS hi
				FROM ` + table + ` WHERE ` + column + ` != '' AND ` + column + ` NOT LIKE 'DRAFT-%' GROUP BY 1
			) s LEFT JOIN counters c ON c.series = s.series
			WHERE s.n != s.d OR s.lo != 1 OR s.hi != s.n OR c.value IS NOT s.n`,
	}
}
