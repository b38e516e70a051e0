package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"hospital/internal/kit"
)

// scenario is what the clients do in one run, and what happens beside them.
type scenario struct {
	description string
	beside      func(s *runner) error
	run         func(s *runner, all []*client)
	lasts       time.Duration // at most; 0 is the option -for
	longTimeout bool          // clients do not time out on purpose
}

var scenarios = map[string]scenario{
	"mixed": {description: "all clients book, move and cancel at random", beside: crash, run: mixed},
	"import": {description: "the same without a crash, beside an import of 100,000 codes", beside: importCodes,
		run: mixed, lasts: 10 * time.Minute, longTimeout: true},
	"overlap": {description: "10:00 to 10:30 against 10:15 to 10:45 of one doctor", beside: crash,
		run: rounds(func(c *client, i int, at time.Time) map[string]any {
			return visitFields(c.id, doctors[0].id, at.Add(time.Duration(i%2)*quarter), 2*quarter)
		})},
	"patient": {description: "one patient at two doctors at the same time", beside: crash,
		run: rounds(func(c *client, i int, at time.Time) map[string]any {
			return visitFields(c.template.patients[0].id, doctors[3+i%2].id, at.Add(time.Duration(i%2)*quarter), 2*quarter)
		})},
}

const quarter = 15 * time.Minute

// testDay is the day of the visits, after the hospital's minimum notice.
func testDay() time.Time {
	y, m, d := time.Now().In(zone).AddDate(0, 0, 3).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// visitFields is a visit with a custom length.
func visitFields(patient, doctor string, at time.Time, length time.Duration) map[string]any {
	return map[string]any{"patient": patient, "doctor": doctor, "starts": kit.FormatInstant(at),
		"ends": kit.FormatInstant(at.Add(length))}
}

// concurrently runs a function for all clients at the same time.
func concurrently(all []*client, do func(i int, c *client)) {
	var wait sync.WaitGroup
	for i, c := range all {
		wait.Go(func() { do(i, c) })
	}
	wait.Wait()
}

// rounds is a scenario in which all clients request the same time, in every round another. A
// client that holds a visit moves it there, or cancels it first.
func rounds(request func(c *client, i int, at time.Time) map[string]any) func(s *runner, all []*client) {
	return func(s *runner, all []*client) {
		first := testDay()
		for round := 0; !s.over(); round++ {
			at := first.Add(time.Duration(round) * time.Hour)
			won := make([]string, len(all))
			concurrently(all, func(i int, c *client) { won[i] = c.compete(request(c, i, at)) })
			s.checkOneWinner(all[0], at, won)
		}
	}
}

// compete books a visit, or moves one that the client holds. It returns the id of the visit
// when that succeeded.
func (c *client) compete(fields map[string]any) (won string) {
	held, holds := c.pickHeld()
	if holds && c.rand.IntN(4) > 0 {
		if after, why := c.change(c.template.desk, "moved", held,
			map[string]any{"starts": fields["starts"], "ends": fields["ends"]}); why == "" {
			return after.ID
		}
		return ""
	}
	if holds {
		c.change(c.template.desk, "cancelled", held, cancelled)
	}
	v := c.book(c.template.desk, fields)
	return v.ID
}

// checkOneWinner checks that exactly one visit has the requested time.
func (s *runner) checkOneWinner(c *client, at time.Time, won []string) {
	won = slices.DeleteFunc(won, func(id string) bool { return id == "" })
	overlapping := fmt.Sprintf(`doctor ~ "stress" && status != "cancelled" && starts >= %q && starts <= %q`,
		kit.FormatInstant(at), kit.FormatInstant(at.Add(quarter)))
	a, answered := c.sendWithRetry(c.template.desk, http.MethodGet, visits+"?filter="+url.QueryEscape(overlapping), nil,
		nil)
	var have []string
	for _, v := range a.Items {
		have = append(have, v.ID)
	}
	switch {
	case !answered:
	case len(have) == 1 && (len(won) == 0 || slices.Equal(won, have)):
		s.tally.count("rounds")
	default:
		s.fail("the time %s is booked by %v, acknowledged to %v", kit.FormatInstant(at), have, won)
	}
}

// mixed lets every client act at random.
func mixed(s *runner, all []*client) {
	concurrently(all, func(_ int, c *client) {
		for !s.over() {
			held, holds := c.pickHeld()
			switch n := c.rand.IntN(16); {
			case n == 0:
				c.bookTwice()
			case n == 1:
				c.actAsDesk()
			case !holds || n < 8 && len(c.held) < 6:
				c.book(c.chooseVisit())
			case n < 13:
				c.move(c.tokenFor(held), held)
			default:
				c.change(c.tokenFor(held), "cancelled", held, cancelled)
			}
		}
	})
}

var cancelled = map[string]any{"status": "cancelled"}

// pickHeld is a random visit that the client holds.
func (c *client) pickHeld() (v visit, holds bool) {
	if len(c.held) == 0 {
		return v, false
	}
	ids := slices.Sorted(maps.Keys(c.held))
	return c.held[ids[c.rand.IntN(len(ids))]], true
}

// tokenFor is the token for a change of a visit: the patient's, or sometimes the front desk's.
func (c *client) tokenFor(v visit) (token string) {
	if v.Patient != c.id || c.rand.IntN(4) == 0 {
		return c.template.desk
	}
	return c.token
}

// chooseVisit is a random visit to book: for a patient at a free slot or at any time, for the
// front desk half an hour at any time, sometimes overbooked.
func (c *client) chooseVisit() (token string, fields map[string]any) {
	doctor := doctors[c.rand.IntN(3)].id
	if c.rand.IntN(4) == 0 {
		fields = visitFields(c.id, doctor, c.randomTime(), 2*quarter)
		if c.rand.IntN(8) == 0 {
			fields["overbook"], fields["staff_note"] = true, "urgent"
		}
		return c.template.desk, fields
	}
	fields = map[string]any{"patient": c.id, "doctor": doctor, "starts": kit.FormatInstant(c.randomTime())}
	if c.rand.IntN(3) > 0 {
		day := testDay().Format(time.DateOnly)
		a, _ := c.sendWithRetry(c.token, http.MethodGet, "/api/hospital/doctors/"+doctor+"/slots?from="+day+"&to="+day, nil,
			nil)
		if n := len(a.Slots); n > 0 {
			if c.rand.IntN(2) == 0 {
				n = min(n, 12)
			}
			fields["starts"] = a.Slots[c.rand.IntN(n)].Starts
		}
	}
	return c.token, fields
}

// randomTime is usually the start of a slot.
func (c *client) randomTime() time.Time {
	at := testDay().Add(time.Duration(c.rand.IntN(94)) * quarter)
	if c.rand.IntN(8) == 0 {
		return at.Add(5 * time.Minute)
	}
	return at
}

// move gives a visit a random time, or one that overlaps its old time.
func (c *client) move(token string, v visit) {
	fields := map[string]any{"starts": kit.FormatInstant(c.randomTime())}
	starts, _ := kit.ParseInstant(v.Starts)
	ends, _ := kit.ParseInstant(v.Ends)
	if token == c.template.desk && c.rand.IntN(2) == 0 {
		fields = map[string]any{"starts": kit.FormatInstant(starts.Add(quarter)),
			"ends": kit.FormatInstant(ends.Add(quarter))}
	}
	c.change(token, "moved", v, fields)
}

// bookTwice books one patient at two doctors for the same time, from two devices.
func (c *client) bookTwice() {
	at := c.randomTime()
	devices := []*client{c, {runner: c.runner, patient: c.patient, rand: rand.New(rand.NewPCG(c.rand.Uint64(), 0)),
		held: map[string]visit{}}}
	var got [2]visit
	concurrently(devices, func(i int, device *client) {
		got[i] = device.book(c.token, map[string]any{"patient": c.id, "doctor": doctors[i].id,
			"starts": kit.FormatInstant(at)})
	})
	maps.Copy(c.held, devices[1].held)
	if got[0].ID == "" || got[1].ID == "" {
		return
	}
	unchanged := func(v visit) bool { // by the front desk, in between
		v = c.view(c.token, v.ID)
		return v.Version == 1
	}
	if unchanged(got[0]) && unchanged(got[1]) {
		c.fail("patient %s got two visits at once: %s and %s", c.id, got[0].ID, got[1].ID)
	}
}

// actAsDesk lets the front desk approve, move or cancel a pending visit of any patient.
func (c *client) actAsDesk() {
	of := url.QueryEscape(fmt.Sprintf(`doctor = %q && status = "pending"`, doctors[c.rand.IntN(3)].id))
	a, _ := c.sendWithRetry(c.template.desk, http.MethodGet, visits+"?sort=starts&perPage=50&skipTotal=1&filter="+of, nil,
		nil)
	if len(a.Items) == 0 {
		return
	}
	v := a.Items[c.rand.IntN(len(a.Items))]
	switch c.rand.IntN(4) {
	case 0:
		c.move(c.template.desk, v)
	case 1:
		c.change(c.template.desk, "cancelled", v, cancelled)
	default:
		c.change(c.template.desk, "approved", v, map[string]any{"status": "approved"})
	}
	delete(c.held, v.ID) // its state is not this client's any more
}
