package messages

import (
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/clinical"
	"hospital/modules/scheduling"
)

// Message is a record of messages: what one side of a thread wrote to the other.
type Message struct{ *core.Record }

// Patient is the patient's id.
func (m Message) Patient() string { return m.GetString("patient") }

// Doctor is the doctor's id.
func (m Message) Doctor() string { return m.GetString("doctor") }

// Seen says that the other side has read it.
func (m Message) Seen() bool { return m.GetBool("seen") }

func (m Message) side() Side       { return Side(m.GetString("side")) }
func (m Message) thread() string   { return m.GetString("thread") }
func (m Message) document() string { return m.GetString("document") }
func (m Message) seenBy() string   { return m.GetString("seen_by") }
func (m Message) seenAt() time.Time {
	return m.GetDateTime("seen_at").Time()
}
func (m Message) created() time.Time {
	return m.GetDateTime("created").Time()
}

// To is the side that reads it.
func (m Message) To() Side {
	if m.side() == Patient {
		return Doctor
	}
	return Patient
}

// FirstUnread says that the other side has read all earlier messages of the thread.
func (m Message) FirstUnread(tx core.App) (bool, error) {
	thread, err := findThread(tx, m.thread())
	return err == nil && thread.unreadBy(m.To()) == 1, err
}

// setSent writes what follows from the thread and the author.
func (m Message) setSent(thread Thread, actor kit.Actor) {
	m.Set("patient", thread.patient())
	m.Set("doctor", thread.doctor())
	m.Set("author", actor.ID)
	m.Set("side", string(sideOf(actor)))
}

func (m Message) setOutOfOffice(until time.Time) { m.Set("out_of_office_until", until) }

// setSeenAs copies the mark of another state of the message.
func (m Message) setSeenAs(stored Message) { m.setSeen(stored.seenBy(), stored.seenAt()) }

func (m Message) setSeen(by string, at time.Time) {
	m.Set("seen", true)
	m.Set("seen_by", by)
	m.Set("seen_at", at)
}

func sideOf(actor kit.Actor) Side {
	if actor.Role == role.Doctor {
		return Doctor
	}
	return Patient
}

// WasSent is the event that a message was sent.
var WasSent = kit.Event{Collection: "messages", Happened: func(before, _ *core.Record) bool { return before == nil }}

// send checks a new message, and counts it in its thread.
func send(e *core.RecordEvent) error {
	m, actor := Message{e.Record}, kit.ActorOf(e.Record)
	thread, err := findThread(e.App, m.thread())
	if errors.Is(err, sql.ErrNoRows) {
		return kit.Invalid("thread", "not_found", "There is no such thread.")
	}
	if err != nil {
		return err
	}
	if thread.closed() {
		return kit.Conflict("thread", "thread_closed", "This thread is closed. Open it again to write.")
	}
	if err := checkSides(e.App, thread, actor); err != nil {
		return err
	}
	if err := clinical.CheckShared(e.App, "document", m.document(), thread.patient()); err != nil {
		return err
	}
	if err := checkMessagesToday(e.App, actor); err != nil {
		return err
	}
	m.setSent(thread, actor)
	if m.side() == Patient {
		until, err := scheduling.AwayUntil(e.App, thread.doctor(), kit.Now(e.App))
		if err != nil {
			return err
		}
		m.setOutOfOffice(until)
	}
	kit.SetCreated(e.App, e.Record)
	if err := e.Next(); err != nil {
		return err
	}
	if at := m.created(); at.After(thread.lastMessageAt()) {
		thread.setLastMessageAt(at)
	}
	if err := thread.countUnread(e.App, m); err != nil {
		return err
	}
	return e.App.Save(kit.SetActor(actor, thread.Record))
}

// markSeen stamps a message that the other side has read, the first time.
func markSeen(e *core.RecordEvent, stored *core.Record) error {
	m, before, actor := Message{e.Record}, Message{stored}, kit.ActorOf(e.Record)
	switch {
	case before.Seen() && !m.Seen():
		return kit.Conflict("seen", "seen_already", "A message that was read stays read.")
	case before.Seen():
		m.setSeenAs(before)
		return e.Next()
	case !m.Seen():
		return e.Next()
	}
	m.setSeen(actor.ID, kit.Now(e.App))
	if err := e.Next(); err != nil {
		return err
	}
	thread, err := findThread(e.App, m.thread())
	if err != nil {
		return err
	}
	if err := thread.countUnread(e.App, m); err != nil {
		return err
	}
	return e.App.Save(kit.SetActor(actor, thread.Record))
}
