package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// stage runs one scene: a server, its clients, and what they saw.
type stage struct {
	options
	ctx    context.Context // of the whole run
	house  house
	dir    string
	server *server
	http   *http.Client
	ends   time.Time
	ledger ledger
	tally  tally
	found  findings

	mu    sync.Mutex
	wrong []string
}

// play runs the clients, kills the server once, and checks the database.
func (s *stage) play(of scene) (err error) {
	if err := s.house.copyTo(s.dir); err != nil {
		return err
	}
	if s.server, err = serve(s.ctx, s.binary, s.dir); err != nil {
		return err
	}
	defer s.server.kill() // no effect once it has stopped
	s.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * s.clients}}
	began := time.Now()
	s.ends = began.Add(s.lasts)
	accident := make(chan error, 1)
	go func() { accident <- s.accident() }()

	of.play(s, s.cast())
	s.tally.lasted = time.Since(began)
	if err := errors.Join(<-accident, s.ctx.Err()); err != nil {
		return err
	}
	if err := s.server.stop(); err != nil {
		s.mistake("%v", err)
	}
	return s.prove()
}

// accident kills the server in the middle, and starts it again on the same data.
func (s *stage) accident() error {
	after := s.killAfter
	switch {
	case after == 0:
		after = s.lasts / 2
	case after < 0 || after >= s.lasts:
		return nil
	}
	select {
	case <-s.ctx.Done():
		return s.ctx.Err()
	case <-time.After(after):
	}
	s.server.kill()
	s.tally.count("kills")
	return s.server.start(s.ctx)
}

// cast returns the clients, whose choices depend on the seed only.
func (s *stage) cast() (all []*client) {
	for i, patient := range s.house.patients {
		all = append(all, &client{stage: s, patient: patient, rand: rand.New(rand.NewPCG(s.seed, uint64(i))), held: map[string]visit{}})
	}
	return all
}

func (s *stage) over() bool { return s.ctx.Err() != nil || time.Now().After(s.ends) }

// mistake records an error of the hospital.
func (s *stage) mistake(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// tally counts the results of requests.
type tally struct {
	mu     sync.Mutex
	lasted time.Duration
	counts map[string]int
	took   []time.Duration // of answered requests
}

func (t *tally) count(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[what]++
}

func (t *tally) answered(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took = append(t.took, took)
}

// percentile returns the duration that n of 100 requests did not exceed.
func (t *tally) percentile(n int) time.Duration {
	if len(t.took) == 0 {
		return 0
	}
	slices.Sort(t.took)
	return t.took[min(len(t.took)*n/100, len(t.took)-1)]
}

// report prints the numbers of a scene.
func (s *stage) report() string {
	t := &s.tally
	var refused []string
	for what, n := range t.counts {
		if code, is := strings.CutPrefix(what, "refused "); is {
			refused = append(refused, fmt.Sprintf("%s %d", code, n))
		}
	}
	slices.Sort(refused)
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	rows := [][2]string{
		{"requests answered", fmt.Sprintf("%d, %.0f a second; half within %d ms, 99 of 100 within %d ms", len(t.took), float64(len(t.took))/t.lasted.Seconds(), t.percentile(50).Milliseconds(), t.percentile(99).Milliseconds())},
		{"acknowledged", fmt.Sprintf("%d booked, %d moved, %d approved, %d cancelled", t.counts["booked"], t.counts["moved"], t.counts["approved"], t.counts["cancelled"])},
		{"refused", strings.Join(refused, ", ") + fmt.Sprintf("; %d with other times", t.counts["offers"])},
		{"not answered", fmt.Sprintf("%d timed out, %d found no server (killed %d times); %d asked again, %d times to find that it was booked", t.counts["timed out"], t.counts["no server"], t.counts["kills"], t.counts["retries"], t.counts["found booked"])},
		{"in the database", fmt.Sprint(s.found)},
	}
	if n := t.counts["rounds"]; n > 0 {
		rows = append(rows, [2]string{"rounds", fmt.Sprintf("%d, with one winner each", n)})
	}
	for _, row := range rows {
		fmt.Fprintf(out, "  %s\t%s\n", row[0], row[1])
	}
	_ = out.Flush() // into memory
	return table.String()
}
