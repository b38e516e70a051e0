// Package hospital holds the settings of the hospital, one row, and the counters that its
// numbers come from.
package hospital

import (
	_ "embed"
	"fmt"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the hospital.
var Module = kit.Module{
	Name:        "hospital",
	Collections: []kit.Collection{settings, counters},
	Hooks:       hooks,
	Invariants: []kit.Invariant{
		{"There is exactly one hospital.", `SELECT COUNT(*) || ' rows' FROM hospital HAVING COUNT(*) != 1`},
	},
	OpenAPI: openapi,
}

// CurrencyChanged is the event that the hospital got another currency.
var CurrencyChanged = kit.Event{Collection: "hospital", Happened: func(before, after *core.Record) bool {
	return before != nil && CurrencyOf(before) != CurrencyOf(after)
}}

func hooks(app core.App) {
	kit.OnCreate(app, "hospital", func(e *core.RecordEvent) error {
		if e.Record.Id != ID {
			return kit.Conflict("id", "only_one", "There is one hospital. Change it instead.")
		}
		if err := check(settingsOf(e.Record)); err != nil {
			return err
		}
		return e.Next()
	})
	kit.OnUpdate(app, "hospital", func(e *core.RecordEvent, before *core.Record) error {
		if err := check(settingsOf(e.Record)); err != nil {
			return err
		}
		if err := followCurrency(settingsOf(before), settingsOf(e.Record)); err != nil {
			return err
		}
		if settingsOf(e.Record).staffMFA() && !settingsOf(before).staffMFA() && !e.App.Settings().SMTP.Enabled {
			return kit.Conflict("staff_mfa", "no_mail_server",
				"The hospital has no mail server, so no code would arrive and no staff could sign in. Set one up first.")
		}
		return e.Next()
	})
}

// followCurrency keeps the exponent that of the currency: with another one every stored
// amount would read differently.
func followCurrency(before, after Settings) error {
	exponent := money.ExponentOf(after.Currency())
	if given := after.Exponent(); given != exponent && given != before.Exponent() {
		return kit.Invalid("currency_exponent", "wrong_exponent",
			fmt.Sprintf("%s has %d digits behind the point.", after.Currency(), exponent))
	}
	after.setExponent(exponent)
	return nil
}

func check(s Settings) error {
	if _, err := time.LoadLocation(s.zone()); err != nil || s.zone() == "" || s.zone() == "Local" {
		return validation.Errors{"timezone": validation.NewError("unknown_timezone",
			"This must be an IANA time zone such as Europe/Berlin.")}
	}
	if !money.Known(s.Currency()) {
		return validation.Errors{"currency": validation.NewError("unknown_currency",
			"This must be an ISO 4217 code in use, such as EUR.")}
	}
	return checkReminders(s)
}
