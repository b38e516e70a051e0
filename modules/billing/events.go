package billing

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Events that other modules react to. A bill that costs nothing is not one of them, nor a refund.
var (
	WasIssued = kit.Event{Collection: "bills", Happened: func(before, after *core.Record) bool {
		bill := Bill{after}
		return bill.Kind() == Invoice && bill.hasTotal() && !bill.IssuedAt().IsZero() &&
			(before == nil || Bill{before}.IssuedAt().IsZero())
	}}
	PaymentVerified = paymentBecomes(Verified)
	PaymentRejected = paymentBecomes(Rejected)
)

func paymentBecomes(status PaymentStatus) kit.Event {
	return kit.Event{Collection: "payments", Happened: func(before, after *core.Record) bool {
		payment := Payment{after}
		return payment.Kind() == KindPayment && payment.Status() == status &&
			(before == nil || Payment{before}.Status() != status)
	}}
}
