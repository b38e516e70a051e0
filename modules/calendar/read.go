package calendar

import (
	"database/sql"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/calendar"
	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/internal/role"
	"hospital/modules/accounts"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
)

// suffix of the address, by which programs know what it is.
const suffix = ".ics"

// A feed has the visits of so many days before and after today, and those that were cancelled a while ago, so that
// programs remove them.
const (
	daysBefore, daysAfter = 90, 400
	daysCancelled         = 30
	maxEvents             = 2_000
)

// read answers a calendar program. An unknown address says nothing about why it is unknown.
func read(e *kit.Request) error {
	secret, isFeed := strings.CutSuffix(e.Request.PathValue("secret"), suffix)
	if !isFeed || len(secret) != secretLength {
		return e.NotFoundError("", nil)
	}
	user, err := ownerOf(e.App, secret)
	if err != nil {
		return err
	}
	if user.Record == nil {
		return e.NotFoundError("", nil)
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	visits := visitsOf(e.App, user, settings)
	tag, err := visits.tag()
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"ETag": tag, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer",
	} {
		e.Response.Header().Set(name, value)
	}
	if slices.Contains(strings.Split(strings.ReplaceAll(e.Request.Header.Get("If-None-Match"), " ", ""), ","), tag) {
		return e.NoContent(http.StatusNotModified)
	}
	text, err := visits.feed()
	if err != nil {
		return err
	}
	return e.Blob(http.StatusOK, calendar.ContentType, []byte(text))
}

// ownerOf returns the account of a secret, without a record if there is none or it may not sign in.
func ownerOf(app core.App, secret string) (user accounts.User, err error) {
	found, err := app.FindFirstRecordByData("calendar_feeds", "secret_hash", security.SHA256(secret))
	if errors.Is(err, sql.ErrNoRows) {
		return user, nil
	}
	if err != nil {
		return user, err
	}
	account, err := app.FindRecordById("users", Feed{found}.user())
	if err != nil {
		return user, err
	}
	owner := accounts.User{Record: account}
	if !owner.Active() || !slices.Contains(readers, owner.Role()) || (Feed{found}).issuedFor() != issuedFor(owner) {
		return user, nil
	}
	return owner, nil
}

// visits are those of an account in a feed.
type visits struct {
	app      core.App
	user     accounts.User
	settings hospital.Settings
	today    time.Time
}

func visitsOf(app core.App, user accounts.User, settings hospital.Settings) visits {
	now := kit.Now(app).In(settings.Zone())
	return visits{app, user, settings, time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, settings.Zone())}
}

// query selects the visits: of all patients of the account, or of the doctor.
func (v visits) query() *dbx.SelectQuery {
	owner, column := "patients", "patient"
	if v.user.Role() == role.Doctor {
		owner, column = "doctors", "doctor"
	}
	return v.app.RecordQuery("appointments").
		InnerJoin(owner+" o", dbx.NewExp("o.id = appointments."+column)).
		AndWhere(dbx.NewExp(`o.user = {:user} AND appointments.starts >= {:from} AND appointments.starts < {:to}
			AND (appointments.status != 'cancelled' OR appointments.cancelled_at > {:cancelled})`, dbx.Params{
			"user": v.user.Id, "from": kit.FormatInstant(v.today.AddDate(0, 0, -daysBefore)),
			"to":        kit.FormatInstant(v.today.AddDate(0, 0, daysAfter)),
			"cancelled": kit.FormatInstant(v.today.AddDate(0, 0, -daysCancelled)),
		}))
}

// tag changes with every change of what is in the feed, without making it.
func (v visits) tag() (string, error) {
	var newest sql.NullString
	var count, versions int64
	err := v.query().Select("COUNT(*)", "COALESCE(SUM(appointments.version), 0)", "MAX(appointments.updated)").
		Row(&count, &versions, &newest)
	if err != nil {
		return "", err
	}
	sum := security.SHA256(strings.Join([]string{kit.FormatInstant(v.today), v.user.Language(), newest.String,
		kit.FormatInstant(v.settings.Updated()), v.app.Settings().Meta.AppURL,
		strconv.FormatInt(count, 10), strconv.FormatInt(versions, 10)}, "\n"))
	return `"` + sum[:32] + `"`, nil
}

func (v visits) feed() (string, error) {
	var found []*core.Record
	if err := v.query().OrderBy("appointments.starts", "appointments.id").Limit(maxEvents).All(&found); err != nil {
		return "", err
	}
	house := v.settings.House()
	title := letters.Say(v.user.Language(), "calendar.visit", letters.Values{"house": house.Name}, house)
	events := make([]calendar.Event, len(found))
	for i, r := range found {
		events[i] = v.event(appointments.Appointment{Record: r}, title)
	}
	return calendar.Feed(house.Name, house.Zone, events), nil
}

// event has no word of why the patient comes. Doctors see where and what kind of visit it is, and no name.
func (v visits) event(visit appointments.Appointment, title string) calendar.Event {
	home := strings.TrimSuffix(v.app.Settings().Meta.AppURL, "/")
	e := calendar.Event{
		ID: visit.Id, Host: calendar.Host(home), Sequence: visit.Version(), Stamp: visit.Updated(),
		Starts: visit.Starts(), Ends: visit.Ends(), Status: statuses[visit.Status()],
		Summary: title, Location: v.settings.Address(), URL: home + "/#/visits",
	}
	if v.user.Role() == role.Doctor {
		e.Summary = visit.Number() + " · " + strings.ReplaceAll(string(visit.Type()), "_", " ")
		e.Location = visit.Room()
	}
	return e
}

var statuses = map[appointments.Status]calendar.Status{
	appointments.Pending:   calendar.Tentative,
	appointments.Approved:  calendar.Confirmed,
	appointments.Completed: calendar.Confirmed,
	appointments.Cancelled: calendar.Cancelled,
}
