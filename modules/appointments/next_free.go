package appointments

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// NextFree returns the start of the next free slot of each doctor, at most so many days from now. A doctor without one
// is left out. It searches growing steps, because most doctors have one soon.
func NextFree(app core.App, doctors []string, days int) (map[string]time.Time, error) {
	found := map[string]time.Time{}
	from := kit.Now(app)
	until, step := from.AddDate(0, 0, days), 3*24*time.Hour
	for from.Before(until) && len(found) < len(doctors) {
		to := from.Add(step)
		if to.After(until) {
			to = until
		}
		left := slices.DeleteFunc(slices.Clone(doctors), func(id string) bool { _, ok := found[id]; return ok })
		agendas, err := loadAgendas(app, left, from, to, "")
		if err != nil {
			return nil, err
		}
		for id, agenda := range agendas {
			if free := agenda.Free(from, to, 0); len(free) > 0 {
				found[id] = free[0].Starts
			}
		}
		from, step = to, 2*step
	}
	return found, nil
}
