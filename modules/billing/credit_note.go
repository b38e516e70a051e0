package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
)

// creditPart is what a credit note takes back of one line.
type creditPart struct {
	of       string // the line
	net, tax money.Amount
}

// createCreditNote is the law for a credit note: it takes back what is left of an issued
// bill, or as much as its total says, from each line in proportion.
func createCreditNote(e *core.RecordEvent, actor kit.Actor) error {
	note := e.Record
	original, err := e.App.FindRecordById("bills", note.GetString("original"))
	if errors.Is(err, sql.ErrNoRows) || err == nil && note.GetString("patient") != "" && note.GetString("patient") != original.GetString("patient") {
		return kit.Invalid("original", "not_found", "There is no such bill of this patient.")
	}
	if err != nil {
		return err
	}
	if err := requireIssued(original, "original"); err != nil {
		return err
	}
	if note.GetString("reason") == "" {
		return kit.Invalid("reason", "required", "Say why it is credited.")
	}
	if due := note.GetString("due_on"); due != "" {
		return kit.Invalid("due_on", "not_due", "A credit note is not to be paid.")
	}
	if err := checkAmount(e.App, note, "total_minor"); err != nil {
		return err
	}
	left, amount := amountOf(original, "total_minor")-amountOf(original, "credited_minor"), amountOf(note, "total_minor")
	if amount == 0 {
		amount = left
	}
	if amount > left || left == 0 {
		said, err := formatAmount(e.App, left)
		if err != nil {
			return err
		}
		return kit.Conflict("total_minor", "exceeds_balance", "Only "+said+" is left of this bill to be credited.")
	}
	parts, err := creditParts(e.App, original.Id, amount)
	if err != nil {
		return err
	}
	if err := fillCreditNote(e.App, note, original, parts, actor); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	return createCreditLines(e.App, note, parts)
}

// requireIssued refuses what is no issued bill.
func requireIssued(bill *core.Record, field string) error {
	status := Status(bill.GetString("status"))
	switch {
	case bill.GetString("kind") == string(CreditNote):
		return kit.Conflict(field, "not_issued", "This is a credit note.")
	case status == Draft || status == Void:
		return kit.Conflict(field, "not_issued", "This bill is "+string(status)+".")
	}
	return nil
}

// creditParts divides an amount over what is left of the lines of a bill, and each part
// into what it is before tax and the tax of it.
func creditParts(tx core.App, bill string, amount money.Amount) (parts []creditPart, err error) {
	lines, err := linesOf(tx, bill)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Line  string
		Total money.Amount
		Tax   money.Amount
	}
	err = tx.DB().NewQuery(`SELECT c.credits AS line, SUM(CAST(c.total_minor AS INTEGER)) AS total, SUM(CAST(c.tax_minor AS INTEGER)) AS tax
		FROM bill_items i JOIN bill_items c ON c.credits = i.id WHERE i.bill = {:bill} GROUP BY c.credits`).Bind(dbx.Params{"bill": bill}).All(&rows)
	if err != nil {
		return nil, err
	}
	left, weights := map[string]line{}, make([]money.Amount, len(lines))
	for _, l := range lines {
		left[l.ID] = l
	}
	for _, r := range rows {
		l := left[r.Line]
		l.Total, l.Tax = l.Total-r.Total, l.Tax-r.Tax
		left[r.Line] = l
	}
	for i, l := range lines {
		weights[i] = left[l.ID].Total
	}
	for i, share := range amount.Allocate(weights) {
		l := left[lines[i].ID]
		tax := l.Tax.Share(share, l.Total)
		parts = append(parts, creditPart{l.ID, share - tax, tax})
	}
	return parts, nil
}

// fillCreditNote makes a credit note of what is taken back of a bill.
func fillCreditNote(tx core.App, note, original *core.Record, parts []creditPart, actor kit.Actor) error {
	number, err := nextNumber(tx, creditNoteNumbers)
	if err != nil {
		return err
	}
	var net, tax money.Amount
	for _, p := range parts {
		net, tax = net+p.net, tax+p.tax
	}
	note.Load(map[string]any{"kind": string(CreditNote), "number": number, "status": string(Issued), "original": original.Id,
		"appointment": original.GetString("appointment"), "patient": original.GetString("patient"), "doctor": original.GetString("doctor"), "currency": original.GetString("currency"),
		"subtotal_minor": int64(net), "tax_minor": int64(tax), "total_minor": int64(net + tax), "issued_at": kit.Now(tx), "issued_by": actor.ID, "version": 1})
	return nil
}

// createCreditLines writes the lines of a credit note and brings its bill to it.
func createCreditLines(tx core.App, note *core.Record, parts []creditPart) error {
	for _, p := range parts {
		if p.net+p.tax == 0 {
			continue
		}
		of, err := tx.FindRecordById("bill_items", p.of)
		if err != nil {
			return err
		}
		r, err := kit.New(tx, "bill_items")
		if err != nil {
			return err
		}
		r.Load(map[string]any{"bill": note.Id, "credits": of.Id, "service": of.GetString("service"), "description": of.GetString("description"), "quantity": 1,
			"currency": note.GetString("currency"), "unit_minor": int64(p.net), "tax_bp": of.GetInt("tax_bp"), "tax_minor": int64(p.tax), "total_minor": int64(p.net + p.tax)})
		if err := tx.Save(r); err != nil {
			return fmt.Errorf("lines of %s: %w", note.GetString("number"), err)
		}
	}
	return recalculate(tx, note.GetString("original"))
}

// checkAmount refuses an amount that the database will not take, and says nothing of the
// fields that only follow from it.
func checkAmount(tx core.App, r *core.Record, field string) error {
	if err := r.Collection().Fields.GetByName(field).ValidateValue(context.Background(), tx, r); err != nil {
		return validation.Errors{field: err}
	}
	return nil
}

// validAmount says that a record holds an amount in a field that the database will take,
// also none. What it will not take it refuses by name.
func validAmount(r *core.Record, field string) bool {
	amount := r.GetFloat(field)
	return amount >= 0 && amount <= money.Max && amount == float64(int64(amount))
}
