package notices

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/appointments"
)

// Notice is a record of notices: it tells a patient about a visit, by one channel.
type Notice struct{ *core.Record }

func (n Notice) patient() string      { return n.GetString("patient") }
func (n Notice) appointment() string  { return n.GetString("appointment") }
func (n Notice) kind() Kind           { return Kind(n.GetString("kind")) }
func (n Notice) note() string         { return n.GetString("note") }
func (n Notice) oldStarts() time.Time { return n.GetDateTime("old_starts").Time() }
func (n Notice) newStarts() time.Time { return n.GetDateTime("new_starts").Time() }
func (n Notice) seen() bool           { return n.GetBool("seen") }

func (n Notice) setSeen(seen bool)     { n.Set("seen", seen) }
func (n Notice) setSeenBy(user string) { n.Set("seen_by", user) }

// fill makes it a notice about a visit.
func (n Notice) fill(kind Kind, channel Channel, visit appointments.Appointment, c content) {
	n.Set("patient", visit.Patient())
	n.Set("appointment", visit.Id)
	n.Set("appointment_version", visit.Version())
	n.Set("kind", string(kind))
	n.Set("channel", string(channel))
	n.Set("old_starts", c.oldStarts)
	n.Set("new_starts", c.newStarts)
	n.Set("note", c.note)
}

// otherChannels are the notices of the same change that are seen or not.
func (n Notice) otherChannels(app core.App, seen bool) ([]*core.Record, error) {
	return app.FindAllRecords("notices", dbx.HashExp{"appointment": n.appointment(),
		"appointment_version": n.GetInt("appointment_version"), "seen": seen})
}
