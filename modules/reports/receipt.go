package reports

import (
	"fmt"

	"hospital/internal/kit"
	"hospital/internal/pdf"
	"hospital/modules/billing"
	"hospital/modules/hospital"
)

// receiptPDF is the receipt of money that was received or returned.
func receiptPDF(r *kit.Request) error {
	p := r.Record
	if p.GetString("status") != string(billing.Verified) {
		return kit.Conflict("status", "not_verified", "There is a receipt once the payment is verified.")
	}
	settings, err := hospital.Of(r.App)
	if err != nil {
		return err
	}
	if failed := r.App.ExpandRecord(p, []string{"bill", "patient", "refund_of"}, nil); len(failed) > 0 {
		return fmt.Errorf("what %s is of: %v", p.GetString("receipt"), failed)
	}
	title, whose := "Receipt ", "Received from"
	if p.GetString("kind") == string(billing.KindRefund) {
		title, whose = "Refund ", "Returned to"
	}
	d := pdf.New(letterhead(settings, title+p.GetString("receipt"), ""), p.GetDateTime("decided_at").Time())
	d.Facts(
		pdf.Fact{Name: whose, Value: of(p, "patient", "name")},
		pdf.Fact{Name: "Day", Value: day(p, "decided_at", settings.Zone())},
		pdf.Fact{Name: "Record number", Value: of(p, "patient", "mrn")},
		pdf.Fact{Name: "For invoice", Value: of(p, "bill", "number")},
		pdf.Fact{Name: "Paid by", Value: methods[p.GetString("method")]},
		pdf.Fact{Name: "Reference", Value: p.GetString("reference")},
		pdf.Fact{Name: "Recorded as", Value: p.GetString("number")},
		pdf.Fact{Name: "Of receipt", Value: of(p, "refund_of", "receipt")},
	)
	d.Sums(pdf.Sum{Name: "Amount " + p.GetString("currency"), Amount: amountOf(p, "amount_minor").Decimal(settings.ExponentOf(p.GetString("currency"))), Bold: true})
	content, err := d.Bytes()
	if err != nil {
		return err
	}
	return file(r, p.GetString("receipt"), content)
}
