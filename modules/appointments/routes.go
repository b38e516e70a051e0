package appointments

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hospital/internal/role"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
	"hospital/modules/staff"
)

const (
	maxDays      = 62 // in one request
	defaultDays  = 14
	maxSlots     = 200
	defaultSlots = 20
)

// slotRequest is a request for free slots, with the response as far as it is known.
type slotRequest struct {
	from, to time.Time // limited to the time the caller may book
	latest   time.Time // the last start of a visit
	response slotsResponse
}

// add appends the free slots of a doctor that start before an instant.
func (q *slotRequest) add(doctor string, free []scheduling.Slot, before time.Time) {
	for _, s := range free {
		if s.Starts.Before(before) && !s.Starts.After(q.latest) {
			q.response.Slots = append(q.response.Slots, newFreeSlot(doctor, s))
		}
	}
}

// slotsResponse is the JSON body of both routes.
type slotsResponse struct {
	Timezone string     `json:"timezone"`
	From     string     `json:"from"`
	To       string     `json:"to"`
	Slots    []FreeSlot `json:"slots"`
}

func slotsOfDoctor(r *kit.Request) error {
	q, err := parseSlotRequest(r)
	if err != nil {
		return err
	}
	if !bookable(staff.DoctorOf(r.Record), r.Caller) {
		return r.JSON(http.StatusOK, q.response)
	}
	agenda, err := loadAgenda(r.App, r.Record.Id, q.from, q.to, "")
	if err != nil {
		return err
	}
	q.add(r.Record.Id, agenda.Free(q.from, q.to, 0), q.to)
	return r.JSON(http.StatusOK, q.response)
}

// firstSlots searches growing steps of days until it has found the requested number of slots.
func firstSlots(r *kit.Request) error {
	q, err := parseSlotRequest(r)
	if err != nil {
		return err
	}
	limit, err := r.QueryLimit(defaultSlots, maxSlots)
	if err != nil {
		return err
	}
	doctors, err := bookableDoctors(r.App, r.Caller, r.Request.URL.Query())
	if err != nil {
		return err
	}
	found := func() int { return len(q.response.Slots) }
	for from, step := q.from, firstSearchStep; from.Before(q.to) && found() < limit; from, step = from.Add(step), 2*step {
		until := from.Add(step)
		to := earlier(until.Add(maxVisit), q.to) // a slot that starts in this step may end after it
		all, err := loadAgendas(r.App, doctors, from, to, "")
		if err != nil {
			return err
		}
		before := found()
		for _, doctor := range doctors {
			q.add(doctor, all[doctor].Free(from, to, 0), until)
		}
		slices.SortStableFunc(q.response.Slots[before:], func(x, y FreeSlot) int { return cmp.Compare(x.Starts, y.Starts) })
	}
	q.response.Slots = q.response.Slots[:min(limit, found())]
	return r.JSON(http.StatusOK, q.response)
}

// bookable says whether the caller may book a doctor.
func bookable(doctor staff.Doctor, actor kit.Actor) bool {
	return doctor.Active() && (actor.Role != role.Patient || doctor.AcceptsOnline())
}

// bookableDoctors are the ids of the doctors whom the caller may book, sorted by name. The query
// may ask for one doctor, a department or a specialization.
func bookableDoctors(app core.App, actor kit.Actor, query url.Values) (ids []string, err error) {
	where := dbx.HashExp{"active": true}
	for parameter, column := range map[string]string{"doctor": core.FieldNameId, "department": "department"} {
		if value := query.Get(parameter); value != "" {
			where[column] = value
		}
	}
	specialization := strings.TrimSpace(query.Get("specialization"))
	found, err := app.FindAllRecords("doctors", where)
	if err != nil {
		return nil, err
	}
	var doctors []staff.Doctor
	for _, r := range found {
		d := staff.DoctorOf(r)
		matches := specialization == "" || strings.EqualFold(d.Specialization(), specialization)
		if matches && bookable(d, actor) {
			doctors = append(doctors, d)
		}
	}
	slices.SortFunc(doctors, func(x, y staff.Doctor) int {
		return cmp.Or(cmp.Compare(x.Name(), y.Name()), cmp.Compare(x.Id, y.Id))
	})
	for _, d := range doctors {
		ids = append(ids, d.Id)
	}
	return ids, nil
}

// parseSlotRequest reads the days of the query, and limits them to what the caller may book.
func parseSlotRequest(r *kit.Request) (q slotRequest, err error) {
	settings, err := hospital.Of(r.App)
	if err != nil {
		return q, err
	}
	zone := settings.Zone()
	first, err := r.QueryDay("from", scheduling.Today(kit.Now(r.App), zone))
	if err != nil {
		return q, err
	}
	last, err := r.QueryDay("to", first.AddDate(0, 0, defaultDays-1))
	if err != nil {
		return q, err
	}
	switch days := int(last.Sub(first).Hours()/24) + 1; {
	case days < 1:
		return q, kit.Invalid("to", "ends_before_starts", "The last day must not be before the first.")
	case days > maxDays:
		return q, kit.Invalid("to", "too_many_days", "Ask for at most "+strconv.Itoa(maxDays)+" days.")
	}
	q.response = slotsResponse{zone.String(), first.Format(time.DateOnly), last.Format(time.DateOnly), []FreeSlot{}}
	q.from, q.to = scheduling.StartOfDay(first, zone), scheduling.StartOfDay(last.AddDate(0, 0, 1), zone)
	earliest, latest, err := bookingWindow(r.App, r.Caller)
	if err != nil {
		return q, err
	}
	q.latest = latest
	if q.from.Before(earliest) {
		q.from = earliest
	}
	q.to = earlier(q.to, latest.Add(maxVisit)) // the last visit may end after the horizon
	return q, nil
}

func earlier(x, y time.Time) time.Time {
	if y.Before(x) {
		return y
	}
	return x
}
