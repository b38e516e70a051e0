package messages

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// What the account of a patient can do in a day of the hospital.
const (
	messagesPerDay = 20
	threadsPerDay  = 5
)

func checkThreadsToday(tx core.App, actor kit.Actor) error {
	full, err := reachedToday(tx, actor, "threads", "started_by", threadsPerDay)
	if err == nil && full {
		return kit.Conflict("subject", "threads_per_day", fmt.Sprintf("You can start %d threads a day. Write in one of "+
			"them, or try again tomorrow. In an emergency, call the hospital.", threadsPerDay))
	}
	return err
}

func checkMessagesToday(tx core.App, actor kit.Actor) error {
	full, err := reachedToday(tx, actor, "messages", "author", messagesPerDay)
	if err == nil && full {
		return kit.Conflict("text", "messages_per_day", fmt.Sprintf("You can send %d messages a day. Try again tomorrow. "+
			"In an emergency, call the hospital.", messagesPerDay))
	}
	return err
}

// reachedToday reports whether a patient's account has written as many records today as it can.
func reachedToday(tx core.App, actor kit.Actor, collection, author string, limit int64) (bool, error) {
	if actor.Role != role.Patient {
		return false, nil
	}
	settings, err := hospital.Of(tx)
	if err != nil {
		return false, err
	}
	year, month, day := kit.Now(tx).In(settings.Zone()).Date()
	midnight := scheduling.StartOfDay(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), settings.Zone())
	written, err := tx.CountRecords(collection, dbx.HashExp{author: actor.ID},
		dbx.NewExp("created >= {:midnight}", dbx.Params{"midnight": kit.FormatInstant(midnight)}))
	return written >= limit, err
}
