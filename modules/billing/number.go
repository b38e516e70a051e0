package billing

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// The number series. Each has no gaps within a year.
const (
	invoiceNumbers    = "INV"
	creditNoteNumbers = "CRN"
	paymentNumbers    = "PAY" // every payment and refund, whatever its status
	paymentReceipts   = "RCP" // verified payments
	refundReceipts    = "REF" // verified refunds
)

// nextNumber takes the next number of a series in the current year of the hospital's zone.
func nextNumber(tx core.App, series string) (string, error) {
	settings, err := hospital.Of(tx)
	if err != nil {
		return "", err
	}
	series = fmt.Sprintf("%s-%d", series, kit.Now(tx).In(settings.Zone()).Year())
	n, err := hospital.NextNumber(tx, series)
	return fmt.Sprintf("%s-%06d", series, n), err
}
