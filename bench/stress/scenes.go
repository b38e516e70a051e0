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

// scene is what the clients do.
type scene struct {
	says string
	play func(s *stage, all []*client)
}

var scenes = map[string]scene{
	"mixed": {"everybody books, moves and cancels at random", mixed},
	"overlap": {"10:00 to 10:30 against 10:15 to 10:45 of one doctor", rounds(func(c *client, i int, at time.Time) map[string]any {
		return wanted(c.id, doctors[0].id, at.Add(time.Duration(i%2)*quarter), 2*quarter)
	})},
	"patient": {"one patient at two doctors at the same time", rounds(func(c *client, i int, at time.Time) map[string]any {
		return wanted(c.house.patients[0].id, doctors[3+i%2].id, at.Add(time.Duration(i%2)*quarter), 2*quarter)
	})},
}

const quarter = 15 * time.Minute

// theDay is the day that the clients of the mixed scene book, far enough ahead for the
// minimum notice.
func theDay() time.Time {
	y, m, d := time.Now().In(zone).AddDate(0, 0, 3).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// wanted returns the fields of a visit with a chosen length.
func wanted(patient, doctor string, at time.Time, length time.Duration) map[string]any {
	return map[string]any{"patient": patient, "doctor": doctor, "starts": kit.FormatInstant(at), "ends": kit.FormatInstant(at.Add(length))}
}

// together lets all clients do something concurrently.
func together(all []*client, do func(i int, c *client)) {
	var wait sync.WaitGroup
	for i, c := range all {
		wait.Go(func() { do(i, c) })
	}
	wait.Wait()
}

// rounds is a scene in which all clients compete for one time, again and again. The winner
// of the round before moves or cancels that visit first.
func rounds(wish func(c *client, i int, at time.Time) map[string]any) func(s *stage, all []*client) {
	return func(s *stage, all []*client) {
		first := theDay()
		for round := 0; !s.over(); round++ {
			at := first.Add(time.Duration(round) * time.Hour)
			won := make([]string, len(all))
			together(all, func(i int, c *client) { won[i] = c.compete(wish(c, i, at)) })
			s.oneWinner(all[0], at, won)
		}
	}
}

// compete books a visit, or moves one that the client already has. It returns the id of the
// visit if it got the time.
func (c *client) compete(wish map[string]any) (won string) {
	held, holds := c.pick()
	if holds && c.rand.IntN(4) > 0 {
		if after, why := c.change(c.house.desk, "moved", held, map[string]any{"starts": wish["starts"], "ends": wish["ends"]}); why == "" {
			return after.ID
		}
		return ""
	}
	if holds {
		c.change(c.house.desk, "cancelled", held, cancelled)
	}
	v := c.book(c.house.desk, wish)
	return v.ID
}

// oneWinner checks that exactly one visit has the time.
func (s *stage) oneWinner(c *client, at time.Time, told []string) {
	told = slices.DeleteFunc(told, func(id string) bool { return id == "" })
	inTheWay := fmt.Sprintf(`doctor ~ "stress" && status != "cancelled" && starts >= %q && starts <= %q`, kit.FormatInstant(at), kit.FormatInstant(at.Add(quarter)))
	a, answered := c.insist(c.house.desk, http.MethodGet, visits+"?filter="+url.QueryEscape(inTheWay), nil, nil)
	var have []string
	for _, v := range a.Items {
		have = append(have, v.ID)
	}
	switch {
	case !answered:
	case len(have) == 1 && (len(told) == 0 || slices.Equal(told, have)):
		s.tally.count("rounds")
	default:
		s.mistake("the time %s has the visits %v, but was acknowledged to %v", kit.FormatInstant(at), have, told)
	}
}

// mixed lets every client send random requests.
func mixed(s *stage, all []*client) {
	together(all, func(_ int, c *client) {
		for !s.over() {
			held, holds := c.pick()
			switch n := c.rand.IntN(16); {
			case n == 0:
				c.wantTwo()
			case n == 1:
				c.lendAHand()
			case !holds || n < 8 && len(c.held) < 6:
				c.book(c.choose())
			case n < 13:
				c.move(c.as(held), held)
			default:
				c.change(c.as(held), "cancelled", held, cancelled)
			}
		}
	})
}

var cancelled = map[string]any{"status": "cancelled"}

// pick returns one of the visits that a client has.
func (c *client) pick() (v visit, holds bool) {
	if len(c.held) == 0 {
		return v, false
	}
	ids := slices.Sorted(maps.Keys(c.held))
	return c.held[ids[c.rand.IntN(len(ids))]], true
}

// as returns the token for a request about a visit: of its patient, or sometimes of the front desk.
func (c *client) as(v visit) (token string) {
	if v.Patient != c.id || c.rand.IntN(4) == 0 {
		return c.house.desk
	}
	return c.token
}

// choose returns a visit to book. Patients take a free slot, often one of the next, or any
// time; the front desk takes half an hour, sometimes overbooked.
func (c *client) choose() (token string, fields map[string]any) {
	doctor := doctors[c.rand.IntN(3)].id
	if c.rand.IntN(4) == 0 {
		fields = wanted(c.id, doctor, c.anyTime(), 2*quarter)
		if c.rand.IntN(8) == 0 {
			fields["overbook"], fields["staff_note"] = true, "urgent"
		}
		return c.house.desk, fields
	}
	fields = map[string]any{"patient": c.id, "doctor": doctor, "starts": kit.FormatInstant(c.anyTime())}
	if c.rand.IntN(3) > 0 {
		day := theDay().Format(time.DateOnly)
		a, _ := c.insist(c.token, http.MethodGet, "/api/hospital/doctors/"+doctor+"/slots?from="+day+"&to="+day, nil, nil)
		if n := len(a.Slots); n > 0 {
			if c.rand.IntN(2) == 0 {
				n = min(n, 12)
			}
			fields["starts"] = a.Slots[c.rand.IntN(n)].Starts
		}
	}
	return c.token, fields
}

// anyTime returns a random time, mostly the start of a slot.
func (c *client) anyTime() time.Time {
	at := theDay().Add(time.Duration(c.rand.IntN(94)) * quarter)
	if c.rand.IntN(8) == 0 {
		return at.Add(5 * time.Minute)
	}
	return at
}

// move changes the time of a visit: to any, or a quarter of an hour later, where it
// overlaps its own old time.
func (c *client) move(token string, v visit) {
	fields := map[string]any{"starts": kit.FormatInstant(c.anyTime())}
	starts, _ := kit.ParseInstant(v.Starts)
	ends, _ := kit.ParseInstant(v.Ends)
	if token == c.house.desk && c.rand.IntN(2) == 0 {
		fields = map[string]any{"starts": kit.FormatInstant(starts.Add(quarter)), "ends": kit.FormatInstant(ends.Add(quarter))}
	}
	c.change(token, "moved", v, fields)
}

// wantTwo books two doctors for one patient at the same time, from two devices.
func (c *client) wantTwo() {
	at := c.anyTime()
	devices := []*client{c, {stage: c.stage, patient: c.patient, rand: rand.New(rand.NewPCG(c.rand.Uint64(), 0)), held: map[string]visit{}}}
	var got [2]visit
	together(devices, func(i int, device *client) {
		got[i] = device.book(c.token, map[string]any{"patient": c.id, "doctor": doctors[i].id, "starts": kit.FormatInstant(at)})
	})
	maps.Copy(c.held, devices[1].held)
	if got[0].ID == "" || got[1].ID == "" {
		return
	}
	untouched := func(v visit) bool { // not changed by the front desk in between
		v = c.look(c.token, v.ID)
		return v.Version == 1
	}
	if untouched(got[0]) && untouched(got[1]) {
		c.mistake("patient %s got two visits at once: %s and %s", c.id, got[0].ID, got[1].ID)
	}
}

// lendAHand lets the front desk change visits of other clients.
func (c *client) lendAHand() {
	of := url.QueryEscape(fmt.Sprintf(`doctor = %q && status = "pending"`, doctors[c.rand.IntN(3)].id))
	a, _ := c.insist(c.house.desk, http.MethodGet, visits+"?sort=starts&perPage=50&skipTotal=1&filter="+of, nil, nil)
	if len(a.Items) == 0 {
		return
	}
	v := a.Items[c.rand.IntN(len(a.Items))]
	switch c.rand.IntN(4) {
	case 0:
		c.move(c.house.desk, v)
	case 1:
		c.change(c.house.desk, "cancelled", v, cancelled)
	default:
		c.change(c.house.desk, "approved", v, map[string]any{"status": "approved"})
	}
	delete(c.held, v.ID) // it belongs to another client
}
