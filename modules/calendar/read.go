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
// programs remove them. If there are more, it has the latest.
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
	feed, user, err := ownerOf(e.App, secret)
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
	if _, err := feed.note(e.App, lastUsedAt, feed.lastUsedAt()); err != nil {
		e.App.Logger().Warn("calendar: note the last use", "error", err)
	}
	for name, value := range map[string]string{
		"ETag": tag, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer",
		"Content-Disposition": `inline; filename="visits.ics"`,
	} {
		e.Response.Header().Set(name, value)
	}
	if matches(e.Request.Header.Values("If-None-Match"), tag) {
		return e.NoContent(http.StatusNotModified)
	}
	found, err := visits.read()
	if err != nil {
		return err
	}
	e.Caller = kit.CallerAs(e.RequestEvent, user.Record)
	if err := visits.log(e, feed, found); err != nil {
		return err
	}
	return e.Blob(http.StatusOK, calendar.ContentType, visits.write(found))
}

// matches reports whether a tag is among those of If-None-Match. A proxy that compresses an answer makes its tag weak.
func matches(headers []string, tag string) bool {
	for _, header := range headers {
		for given := range strings.SplitSeq(header, ",") {
			given = strings.TrimSpace(given)
			if given == "*" || strings.TrimPrefix(given, "W/") == tag {
				return true
			}
		}
	}
	return false
}

// ownerOf returns the feed of a secret and its account. The account has no record when the secret is unknown, or the
// account may not read the feed any more.
func ownerOf(app core.App, secret string) (feed Feed, user accounts.User, err error) {
	found, err := app.FindFirstRecordByData("calendar_feeds", "secret_hash", security.SHA256(secret))
	if errors.Is(err, sql.ErrNoRows) {
		return feed, user, nil
	}
	if err != nil {
		return feed, user, err
	}
	feed = Feed{found}
	account, err := app.FindRecordById("users", feed.user())
	if errors.Is(err, sql.ErrNoRows) { // deleted meanwhile
		return feed, user, nil
	}
	if err != nil {
		return feed, user, err
	}
	owner := accounts.User{Record: account}
	if !owner.Active() || !slices.Contains(readers, owner.Role()) || feed.issuedFor() != issuedFor(owner) {
		return feed, user, nil
	}
	return feed, owner, nil
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

// tag is the ETag of the feed: of all that it is made of, but of the visits only how many each owner has, the sum of
// their versions, and the last change. A change makes the sum larger or is the last one, and so does a visit that comes
// in the place of another.
func (v visits) tag() (string, error) {
	var owners []struct {
		Owner    string `db:"owner"`
		Visits   int    `db:"visits"`
		Versions int    `db:"versions"`
		Changed  string `db:"changed"`
	}
	err := v.query().Select("o.id AS owner", "COUNT(*) AS visits", "SUM(appointments.version) AS versions",
		"MAX(appointments.updated) AS changed").GroupBy("o.id").OrderBy("o.id").All(&owners)
	if err != nil {
		return "", err
	}
	content := []string{
		kit.Version, v.user.Id, string(v.user.Role()), v.user.Language(), kit.FormatInstant(v.today),
		v.app.Settings().Meta.AppURL, v.settings.Name(), v.settings.Address(), v.settings.Zone().String(),
	}
	for _, o := range owners {
		content = append(content, o.Owner, strconv.Itoa(o.Visits), strconv.Itoa(o.Versions), o.Changed)
	}
	return `"` + security.SHA256(strings.Join(content, "\x00"))[:32] + `"`, nil
}

func (v visits) read() (found []*core.Record, err error) {
	err = v.query().OrderBy("appointments.starts DESC", "appointments.id").Limit(maxEvents).All(&found)
	return found, err
}

// log writes to the audit log that the visits of a doctor were read, at most once an hour. As everywhere, patients who
// read their own visits are not logged.
func (v visits) log(e *kit.Request, feed Feed, found []*core.Record) error {
	if v.user.Role() != role.Doctor || len(found) == 0 {
		return nil
	}
	due, err := feed.note(v.app, loggedAt, feed.loggedAt())
	if err != nil || !due {
		return err
	}
	e.LogAccess(kit.RowsOf(v.app, found...)...)
	return nil
}

func (v visits) write(found []*core.Record) []byte {
	house := v.settings.House()
	title := letters.Say(v.user.Language(), "calendar.visit", letters.Values{"house": house.Name}, house)
	events := make([]calendar.Event, len(found))
	for i, r := range found {
		events[i] = v.event(appointments.Appointment{Record: r}, title)
	}
	return calendar.Feed(house.Name, house.Zone, v.today, events)
}

// event has no word of why the patient comes. Doctors see where and what kind of visit it is, and no name.
func (v visits) event(visit appointments.Appointment, title string) calendar.Event {
	home := strings.TrimSuffix(v.app.Settings().Meta.AppURL, "/")
	e := calendar.Event{
		ID: visit.Id, Host: calendar.Host(home), Sequence: visit.Version(), Stamp: visit.Updated(),
		Starts: visit.Starts(), Ends: visit.Ends(),
		Tentative: visit.Status() == appointments.Pending, Cancelled: visit.Status() == appointments.Cancelled,
		Summary: title, Location: v.settings.Address(), URL: home + "/#/visits",
	}
	switch {
	case v.user.Role() == role.Doctor:
		e.Summary = visit.Number() + " · " + strings.ReplaceAll(string(visit.Type()), "_", " ")
		e.Location = visit.Room()
	case visit.Type() == appointments.Telehealth: // it is not at the hospital
		e.Location = ""
	}
	return e
}
