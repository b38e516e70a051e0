package reports

import (
	"net/http"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/audit"
	"hospital/modules/billing"
	"hospital/modules/hospital"
)

// exported is the record of a request, and notes that it is exported.
func exported(e *core.RequestEvent, collection string) (*core.Record, error) {
	record, actor, err := kit.AuthorizedRecord(e, collection)
	if err == nil {
		audit.Seen(e.App, actor, "export", record)
	}
	return record, err
}

// books are what somebody asks of all patients' books.
type books struct {
	actor       kit.Actor
	settings    hospital.Settings
	first, last time.Time // days
	from, to    string    // instants
}

// booksAsked reads what is asked for, and by whom: accountants and admins.
func booksAsked(e *core.RequestEvent) (b books, err error) {
	if b.actor, err = kit.RequireCaller(e); err != nil {
		return b, err
	}
	if b.actor.Role != role.Accountant && b.actor.Role != role.Admin {
		return b, e.ForbiddenError("Your role may not read the books.", nil)
	}
	if b.settings, err = hospital.Of(e.App); err != nil {
		return b, err
	}
	if b.first, b.last, err = billing.DaysAsked(e, b.settings); err != nil {
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
func file(e *core.RequestEvent, name string, content []byte) error {
	kit.Attach(e, name+".pdf", "application/pdf")
	return e.Blob(http.StatusOK, "application/pdf", content)
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
