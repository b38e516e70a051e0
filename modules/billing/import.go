package billing

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/hospital"
)

// openingNumbers is the series of opening balances: they are no invoices of this hospital's books.
const openingNumbers = "OPB"

// openingText describes a balance that has no description.
const openingText = "Opening balance"

// CheckOpening checks the opening balance of a patient: what a bill of another system left open. It returns what is
// wrong.
func CheckOpening(app core.App, bill Bill, item Item) ([]kit.Problem, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	bill.Id = security.PseudorandomStringWithAlphabet(core.DefaultIdLength, core.DefaultIdAlphabet)
	bill.setKind(Invoice)
	bill.setDraft(settings.Currency())
	item.setBill(bill)
	item.setOpening(bill.Total())
	problems, err := kit.CheckNew(app, bill.Record, func() error { return checkOpening(app, bill, item) })
	if err != nil {
		return nil, err
	}
	ofLine := kit.CheckFields(app, item.Record, "description", "unit_minor")
	return append(problems, kit.ProblemsOf(ofLine)...), nil
}

func checkOpening(app core.App, bill Bill, item Item) error {
	now := kit.Now(app)
	switch {
	case !validAmount(bill.Record, "total_minor") || bill.Total() == 0:
		return kit.Invalid("total_minor", "required", "Enter an amount above 0.")
	case bill.IssuedAt().After(now):
		return kit.Invalid("issued_at", "in_the_future", "An opening balance cannot be of a day in the future.")
	}
	if err := checkDueDate(bill); err != nil {
		return err
	}
	if err := item.compute(); err != nil {
		return tooLarge("total_minor")
	}
	var sums amounts
	sums.add(item.line())
	if err := sums.writeTo(bill); err != nil {
		return tooLarge("total_minor")
	}
	if bill.IssuedAt().IsZero() {
		bill.setIssued(bill.Number(), now, "")
	}
	applyBalance(bill, 0, 0)
	return nil
}

// Opening is an opening balance that CheckOpening has checked: a bill with one line.
type Opening struct {
	Bill Bill
	Item Item
}

// InsertOpenings writes opening balances, with the next numbers of their series.
func InsertOpenings(tx core.App, all []Opening) error {
	settings, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	series := fmt.Sprintf("%s-%d", openingNumbers, kit.Now(tx).In(settings.Zone()).Year())
	first, _, err := hospital.NextNumbers(tx, series, len(all), "SELECT ''")
	if err != nil {
		return err
	}
	bills, items := make([]*core.Record, len(all)), make([]*core.Record, len(all))
	for i, o := range all {
		o.Bill.setIssued(fmt.Sprintf("%s-%06d", series, first+int64(i)), o.Bill.IssuedAt(), "")
		bills[i], items[i] = o.Bill.Record, o.Item.Record
	}
	if err := kit.InsertRecords(tx, bills...); err != nil {
		return err
	}
	return kit.InsertRecords(tx, items...)
}

// SetPatient sets whose bill a new one is.
func (b Bill) SetPatient(patient string) { b.setPatient(patient) }

// SetTotal sets what is open, in minor units.
func (b Bill) SetTotal(total money.Amount) { b.setTotal(total) }
