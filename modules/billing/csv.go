package billing

import (
	"strings"
	"time"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/sheet"
)

// csv answers with a statement as a file: the opening balance, each entry, and the
// closing balance.
func (s *Statement) csv(r *kit.Request, zone *time.Location) error {
	file := sheet.New(r, "statement-"+s.MRN+"-"+s.From+"-"+s.To, sheet.CSV,
		"at", "kind", "number", "amount", "balance", "currency")
	cell := func(m money.Amount) sheet.Number { return sheet.Amount(m, s.Exponent) }
	file.Row(s.From, "opening", "", "", cell(s.Opening), s.Currency)
	for _, entry := range s.Entries {
		at, err := kit.ParseInstant(entry.At)
		if err != nil {
			return file.Close(err)
		}
		file.Row(at.In(zone).Format(kit.Minute), entry.Kind, entry.Number,
			cell(entry.Amount), cell(entry.Balance), s.Currency)
	}
	file.Row(s.To, "closing", "", "", cell(s.Closing), s.Currency)
	return file.Close(nil)
}

// csv answers with a day close as a file. The last column lists the receipts of cash that the cashier
// recorded and verified.
func (c *DayClose) csv(r *kit.Request) error {
	file := sheet.New(r, "day-close-"+c.Date, sheet.CSV, "date", "cashier", "method",
		"taken", "taken_amount", "waiting", "waiting_amount", "verified", "verified_amount",
		"refunds", "refunded_amount", "net_amount", "currency", "self_verified")
	cell := func(m money.Amount) sheet.Number { return sheet.Amount(m, c.Exponent) }
	for _, t := range c.Rows {
		file.Row(c.Date, t.Name, t.Method,
			t.Taken, cell(t.TakenMinor), t.Waiting, cell(t.WaitingMinor), t.Verified, cell(t.VerifiedMinor),
			t.Refunds, cell(t.RefundedMinor), cell(t.NetMinor), c.Currency, c.receiptsOf(t))
	}
	return file.Close(nil)
}

// receiptsOf lists the receipts of payments that the cashier of a row recorded and verified.
func (c *DayClose) receiptsOf(t CashierTotal) string {
	var receipts []string
	for _, p := range c.SelfVerified {
		if Method(t.Method) == Cash && p.Cashier == t.Cashier {
			receipts = append(receipts, p.Receipt)
		}
	}
	return strings.Join(receipts, " ")
}
