package outbox

import (
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/kit"
)

// errStore is that an attempt could not be stored.
var errStore = errors.New("store the attempt to send a mail")

// try makes one attempt to send the mail of a record. It claims the record in a transaction,
// sends the mail outside of any transaction, and stores the result in another one. If the
// process stops in between, the mail is tried again at the time that the claim has set.
func (q Queue) try(app core.App, id string) error {
	claimed, err := q.claim(app, id)
	if err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	if claimed == nil {
		return nil
	}
	failure := q.send(app, claimed)
	var skip Skip
	switch {
	case failure == nil:
		return q.write(app, id, func(r *core.Record) { q.Columns.SetSent(r, kit.Now(app)) })
	case errors.As(failure, &skip):
		return q.write(app, id, func(r *core.Record) { q.Columns.SetSkipped(r, skip.Error()) })
	}
	message := failure.Error()
	if errors.Is(failure, errCompose) { // the cause is only logged
		message = errCompose.Error()
	}
	return errors.Join(failure, q.write(app, id, func(r *core.Record) { q.Columns.setFailed(r, message) }))
}

// claim counts an attempt and sets the time of the next one, so that no other worker takes
// the record meanwhile. It returns nil if the mail is no longer due.
func (q Queue) claim(app core.App, id string) (claimed *core.Record, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		r, err := tx.FindRecordById(q.Collection, id)
		if errors.Is(err, sql.ErrNoRows) { // expired
			return nil
		}
		if err != nil {
			return err
		}
		now := kit.Now(tx)
		if q.Columns.status(r) != Pending || r.GetDateTime(nextTryAt).Time().After(now) {
			return nil // another worker was faster
		}
		if r.GetInt(attempts) >= maxAttempts { // the process stopped during the last one
			q.Columns.setFailed(r, "The last attempt was interrupted.")
			return tx.Save(r)
		}
		if done, err := q.decide(tx, r, now); done || err != nil {
			return err
		}
		count := r.GetInt(attempts) + 1
		r.Set(attempts, count)
		r.Set(nextTryAt, now.Add(time.Minute<<count)) // 2, 4, 8 … minutes
		if err := tx.Save(r); err != nil {
			return err
		}
		claimed = r
		return nil
	})
	return claimed, err
}

// decide stores that no mail is sent, or later. It reports false if the mail is sent now.
func (q Queue) decide(tx core.App, r *core.Record, now time.Time) (done bool, err error) {
	if q.Claim != nil {
		err = q.Claim(tx, r)
	}
	skip, skipped := errors.AsType[Skip](err)
	delay, delayed := errors.AsType[Delay](err)
	mails := tx.Settings().SMTP.Enabled
	waited := now.Sub(r.GetDateTime(nextTryAt).Time())
	switch {
	case errors.Is(err, ErrDelivered):
		q.Columns.SetSent(r, now)
	case skipped:
		q.Columns.SetSkipped(r, skip.Error())
	case delayed:
		r.Set(nextTryAt, delay.Until)
	case err != nil:
		return true, err
	case !mails:
		return true, nil
	case r.GetInt(attempts) == 0 && waited > maxWait:
		q.Columns.SetSkipped(r, "It waited too long for a mail server.")
	default:
		return false, nil
	}
	return true, tx.Save(r)
}

// write stores the result of an attempt. It reads the row again, because the row may have
// changed while the mail was sent.
func (q Queue) write(app core.App, id string, set func(r *core.Record)) error {
	err := app.RunInTransaction(func(tx core.App) error {
		r, err := tx.FindRecordById(q.Collection, id)
		if errors.Is(err, sql.ErrNoRows) { // expired
			return nil
		}
		if err != nil {
			return err
		}
		set(r)
		return tx.Save(r)
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return nil
}

// send composes and sends a mail. It returns panics as errors.
func (q Queue) send(app core.App, r *core.Record) error {
	if !app.Settings().SMTP.Enabled {
		return errors.New("the hospital has no mail server")
	}
	m, err := recovered(func() (*mailer.Message, error) { return q.Compose(app, r) })
	var skip Skip
	if err != nil && !errors.As(err, &skip) {
		return fmt.Errorf("%w: %w", errCompose, err)
	}
	if err != nil {
		return err
	}
	_, err = recovered(func() (*mailer.Message, error) { return m, app.NewMailClient().Send(m) })
	return err
}

var errCompose = errors.New("the mail could not be written")

// Message is a mail from the hospital.
func Message(app core.App, to mail.Address, subject, text string) *mailer.Message {
	from := app.Settings().Meta
	sender := mail.Address{Name: from.SenderName, Address: from.SenderAddress}
	return &mailer.Message{From: sender, To: []mail.Address{to}, Subject: subject, Text: text}
}

// recovered calls work and returns a panic as an error.
func recovered[T any](work func() (T, error)) (result T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return work()
}
