package reports

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/billing"
	"hospital/modules/hospital"
)

// books are what somebody asks of all patients' books.
type books struct {
	settings    hospital.Settings
	first, last time.Time // days
	from, to    string    // instants
}

// booksAsked reads which days a request asks for.
func booksAsked(r *kit.Request) (b books, err error) {
	if b.settings, err = hospital.Of(r.App); err != nil {
		return b, err
	}
	if b.first, b.last, err = billing.QueryDays(r, b.settings); err != nil {
		return b, err
	}
	b.from, b.to = billing.Period(b.first, b.last, b.settings.Zone())
	return b, nil
}

// name of a file of the books.
func (b books) name(what string) string {
	return what + "-" + b.first.Format(time.DateOnly) + "-" + b.last.Format(time.DateOnly) + ".csv"
}

// file answers with a document.
func file(r *kit.Request, name string, content []byte) error {
	r.Attach(name+".pdf", "application/pdf")
	return r.Blob(http.StatusOK, "application/pdf", content)
}

func amountOf(r *core.Record, field string) money.Amount { return money.Amount(r.GetInt(field)) }

// day is when something was, as a day of the hospital; empty when it was not.
func day(r *core.Record, field string, zone *time.Location) string {
	if r.GetDateTime(field).IsZero() {
		return ""
	}
	return r.GetDateTime(field).Time().In(zone).Format(time.DateOnly)
}

// percent writes basis points, "7.50".
func percent(r *core.Record) string { return money.Amount(r.GetInt("tax_bp")).Decimal(2) }

// of is a text of a record that another one points to, as far as that was read.
func of(r *core.Record, relation, field string) string {
	if target := r.ExpandedOne(relation); target != nil {
		return target.GetString(field)
	}
	return ""
}
