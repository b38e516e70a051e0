package appointments

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
)

// used is what a patient's account has used of its limits, counted up to each of them.
type used struct {
	Patient       int // its future visits of the patient
	Account       int // its future visits
	Requests      int // visits that it requested or moved in the last 24 hours
	Cancellations int // visits that it cancelled in the last 7 days
}

// countUsed counts in one statement, in the transaction of the booking. Each part reads
// only the rows of the account, by an index.
func countUsed(tx core.App, account, patient string, limits hospital.Settings) (counted used, err error) {
	now := kit.Now(tx)
	err = tx.DB().NewQuery(`SELECT
		(SELECT COUNT(*) FROM (SELECT 1 FROM appointments WHERE requested_by = {:account} AND starts > {:now}
			AND patient = {:patient} AND status IN ('pending', 'approved') LIMIT {:patients})) AS patient,
		(SELECT COUNT(*) FROM (SELECT 1 FROM appointments WHERE requested_by = {:account} AND starts > {:now}
			AND status IN ('pending', 'approved') LIMIT {:accounts})) AS account,
		(SELECT COUNT(*) FROM (SELECT 1 FROM appointment_events WHERE actor = {:account} AND created > {:day}
			AND action IN ('book', 'reschedule') LIMIT {:requests})) AS requests,
		(SELECT COUNT(*) FROM (SELECT 1 FROM appointment_events WHERE actor = {:account} AND created > {:week}
			AND action = 'cancel' LIMIT {:cancellations})) AS cancellations`).
		Bind(dbx.Params{
			"patients": limits.OpenVisitsPerPatient(), "accounts": limits.OpenVisitsPerAccount(),
			"requests": limits.RequestsPerDay(), "cancellations": limits.CancellationsPerWeek(),
			"account": account, "patient": patient, "now": kit.FormatInstant(now),
			"day":  kit.FormatInstant(now.Add(-24 * time.Hour)),
			"week": kit.FormatInstant(now.Add(-7 * 24 * time.Hour)),
		}).One(&counted)
	return counted, err
}

// checkOpenVisits refuses a request beyond the limits of a patient's account.
func checkOpenVisits(tx core.App, a Appointment, actor kit.Actor) error {
	return checkLimits(tx, a, actor, func(limits hospital.Settings, counted used) error {
		switch {
		case reached(counted.Cancellations, limits.CancellationsPerWeek()):
			return kit.Conflict("patient", "cancellations_per_week",
				"You have cancelled several visits this week. To book another one, please call the hospital.")
		case reached(counted.Patient, limits.OpenVisitsPerPatient()):
			return kit.Conflict("patient", "open_visits_per_patient", fmt.Sprintf("This patient can have %d visits booked "+
				"online at a time. Cancel one that is not needed, or call the hospital.", limits.OpenVisitsPerPatient()))
		case reached(counted.Account, limits.OpenVisitsPerAccount()):
			return kit.Conflict("patient", "open_visits_per_account", fmt.Sprintf("You can have %d visits booked online at "+
				"a time. Cancel one that is not needed, or call the hospital.", limits.OpenVisitsPerAccount()))
		}
		return requestsLeft(limits, counted)
	})
}

// checkRequests refuses to move a visit when the account has requested too many times today.
// A move does not count against the open visits: it gives up a time for the one it takes.
func checkRequests(tx core.App, a Appointment, actor kit.Actor) error {
	return checkLimits(tx, a, actor, requestsLeft)
}

// requestsLeft refuses a further request, or a move, which is one for another time.
func requestsLeft(limits hospital.Settings, counted used) error {
	if !reached(counted.Requests, limits.RequestsPerDay()) {
		return nil
	}
	return kit.Conflict("patient", "requests_per_day", fmt.Sprintf("You can book or move visits %d times in 24 hours. "+
		"Try again tomorrow, or call the hospital.", limits.RequestsPerDay()))
}

func checkLimits(
	tx core.App, a Appointment, actor kit.Actor, check func(limits hospital.Settings, counted used) error,
) error {
	if actor.Role != role.Patient {
		return nil
	}
	limits, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	counted, err := countUsed(tx, actor.ID, a.Patient(), limits)
	if err != nil {
		return err
	}
	return check(limits, counted)
}

func reached(count, limit int) bool { return limit > 0 && count >= limit }
