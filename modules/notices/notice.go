package notices

import (
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/outbox"
	"hospital/modules/appointments"
)

// Notice is a record of notices: it tells somebody about a visit, by one channel.
type Notice struct{ *core.Record }

func (n Notice) patient() string      { return n.GetString("patient") }
func (n Notice) appointment() string  { return n.GetString("appointment") }
func (n Notice) about() string        { return n.GetString("about") }
func (n Notice) recipient() string    { return n.GetString("recipient") }
func (n Notice) kind() Kind           { return Kind(n.GetString("kind")) }
func (n Notice) audience() Audience   { return Audience(n.GetString("audience")) }
func (n Notice) channel() Channel     { return Channel(n.GetString("channel")) }
func (n Notice) version() int         { return n.GetInt("appointment_version") }
func (n Notice) note() string         { return n.GetString("note") }
func (n Notice) oldStarts() time.Time { return n.GetDateTime("old_starts").Time() }
func (n Notice) newStarts() time.Time { return n.GetDateTime("new_starts").Time() }
func (n Notice) seen() bool           { return n.GetBool("seen") }
func (n Notice) message() message     { return messageOf(n.kind(), n.audience()) }

func (n Notice) lead() time.Duration { return time.Duration(n.GetInt("lead_minutes")) * time.Minute }

// aboutID is the id of the record that it is about if not a visit.
func (n Notice) aboutID() string {
	_, id, _ := strings.Cut(n.about(), "/")
	return id
}

func (n Notice) setNewStarts(t time.Time) { n.Set("new_starts", t) }

func (n Notice) setSeen(seen bool)     { n.Set("seen", seen) }
func (n Notice) setSeenBy(user string) { n.Set("seen_by", user) }

func (n Notice) setLead(lead time.Duration) { n.Set("lead_minutes", int(lead.Minutes())) }

func (n Notice) fill(m message, channel Channel, recipient string) {
	n.Set("kind", string(m.kind))
	n.Set("audience", string(m.to))
	n.Set("recipient", recipient)
	n.Set("channel", string(channel))
}

// setVisit makes it a notice about a visit.
func (n Notice) setVisit(visit appointments.Appointment, c content) {
	n.Set("patient", visit.Patient())
	n.Set("appointment", visit.Id)
	n.Set("appointment_version", visit.Version())
	n.Set("old_starts", c.oldStarts)
	n.Set("new_starts", c.newStarts)
	n.Set("note", c.note)
}

// setAbout makes it a notice about another record of a patient, or of none.
func (n Notice) setAbout(about, patient string) {
	n.Set("about", about)
	n.Set("patient", patient)
}

// otherChannels are the notices of the same change to the same audience that are seen or not.
func (n Notice) otherChannels(app core.App, seen bool) ([]*core.Record, error) {
	return app.FindAllRecords("notices", dbx.HashExp{"appointment": n.appointment(), "about": n.about(), "kind": string(n.kind()),
		"appointment_version": n.version(), "lead_minutes": n.GetInt("lead_minutes"),
		"audience": string(n.audience()), "seen": seen})
}

// pendingReminders are the reminders of a visit that are not sent.
func pendingReminders(tx core.App, visit string) ([]*core.Record, error) {
	return tx.FindAllRecords("notices", dbx.HashExp{"appointment": visit, "kind": string(Reminder),
		string(delivery): string(outbox.Pending)})
}
