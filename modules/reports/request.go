package reports

import (
	"net/http"
	"time"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/billing"
	"hospital/modules/hospital"
)

// books is a request for the books of a period, of all patients.
type books struct {
	settings    hospital.Settings
	first, last time.Time // days
	from, to    string    // the same as instants, to exclusive
}

// readBooks reads the period from the query.
func readBooks(r *kit.Request) (b books, err error) {
	if b.settings, err = hospital.Of(r.App); err != nil {
		return b, err
	}
	if b.first, b.last, err = billing.QueryPeriod(r, b.settings); err != nil {
		return b, err
	}
	b.from, b.to = billing.Period(b.first, b.last, b.settings.Zone())
	return b, nil
}

// fileName is the name of an exported file, without the format.
func (b books) fileName(what string) string {
	return what + "-" + b.first.Format(time.DateOnly) + "-" + b.last.Format(time.DateOnly)
}

// sendPDF answers with a document.
func sendPDF(r *kit.Request, name string, content []byte) error {
	r.Attach(name+".pdf", "application/pdf")
	return r.Blob(http.StatusOK, "application/pdf", content)
}

// day is the day of an instant in a zone; empty for the zero time.
func day(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(time.DateOnly)
}

// percentOf writes a tax rate, which is stored in basis points: "7.50".
func percentOf(bp int) string { return money.Amount(bp).Decimal(2) }

// related is a text of an expanded relation; empty when the relation is empty.
func related[T any](expanded func() (T, bool), text func(T) string) string {
	if target, ok := expanded(); ok {
		return text(target)
	}
	return ""
}
