package migrations

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Every hospital reminds patients two days and two hours before a visit, also of visits that are already approved,
// and is quiet at night. All earlier notices were to patients.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		now := dbx.Params{"now": kit.FormatInstant(kit.Now(tx))}
		for _, sql := range []string{
			`UPDATE hospital SET reminder_leads = '48h, 2h', quiet_from = '21:00', quiet_until = '07:00'`,
			`UPDATE notices SET audience = 'patient',
				recipient = COALESCE((SELECT p.user FROM patients p WHERE p.id = notices.patient), '')`,
			`INSERT INTO notices (id, patient, appointment, appointment_version, kind, audience, recipient, channel,
				lead_minutes, new_starts, status, next_try_at, created, updated)
			SELECT 'r' || lower(hex(randomblob(7))), p.id, a.id, a.version, 'reminder', 'patient', p.user, c.value,
				l.value, a.starts, 'pending', strftime('%Y-%m-%d %H:%M:%fZ', a.starts, '-' || l.value || ' minutes'),
				{:now}, {:now}
			FROM appointments a JOIN patients p ON p.id = a.patient, json_each('[2880, 120]') l,
				json_each('["portal", "email"]') c
			WHERE a.status = 'approved' AND a.starts > {:now} AND (p.user != '' OR c.value = 'email' AND p.email != '')
				AND strftime('%Y-%m-%d %H:%M:%fZ', a.starts, '-' || l.value || ' minutes') > {:now}`,
		} {
			if _, err := tx.NonconcurrentDB().NewQuery(sql).Bind(now).Execute(); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}
