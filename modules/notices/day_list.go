package notices

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/staff"
)

// The day list of tomorrow is written from dayListFrom until dayListUntil, in hours of the hospital's zone.
const dayListFrom, dayListUntil = 18, 22

// SendDayLists writes a notice to every doctor who has asked for it and has visits tomorrow, once.
func SendDayLists(app core.App) error {
	settings, err := hospital.Of(app)
	if err != nil {
		return err
	}
	now := kit.Now(app).In(settings.Zone())
	if now.Hour() < dayListFrom || now.Hour() >= dayListUntil {
		return nil
	}
	tomorrow := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, settings.Zone())
	asked, err := app.FindAllRecords("notice_preferences", dbx.HashExp{"kind": string(DayList), "email": true})
	if err != nil {
		return err
	}
	var failed []error
	for _, p := range asked {
		user := Preference{p}.user()
		if err := app.RunInTransaction(func(tx core.App) error { return sendDayList(tx, user, tomorrow) }); err != nil {
			failed = append(failed, fmt.Errorf("day list of %s: %w", user, err))
		}
	}
	return errors.Join(failed...)
}

func sendDayList(tx core.App, user string, day time.Time) error {
	about := "day/" + day.Format(time.DateOnly)
	told, err := tx.CountRecords("notices",
		dbx.HashExp{"appointment": "", "about": about, "kind": string(DayList), "recipient": user})
	if err != nil || told > 0 {
		return err
	}
	visits, err := dayOf(tx, user, day)
	if err != nil || len(visits) == 0 {
		return err
	}
	return tell(tx, messageOf(DayList, Doctor), recipient{account: user, mail: true}, func(n Notice) {
		n.setAbout(about, "")
		n.setNewStarts(visits[0].Starts())
	})
}

// maxDay is the largest number of visits that a list counts.
const maxDay = 500

// dayOf returns the approved visits of a doctor's account on a day, the earliest first.
func dayOf(app core.App, user string, day time.Time) (approved []appointments.Appointment, err error) {
	doctor, err := staff.FindDoctorByAccount(app, user)
	if errors.Is(err, sql.ErrNoRows) { // an account that was a doctor's
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	visits, err := appointments.Overlapping(app, doctor.Id, day, day.AddDate(0, 0, 1), maxDay)
	for _, v := range visits {
		if v.Status() == appointments.Approved && !v.Starts().Before(day) {
			approved = append(approved, v)
		}
	}
	return approved, err
}
