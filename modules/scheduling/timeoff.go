package scheduling

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// TimeOff is a record of time_off: an absence of a doctor, or a closure of the whole hospital.
type TimeOff struct{ *core.Record }

// Doctor is the id of the absent doctor; empty for the whole hospital.
func (t TimeOff) Doctor() string { return t.GetString("doctor") }

// Starts is the first instant of the absence.
func (t TimeOff) Starts() time.Time { return t.GetDateTime("starts").Time() }

// Ends is the first instant after the absence.
func (t TimeOff) Ends() time.Time { return t.GetDateTime("ends").Time() }

// Active is false once the time off was withdrawn.
func (t TimeOff) Active() bool { return t.GetBool("active") }

// AwayUntil is the end of a doctor's absence, or of a closure of the hospital, at a time. It is zero without one.
func AwayUntil(tx core.App, doctor string, at time.Time) (until time.Time, err error) {
	absences, err := tx.FindAllRecords("time_off", dbx.In("doctor", doctor, ""), dbx.HashExp{"active": true},
		dbx.NewExp("starts <= {:at} AND ends > {:at}", dbx.Params{"at": kit.FormatInstant(at)}))
	for _, a := range absences {
		if ends := (TimeOff{a}).Ends(); ends.After(until) {
			until = ends
		}
	}
	return until, err
}

func (t TimeOff) setActive(yes bool) { t.Set("active", yes) }

// TimeOffChanged happens when an active time off is created or changed.
var TimeOffChanged = kit.Event{Collection: "time_off", Happened: func(before, after *core.Record) bool {
	return TimeOff{after}.Active() && (before == nil || kit.Changed(before, after))
}}
