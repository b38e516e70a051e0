package billing

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/csvfile"
	"hospital/internal/kit"
	"hospital/internal/money"
)

// sheet is a statement as a file: what was owed, each entry, and what is owed then.
func (s *Statement) sheet(e *core.RequestEvent, zone *time.Location) error {
	sheet, err := csvfile.New(e, "statement-"+s.MRN+"-"+s.From+"-"+s.To+".csv", "at", "kind", "number", "amount", "balance", "currency")
	if err != nil {
		return err
	}
	cell := func(m money.Amount) csvfile.Number { return csvfile.Amount(m, s.Exponent) }
	err = sheet.Row(s.From, "opening", "", "", cell(s.Opening), s.Currency)
	for i := 0; i < len(s.Entries) && err == nil; i++ {
		var at time.Time
		entry := s.Entries[i]
		if at, err = kit.ParseInstant(entry.At); err == nil {
			err = sheet.Row(at.In(zone).Format(kit.Minute), entry.Kind, entry.Number, cell(entry.Amount), cell(entry.Balance), s.Currency)
		}
	}
	if err == nil {
		err = sheet.Row(s.To, "closing", "", "", cell(s.Closing), s.Currency)
	}
	return sheet.Close(e, err)
}

// sheet is a day close as a file.
func (c *DayClose) sheet(e *core.RequestEvent) error {
	sheet, err := csvfile.New(e, "day-close-"+c.Date+".csv", "date", "cashier", "method", "taken", "taken_amount", "waiting", "waiting_amount",
		"verified", "verified_amount", "refunds", "refunded_amount", "net_amount", "currency")
	if err != nil {
		return err
	}
	cell := func(m money.Amount) csvfile.Number { return csvfile.Amount(m, c.Exponent) }
	for _, t := range c.Rows {
		if err == nil {
			err = sheet.Row(c.Date, t.Name, t.Method, t.Taken, cell(t.TakenMinor), t.Waiting, cell(t.WaitingMinor),
				t.Verified, cell(t.VerifiedMinor), t.Refunds, cell(t.RefundedMinor), cell(t.NetMinor), c.Currency)
		}
	}
	return sheet.Close(e, err)
}
