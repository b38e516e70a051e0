package appointments

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/audit"
	"hospital/modules/scheduling"
)

// maxAffected is the number of visits that a response lists.
const maxAffected = 500

// AddAffectedVisits adds the visits that overlap a time off to the response of its write.
func AddAffectedVisits(tx core.App, timeOff *core.Record) error {
	away := scheduling.TimeOff{Record: timeOff}
	visits, err := Overlapping(tx, away.Doctor(), away.Starts(), away.Ends(), maxAffected)
	if err != nil {
		return err
	}
	affected := make([]map[string]any, 0, len(visits)) // an empty list, not null
	for _, v := range visits {
		affected = append(affected, v.summary())
		audit.LogAccess(tx, kit.ActorOf(timeOff), "affected", kit.RowsOf(tx, v.Record)...)
	}
	kit.AddToResponse(timeOff, "affected", affected)
	return nil
}

// Overlapping lists the active visits that overlap the time between two instants, the
// earliest first. An empty doctor means all doctors.
func Overlapping(app core.App, doctor string, from, to time.Time, limit int64) (visits []Appointment, err error) {
	q := app.RecordQuery("appointments").
		AndWhere(dbx.NewExp("starts < {:to} AND starts > {:back} AND ends > {:from} AND status IN ('pending', 'approved')",
			dbx.Params{
				"from": kit.FormatInstant(from), "to": kit.FormatInstant(to),
				"back": kit.FormatInstant(from.Add(-maxVisit)),
			})).
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
