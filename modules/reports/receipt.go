package reports

import (
	"fmt"

	"hospital/internal/kit"
	"hospital/internal/pdf"
	"hospital/modules/billing"
	"hospital/modules/hospital"
)

// receiptPDF prints the receipt of a verified payment or refund.
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
		return fmt.Errorf("read relations of payment %s: %v", p.Id, failed)
	}
	title, party := "Receipt ", "Received from"
	if p.GetString("kind") == string(billing.KindRefund) {
		title, party = "Refund ", "Returned to"
	}
	d := pdf.New(letterhead(settings, title+p.GetString("receipt"), ""), p.GetDateTime("decided_at").Time())
	d.Facts(
		pdf.Fact{Name: party, Value: related(p, "patient", "name")},
		pdf.Fact{Name: "Day", Value: day(p, "decided_at", settings.Zone())},
		pdf.Fact{Name: "Record number", Value: related(p, "patient", "mrn")},
		pdf.Fact{Name: "For invoice", Value: related(p, "bill", "number")},
		pdf.Fact{Name: "Paid by", Value: methods[p.GetString("method")]},
		pdf.Fact{Name: "Reference", Value: p.GetString("reference")},
		pdf.Fact{Name: "Recorded as", Value: p.GetString("number")},
		pdf.Fact{Name: "Of receipt", Value: related(p, "refund_of", "receipt")},
	)
	currency := p.GetString("currency")
	amount := amountOf(p, "amount_minor").Decimal(settings.ExponentOf(currency))
	d.Sums(pdf.Sum{Name: "Amount " + currency, Amount: amount, Bold: true})
	content, err := d.Bytes()
	if err != nil {
		return err
	}
	return sendPDF(r, p.GetString("receipt"), content)
}
