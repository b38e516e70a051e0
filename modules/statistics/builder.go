package statistics

import (
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// builder makes an answer of facts: it knows names, and what doctors offer.
type builder struct {
	request
	settings    hospital.Settings
	scope       scope
	doctors     map[string]doctor
	departments map[string]string
	services    map[string]string
	users       map[string]string // who recorded payments
	agendas     map[string]*scheduling.Agenda
}

func (q request) builder(app core.App, settings hospital.Settings) (b builder, err error) {
	b = builder{request: q, settings: settings}
	if b.doctors, err = doctorsOf(app); err != nil {
		return b, err
	}
	b.scope = q.scope(app, b.doctors)
	for _, names := range []struct {
		of  *map[string]string
		sql string
	}{
		{&b.departments, "SELECT id, name FROM departments"},
		{&b.services, "SELECT id, name FROM services"},
		{&b.users, "SELECT id, name FROM users WHERE role IN ('admin', 'receptionist', 'accountant')"},
	} {
		var rows []struct{ ID, Name string }
		if err := app.DB().NewQuery(names.sql).All(&rows); err != nil {
			return b, err
		}
		*names.of = make(map[string]string, len(rows))
		for _, r := range rows {
			(*names.of)[r.ID] = r.Name
		}
	}
	if q.has(capacitySection) {
		from := scheduling.StartOfDay(q.before().first, q.zone)
		to := scheduling.StartOfDay(q.last.AddDate(0, 0, 1), q.zone)
		b.agendas, err = scheduling.Load(app, b.ids(), from, to)
	}
	return b, err
}

// ids are those of the doctors of the answer.
func (b builder) ids() []string {
	if b.scope.all() {
		return slices.Sorted(maps.Keys(b.doctors))
	}
	return b.scope.doctors
}

// offered is how many minutes the doctors offer in a period.
func (b builder) offered(p span) (minutes int64) {
	for id := range b.agendas {
		minutes += b.offeredBy(id, p)
	}
	return minutes
}

func (b builder) offeredBy(id string, p span) int64 {
	agenda := b.agendas[id]
	if agenda == nil {
		return 0
	}
	return int64(agenda.Offered(p.first, p.last))
}

// nextFree looks for a free slot of every doctor whom patients can book.
func (b builder) nextFree(app core.App) (*NextFree, error) {
	ids := slices.DeleteFunc(slices.Clone(b.ids()), func(id string) bool { return !b.doctors[id].Bookable })
	found, err := appointments.NextFree(app, ids, int(b.settings.Horizon().Hours()/24))
	if err != nil {
		return nil, err
	}
	n := &NextFree{Doctors: len(ids), Without: len(ids) - len(found)}
	starts := slices.SortedFunc(maps.Values(found), time.Time.Compare)
	if len(starts) > 0 {
		n.First = kit.FormatInstant(starts[0])
		wait := starts[(len(starts)-1)/2].Sub(kit.Now(app))
		n.MedianDays = float64(int(wait.Hours()/24*10+0.5)) / 10
	}
	return n, nil
}
