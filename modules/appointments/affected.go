package appointments

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/audit"
	"hospital/modules/scheduling"
)

// maxAffected is how many visits an answer names.
const maxAffected = 500

// AddAffectedVisits adds to a time off, for the answer to who wrote it, the visits that
// it meets.
func AddAffectedVisits(tx core.App, timeOff *core.Record) error {
	away := scheduling.TimeOff{Record: timeOff}
	visits, err := Overlapping(tx, away.Doctor(), away.Starts(), away.Ends(), maxAffected)
	if err != nil {
		return err
	}
	affected := make([]map[string]any, 0, len(visits)) // an empty list, not null
	for _, v := range visits {
		named := map[string]any{}
		for _, field := range []string{"id", "number", "patient", "patient_name", "doctor", "starts", "ends", "status"} {
			named[field] = v.Get(field)
		}
		affected = append(affected, named)
		audit.LogAccess(tx, kit.ActorOf(timeOff), "affected", v.Record)
	}
	kit.AddToResponse(timeOff, "affected", affected)
	return nil
}

// Overlapping is the visits that hold time between two instants, the earliest first: of
// a doctor, or of all when none is named.
func Overlapping(app core.App, doctor string, from, to time.Time, limit int64) (visits []Appointment, err error) {
	q := app.RecordQuery("appointments").
		AndWhere(dbx.NewExp("starts < {:to} AND starts > {:back} AND ends > {:from} AND status IN ('pending', 'approved')",
			dbx.Params{"from": kit.FormatInstant(from), "to": kit.FormatInstant(to), "back": kit.FormatInstant(from.Add(-maxVisit))})).
		OrderBy("starts", "id").Limit(limit)
	if doctor != "" {
		q.AndWhere(dbx.HashExp{"doctor": doctor})
	}
	var records []*core.Record
	if err := q.All(&records); err != nil {
		return nil, err
	}
	for _, r := range records {
		visits = append(visits, Appointment{r})
	}
	return visits, nil
}
