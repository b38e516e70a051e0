package reports

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/pdf"
	"hospital/modules/billing"
	"hospital/modules/hospital"
	"hospital/modules/patients"
)

// receiptPDF answers with the receipt of a verified payment or refund.
func receiptPDF(r *kit.Request) error {
	p := billing.Payment{Record: r.Record}
	if p.Status() != billing.Verified {
		return kit.Conflict("status", "not_verified", "There is a receipt once the payment is verified.")
	}
	content, err := drawReceipt(r.App, p)
	if err != nil {
		return err
	}
	return sendPDF(r, p.Receipt(), content)
}

// drawReceipt prints the receipt of a verified payment or refund.
func drawReceipt(app core.App, p billing.Payment) ([]byte, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	if err := billing.ExpandPayments(app, p.Record); err != nil {
		return nil, err
	}
	title, party := "Receipt ", "Received from"
	if p.Kind() == billing.KindRefund {
		title, party = "Refund ", "Returned to"
	}
	d := pdf.New(letterhead(settings, title+p.Receipt(), ""), p.DecidedAt())
	d.Facts(
		pdf.Fact{Name: party, Value: related(p.ExpandedPatient, patients.Patient.Name)},
		pdf.Fact{Name: "Day", Value: day(p.DecidedAt(), settings.Zone())},
		pdf.Fact{Name: "Record number", Value: related(p.ExpandedPatient, patients.Patient.MRN)},
		pdf.Fact{Name: "For invoice", Value: related(p.ExpandedBill, billing.Bill.Number)},
		pdf.Fact{Name: "Paid by", Value: methods[p.Method()]},
		pdf.Fact{Name: "Reference", Value: p.Reference()},
		pdf.Fact{Name: "Recorded as", Value: p.Number()},
		pdf.Fact{Name: "Of receipt", Value: related(p.ExpandedRefundOf, billing.Payment.Receipt)},
	)
	amount := p.Amount().Decimal(settings.ExponentOf(p.Currency()))
	d.Sums(pdf.Sum{Name: "Amount " + p.Currency(), Amount: amount, Bold: true})
	return d.Bytes()
}

// methods are the printed names of the payment methods.
var methods = map[string]string{
	"cash": "Cash", "card": "Card", "transfer": "Bank transfer", "mobile": "Mobile payment",
	"cheque": "Cheque", "insurance": "Insurance",
}
