package appointments

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/audit"
)

// mostAffected is how many visits an answer names.
const mostAffected = 500

// NameAffected adds to a time off, for the answer to who wrote it, the visits that
// it meets.
func NameAffected(tx core.App, away *core.Record) error {
	visits, err := Within(tx, away.GetString("doctor"), away.GetDateTime("starts").Time(), away.GetDateTime("ends").Time(), mostAffected)
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
		audit.LogAccess(tx, kit.ActorOf(away), "affected", v.Record)
	}
	kit.AddToResponse(away, "affected", affected)
	return nil
}

// Within is the visits that hold time between two instants, the earliest first: of
// a doctor, or of all when none is named.
func Within(app core.App, doctor string, from, to time.Time, limit int64) (visits []Appointment, err error) {
	q := app.RecordQuery("appointments").
		AndWhere(dbx.NewExp("starts < {:to} AND starts > {:back} AND ends > {:from} AND status IN ('pending', 'approved')",
			dbx.Params{"from": kit.FormatInstant(from), "to": kit.FormatInstant(to), "back": kit.FormatInstant(from.Add(-longestStay))})).
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
