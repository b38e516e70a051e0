package appointments

import (
	"cmp"
	"net/http"
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
)

const (
	maxDays      = 62 // of one query
	defaultDays  = 14
	maxSlots     = 200
	defaultSlots = 20
)

// query is a query for free slots, and the answer to it.
type query struct {
	from, to time.Time // the period, cut to what the caller may book
	latest   time.Time // when the last visit may start
	answer   answer
}

// add adds the free slots of a doctor that start before an instant.
func (q *query) add(doctor string, free []scheduling.Slot, before time.Time) {
	for _, s := range free {
		if s.Starts.Before(before) && !s.Starts.After(q.latest) {
			q.answer.Slots = append(q.answer.Slots, freeOf(doctor, s))
		}
	}
}

// answer is the free slots, and the zone and the days they were looked for in.
type answer struct {
	Timezone string `json:"timezone"`
	From     string `json:"from"`
	To       string `json:"to"`
	Slots    []Free `json:"slots"`
}

// slotsOfDoctor answers with the free slots of one doctor.
func slotsOfDoctor(r *kit.Request) error {
	q, err := readQuery(r)
	if err != nil {
		return err
	}
	if !bookable(r.Record, r.Caller) {
		return r.JSON(http.StatusOK, q.answer)
	}
	agenda, err := agendaOf(r.App, r.Record.Id, q.from, q.to, "")
	if err != nil {
		return err
	}
	q.add(r.Record.Id, agenda.Free(q.from, q.to, 0), q.to)
	return r.JSON(http.StatusOK, q.answer)
}

// firstSlots answers with the first free slots of all fitting doctors. It reads the
// days in growing steps until it has as many slots as the limit.
func firstSlots(r *kit.Request) error {
	q, err := readQuery(r)
	if err != nil {
		return err
	}
	limit, err := r.QueryLimit(defaultSlots, maxSlots)
	if err != nil {
		return err
	}
	search := r.Request.URL.Query()
	doctors, err := bookableDoctors(r.App, r.Caller, search.Get("department"), search.Get("specialization"))
	if err != nil {
		return err
	}
	from, step := q.from, firstStep
	for ; from.Before(q.to) && len(q.answer.Slots) < limit; from, step = from.Add(step), 2*step {
		until := from.Add(step)
		to := earlier(until.Add(longestStay), q.to) // a slot that starts within the step may end after it
		all, err := agendas(r.App, doctors, from, to, "")
		if err != nil {
			return err
		}
		before := len(q.answer.Slots)
		for _, doctor := range doctors {
			q.add(doctor, all[doctor].Free(from, to, 0), until)
		}
		slices.SortStableFunc(q.answer.Slots[before:], func(x, y Free) int { return cmp.Compare(x.Starts, y.Starts) })
	}
	q.answer.Slots = q.answer.Slots[:min(limit, len(q.answer.Slots))]
	return r.JSON(http.StatusOK, q.answer)
}

// bookable says whether the caller can book a doctor at all.
func bookable(doctor *core.Record, actor kit.Actor) bool {
	return doctor.GetBool("active") && (actor.Role != role.Patient || doctor.GetBool("accepts_online"))
}

// bookableDoctors are the doctors that the caller can book, ordered by name. An empty
// department or specialization does not filter.
func bookableDoctors(
	app core.App, actor kit.Actor, department, specialization string,
) (ids []string, err error) {
	where := dbx.HashExp{"active": true}
	if department != "" {
		where["department"] = department
	}
	doctors, err := app.FindAllRecords("doctors", where)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(doctors, func(x, y *core.Record) int {
		return cmp.Or(cmp.Compare(x.GetString("name"), y.GetString("name")), cmp.Compare(x.Id, y.Id))
	})
	for _, d := range doctors {
		fits := specialization == "" || strings.EqualFold(d.GetString("specialization"), strings.TrimSpace(specialization))
		if bookable(d, actor) && fits {
			ids = append(ids, d.Id)
		}
	}
	return ids, nil
}

// readQuery reads the period from the query.
func readQuery(r *kit.Request) (q query, err error) {
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
	q.answer = answer{zone.String(), first.Format(time.DateOnly), last.Format(time.DateOnly), []Free{}}
	q.from, q.to = scheduling.Begins(first, zone), scheduling.Begins(last.AddDate(0, 0, 1), zone)
	earliest, latest, err := window(r.App, r.Caller)
	if err != nil {
		return q, err
	}
	q.latest = latest
	if q.from.Before(earliest) {
		q.from = earliest
	}
	q.to = earlier(q.to, latest.Add(longestStay)) // the last visit may end after the horizon
	return q, nil
}

func earlier(x, y time.Time) time.Time {
	if y.Before(x) {
		return y
	}
	return x
}
