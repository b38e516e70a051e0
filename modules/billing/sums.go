package billing

import (
	"strings"

	"hospital/internal/kit"
)

// VoidEntry is the entry of the sums for bills that are voided. The other entries are the kinds of bills
// and payments.
const VoidEntry = "void"

// maxSum is the largest sum of amounts. JSON numbers are exact up to it.
const maxSum = 1 << 53

func sumOf(column string) kit.Field { return kit.Int(column, 0, maxSum) }

// sums are read by the statistics instead of the bills and payments. Only triggers write them.
var sums = kit.Collection{
	Name: "billing_sums",
	Description: "The bills that were issued or voided and the payments that were verified in a quarter of an hour, " +
		"added up for the statistics. The database keeps them with every change.",
	Fields: kit.Fields{
		kit.Instant("starts").Required().Presentable().
			Help("Start of the quarter of an hour, in UTC. The day of every time zone starts with one, so they add up " +
				"to days."),
		kit.Text("currency", 3).Required().Help("ISO 4217 code of the amounts."),
		kit.Select("entry", string(Invoice), string(CreditNote), VoidEntry, string(KindPayment), string(KindRefund)).
			Required().Help("What is added up. A void bill counts as an invoice when it was issued, and as void later."),
		kit.Select("method", methods...).Help("Of payments and refunds the method. Empty for bills."),
		kit.Count("entries").Help("Number of bills or payments."),
		sumOf("subtotal_minor").Help("Sum before discount and tax, in minor units. 0 for payments."),
		sumOf("discount_minor").Help("Sum of the discounts, in minor units. 0 for payments."),
		sumOf("tax_minor").Help("Sum of the tax, in minor units. 0 for payments."),
		sumOf("total_minor").Help("Sum of the totals, or of the amounts of payments, in minor units."),
	},
	Indexes: []kit.Index{{Columns: "currency, starts, entry, method", Unique: true}},
	Policy:  kit.Policy{},
}

// openBalances are read by the statistics instead of the bills. Only triggers write them.
var openBalances = kit.Collection{
	Name: "open_balances",
	Description: "The balances of the bills that are due on a day, added up for the statistics. " +
		"The database keeps them with every change.",
	Fields: kit.Fields{
		kit.Text("currency", 3).Required().Help("ISO 4217 code of the amounts."),
		kit.Day("due_on").Presentable().Help("Day on which the bills are due. Empty for bills without one."),
		kit.Count("bills").Help("Number of bills with a balance."),
		sumOf("outstanding_minor").Help("What patients have still to pay, in minor units."),
		sumOf("owed_minor").Help("What the hospital owes to patients, in minor units."),
	},
	Indexes: []kit.Index{{Columns: "currency, due_on", Unique: true}},
	Policy:  kit.Policy{},
}

// billSums add a bill to the sums, and take it out as it was before a change.
var billSums = []kit.Trigger{
	{
		Name: "bills_sum_new",
		When: "AFTER INSERT ON bills WHEN NEW.issued_at != ''",
		Do:   sumBill("NEW", "1"),
	},
	{
		Name: "bills_sum_changed",
		When: "AFTER UPDATE ON bills WHEN (OLD.issued_at != '' OR NEW.issued_at != '') AND (" + changed("issued_at",
			"voided_at", "kind", "currency", "subtotal_minor", "discount_minor", "tax_minor", "total_minor") + ")",
		Do: sumBill("OLD", "-1") + sumBill("NEW", "1"),
	},
	{
		Name: "bills_balance_new",
		When: "AFTER INSERT ON bills WHEN NEW.balance_minor != 0",
		Do:   sumBalance("NEW", "1"),
	},
	{
		Name: "bills_balance_changed",
		When: "AFTER UPDATE ON bills WHEN (OLD.balance_minor != 0 OR NEW.balance_minor != 0) AND (" +
			changed("balance_minor", "due_on", "currency") + ")",
		Do: sumBalance("OLD", "-1") + sumBalance("NEW", "1"),
	},
}

// paymentSums do the same with verified payments.
var paymentSums = []kit.Trigger{
	{
		Name: "payments_sum_new",
		When: "AFTER INSERT ON payments WHEN NEW.status = 'verified'",
		Do:   sumPayment("NEW", "1"),
	},
	{
		Name: "payments_sum_changed",
		When: "AFTER UPDATE ON payments WHEN (OLD.status = 'verified' OR NEW.status = 'verified') AND (" +
			changed("status", "decided_at", "kind", "method", "currency", "amount_minor") + ")",
		Do: sumPayment("OLD", "-1") + sumPayment("NEW", "1"),
	},
}

// changed is an SQL condition: one of the columns has a new value.
func changed(columns ...string) string {
	for i, column := range columns {
		columns[i] = "OLD." + column + " IS NOT NEW." + column
	}
	return strings.Join(columns, " OR ")
}

func sumBill(row, sign string) string {
	amounts := []string{row + ".subtotal_minor", row + ".discount_minor", row + ".tax_minor", row + ".total_minor"}
	issued := row + ".issued_at != ''"
	return sumEntry(row, sign, row+".issued_at", row+".kind", "''", issued, amounts...) +
		sumEntry(row, sign, row+".voided_at", "'"+VoidEntry+"'", "''", issued+" AND "+row+".voided_at != ''", amounts...)
}

func sumPayment(row, sign string) string {
	return sumEntry(row, sign, row+".decided_at", row+".kind", row+".method",
		row+".status = 'verified' AND "+row+".decided_at != ''", "0", "0", "0", row+".amount_minor")
}

// sumEntry is an SQL statement that adds a row to the sums of a quarter of an hour if a condition is met. The
// sign is 1, or -1 to take it out. The amounts are the subtotal, the discount, the tax and the total.
func sumEntry(row, sign, at, entry, method, condition string, amounts ...string) string {
	signed := make([]string, len(amounts))
	for i, amount := range amounts {
		signed[i] = sign + " * CAST(" + amount + " AS INTEGER)"
	}
	return "INSERT INTO billing_sums (id, created, updated, starts, currency, entry, method, entries," +
		" subtotal_minor, discount_minor, tax_minor, total_minor)" +
		" SELECT " + newRow + ", " + quarterOf(at) + ", " + row + ".currency, " + entry + ", " + method + ", " + sign +
		", " + strings.Join(signed, ", ") + " WHERE " + condition +
		" ON CONFLICT (currency, starts, entry, method) DO UPDATE SET updated = excluded.updated," +
		" entries = entries + excluded.entries, subtotal_minor = subtotal_minor + excluded.subtotal_minor," +
		" discount_minor = discount_minor + excluded.discount_minor, tax_minor = tax_minor + excluded.tax_minor," +
		" total_minor = total_minor + excluded.total_minor; "
}

// sumBalance is an SQL statement that adds the balance of a bill to those of its day, as sumEntry does.
func sumBalance(row, sign string) string {
	balance := row + ".balance_minor"
	return "INSERT INTO open_balances (id, created, updated, currency, due_on, bills, outstanding_minor, owed_minor)" +
		" SELECT " + newRow + ", " + row + ".currency, " + row + ".due_on, " + sign + "," +
		" " + sign + " * MAX(" + balance + ", 0), " + sign + " * MAX(-" + balance + ", 0) WHERE " + balance + " != 0" +
		" ON CONFLICT (currency, due_on) DO UPDATE SET updated = excluded.updated, bills = bills + excluded.bills," +
		" outstanding_minor = outstanding_minor + excluded.outstanding_minor," +
		" owed_minor = owed_minor + excluded.owed_minor; "
}

// newRow is the id of a new row and when it is written, as SQL expressions.
const newRow = "substr(lower(hex(randomblob(8))), 1, 15), " + thisInstant + ", " + thisInstant

const thisInstant = "strftime('%Y-%m-%d %H:%M:%fZ')"

// quarterOf is an SQL expression: the start of the quarter of an hour of an instant. Since 1980 the offset of
// every time zone is a multiple of 15 minutes, so days start with one, also when the clocks change.
func quarterOf(instant string) string {
	return "printf('%s%02d:00.000Z', substr(" + instant + ", 1, 14), substr(" + instant + ", 15, 2) / 15 * 15)"
}
