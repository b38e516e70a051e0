package statistics

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// days are kept by KeepDays, and deleted by triggers when something of them changes.
var days = kit.Collection{
	Name: "statistics_days",
	Description: "What happened on a day that is over, added up for the statistics. It is deleted when something of the " +
		"day changes, and added up again within minutes.",
	Fields: kit.Fields{
		kit.Day("day").Required().Presentable().Help("Day of the hospital."),
		kit.JSON("facts", 1<<20).Help("Counts and sums."),
		kit.Count("format").Help("Which counts and sums they are. Those of an earlier release are added up again."),
	},
	Indexes:  []kit.Index{{Columns: "day", Unique: true}},
	Triggers: forgetful,
	Policy:   kit.Policy{},
	Expiring: true,
}

// format of the facts. Increase it with every change of facts.
const format = 1

// settled is how long a day is over before it is kept: what was stamped at its end is stored by then.
const settled = time.Hour

// forget is an SQL statement that deletes the days around an instant. Which one it was depends on the zone, so it is the
// day in UTC with its neighbours.
func forget(instant string) string {
	return "DELETE FROM statistics_days WHERE " + instant + " != '' AND day >= date(" + instant + ", '-1 day')" +
		" AND day <= date(" + instant + ", '+1 day'); "
}

// forgetful delete the days that a write changes. What is stamped with the time of the write, such as a bill, is of a
// day that is not kept yet.
var forgetful = []kit.Trigger{
	{Name: "statistics_visit_new", When: "AFTER INSERT ON appointments", Do: forget("NEW.starts")},
	{Name: "statistics_visit_changed", When: "AFTER UPDATE ON appointments", Do: forget("OLD.starts")},
	{
		Name: "statistics_visit_moved",
		When: "AFTER UPDATE OF starts ON appointments WHEN OLD.starts != NEW.starts", Do: forget("NEW.starts"),
	},
	{Name: "statistics_visit_gone", When: "AFTER DELETE ON appointments", Do: forget("OLD.starts") + forgetLater("OLD")},
	// whether a patient is new depends on the visits before
	{
		Name: "statistics_visit_completed_new", When: "AFTER INSERT ON appointments WHEN NEW.status = 'completed'",
		Do: forgetLater("NEW"),
	},
	{
		Name: "statistics_visit_completed",
		When: "AFTER UPDATE OF status, starts, patient ON appointments WHEN (OLD.status = 'completed' OR" +
			" NEW.status = 'completed') AND (OLD.status != NEW.status OR OLD.starts != NEW.starts OR" +
			" OLD.patient != NEW.patient)",
		Do: forgetLater("OLD") + forgetLater("NEW"),
	},
	{
		Name: "statistics_condition_changed",
		When: "AFTER UPDATE OF state, certainty, code, text ON conditions", Do: forget("OLD.created"),
	},
	{
		Name: "statistics_zone_changed",
		When: "AFTER UPDATE OF timezone ON hospital WHEN OLD.timezone != NEW.timezone",
		Do:   "DELETE FROM statistics_days; ",
	},
}

// forgetLater deletes the days of later visits of a patient.
func forgetLater(row string) string {
	return "DELETE FROM statistics_days WHERE day IN (SELECT date(b.starts, d.value) FROM appointments b," +
		" json_each('[\"-1 day\", \"+0 day\", \"+1 day\"]') d WHERE b.patient = " + row + ".patient AND b.starts > " +
		row + ".starts AND +b.status = 'completed'); "
}

// perRound is how many days are added up at once. Each is a transaction of its own.
const perRound = 400

// KeepDays adds up the past days that are not kept, the latest first, at most perRound of them.
func KeepDays(app core.App) error {
	for range perRound {
		more, err := keepDay(app)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// keepDay adds up the latest past day that is not kept. It reports false if there is none. The day is read in the
// transaction that stores it, so that no write comes in between.
func keepDay(app core.App) (more bool, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		settings, err := hospital.Of(tx)
		if err != nil {
			return err
		}
		day, found, err := missingDay(tx, settings)
		if err != nil || !found {
			return err
		}
		counted, err := scope{app: tx}.count(span{day, day, settings.Zone()})
		if err != nil {
			return fmt.Errorf("the statistics of %s: %w", day.Format(time.DateOnly), err)
		}
		more = true
		return storeDay(tx, day, counted)
	})
	return more, err
}

// missingDay is the latest day that is over, since the first visit, and not kept.
func missingDay(tx core.App, settings hospital.Settings) (day time.Time, found bool, err error) {
	yesterday := scheduling.Today(kit.Now(tx).Add(-settled), settings.Zone()).AddDate(0, 0, -1)
	var first, missing string
	if err := tx.DB().NewQuery(`SELECT COALESCE(MIN(at), '') FROM (SELECT MIN(starts) AS at FROM appointments
		UNION ALL SELECT MIN(created) FROM patients)`).Row(&first); err != nil || first == "" {
		return day, false, err
	}
	begin, err := kit.ParseInstant(first)
	if err != nil {
		return day, false, err
	}
	err = tx.DB().NewQuery(`
		WITH RECURSIVE calendar(day) AS (SELECT {:last} WHERE {:last} >= {:first}
			UNION ALL SELECT date(day, '-1 day') FROM calendar WHERE day > {:first})
		SELECT COALESCE((SELECT c.day FROM calendar c LEFT JOIN statistics_days d
			ON d.day = c.day AND d.format = {:format} WHERE d.day IS NULL
			LIMIT 1), '')`).
		Bind(dbx.Params{"first": scheduling.Today(begin, settings.Zone()).Format(time.DateOnly),
			"last": yesterday.Format(time.DateOnly), "format": format}).Row(&missing)
	if err != nil || missing == "" {
		return day, false, err
	}
	day, err = time.Parse(time.DateOnly, missing)
	return day, err == nil, err
}

func storeDay(tx core.App, day time.Time, f facts) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO statistics_days (id, day, facts, format, created, updated)
		VALUES ({:id}, {:day}, {:facts}, {:format}, {:now}, {:now})
		ON CONFLICT (day) DO UPDATE SET facts = excluded.facts, format = excluded.format, updated = excluded.updated`).
		Bind(dbx.Params{"id": core.GenerateDefaultRandomId(), "day": day.Format(time.DateOnly), "facts": string(text),
			"format": format, "now": kit.FormatInstant(kit.Now(tx))}).Execute()
	return err
}

// read is count with the days that are kept. Only the statistics of all doctors use them.
func (s scope) read(p span) (f facts, err error) {
	if !s.all() {
		return s.count(p)
	}
	kept, err := keptDays(s.app, p)
	if err != nil {
		return f, err
	}
	for day := p.first; !day.After(p.last); day = day.AddDate(0, 0, 1) {
		if one, ok := kept[day.Format(time.DateOnly)]; ok {
			f.add(one)
			continue
		}
		rest := span{day, day, p.zone} // and the days after it that are not kept either
		for next := day.AddDate(0, 0, 1); !next.After(p.last); next = next.AddDate(0, 0, 1) {
			if _, ok := kept[next.Format(time.DateOnly)]; ok {
				break
			}
			rest.last = next
		}
		counted, err := s.count(rest)
		if err != nil {
			return f, err
		}
		f.add(counted)
		day = rest.last
	}
	return f, nil
}

func keptDays(app core.App, p span) (map[string]facts, error) {
	var rows []struct{ Day, Facts string }
	err := app.DB().NewQuery(`SELECT day, facts FROM statistics_days
		WHERE day >= {:first} AND day <= {:last} AND format = {:format}`).
		Bind(dbx.Params{"format": format, "first": p.first.Format(time.DateOnly), "last": p.last.Format(time.DateOnly)}).All(&rows)
	kept := make(map[string]facts, len(rows))
	for _, r := range rows {
		var f facts
		if err := json.Unmarshal([]byte(r.Facts), &f); err != nil {
			return nil, fmt.Errorf("the kept statistics of %s: %w", r.Day, err)
		}
		kept[r.Day] = f
	}
	return kept, err
}

// wrongDays are the kept days that are not what is counted again.
func wrongDays(app core.App) (ids []string, err error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	var rows []struct{ ID, Day, Facts string }
	err = app.DB().NewQuery(`SELECT id, day, facts FROM statistics_days WHERE format = {:format} ORDER BY day`).
		Bind(dbx.Params{"format": format}).All(&rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		day, err := time.Parse(time.DateOnly, r.Day)
		if err != nil {
			return nil, err
		}
		counted, err := scope{app: app}.count(span{day, day, settings.Zone()})
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(counted)
		if err != nil {
			return nil, err
		}
		if string(text) != r.Facts {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}
