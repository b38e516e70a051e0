package reports

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/billing"
	"hospital/modules/hospital"
	"hospital/modules/kit"
	"hospital/modules/paper"
)

// receiptPDF is the receipt of money that was received or returned.
func receiptPDF(e *core.RequestEvent) error {
	p, err := exported(e, "payments")
	if err != nil {
		return err
	}
	if p.GetString("status") != string(billing.Verified) {
		return kit.Conflict("status", "not_verified", "There is a receipt once the payment is verified.")
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	if failed := e.App.ExpandRecord(p, []string{"bill", "patient", "refund_of"}, nil); len(failed) > 0 {
		return fmt.Errorf("what %s is of: %v", p.GetString("receipt"), failed)
	}
	title, whose := "Receipt ", "Received from"
	if p.GetString("kind") == string(billing.Refund) {
		title, whose = "Refund ", "Returned to"
	}
	d := paper.New(letterhead(settings, title+p.GetString("receipt"), ""), p.GetDateTime("decided_at").Time())
	d.Facts(
		paper.Fact{Name: whose, Value: of(p, "patient", "name")},
		paper.Fact{Name: "Day", Value: day(p, "decided_at", settings.Zone())},
		paper.Fact{Name: "Record number", Value: of(p, "patient", "mrn")},
		paper.Fact{Name: "For invoice", Value: of(p, "bill", "number")},
		paper.Fact{Name: "Paid by", Value: methods[p.GetString("method")]},
		paper.Fact{Name: "Reference", Value: p.GetString("reference")},
		paper.Fact{Name: "Recorded as", Value: p.GetString("number")},
		paper.Fact{Name: "Of receipt", Value: of(p, "refund_of", "receipt")},
	)
	d.Sums(paper.Sum{Name: "Amount " + p.GetString("currency"), Amount: money(p, "amount_minor").Decimal(settings.ExponentOf(p.GetString("currency"))), Bold: true})
	content, err := d.Bytes()
	if err != nil {
		return err
	}
	return file(e, p.GetString("receipt"), content)
}
