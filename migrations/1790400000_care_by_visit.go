package migrations

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// A visit opens the patient's record from 14 days before it. A care team entry belongs to the visit
// that gives it: the entries from before that stood for all visits of a doctor and a patient, also
// for cancelled ones, end, and every visit that still gives access gets its own.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		const instant = `'%Y-%m-%d %H:%M:%fZ'`
		for _, sql := range []string{
			`UPDATE hospital SET care_team_lead_days = 14`,
			`UPDATE care_team SET ends = {:now} WHERE source = 'appointment' AND appointment = '' AND ends > {:now}`,
			`INSERT INTO care_team (id, patient, user, source, appointment, starts, ends, created, updated)
				SELECT substr(lower(hex(randomblob(8))), 1, 15), a.patient, d.user, 'appointment', a.id,
					MAX(a.approved_at, strftime(` + instant + `, a.starts, '-14 days')),
					strftime(` + instant + `, a.ends, h.care_team_days || ' days'), {:now}, {:now}
				FROM hospital h, appointments a JOIN doctors d ON d.id = a.doctor
				WHERE a.status IN ('approved', 'completed')
					AND strftime(` + instant + `, a.ends, h.care_team_days || ' days') > {:now}
					AND a.id NOT IN (SELECT appointment FROM care_team)`,
		} {
			now := dbx.Params{"now": kit.FormatInstant(kit.Now(tx))}
			if _, err := tx.NonconcurrentDB().NewQuery(sql).Bind(now).Execute(); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}
