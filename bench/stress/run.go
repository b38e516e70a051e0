package main

import (
	"cmp"
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

	"hospital/bench/process"
)

// runner runs one scenario: a server, its clients, and what they received.
type runner struct {
	options
	ctx        context.Context // of the whole run
	template   template
	dir        string
	server     *process.Hospital
	http       *http.Client
	scenario   scenario
	ends       time.Time          // the latest end of the clients' work
	working    context.Context    // ends with it
	finish     context.CancelFunc // ends it earlier
	requestLog requestLog
	tally      tally
	found      findings

	mu       sync.Mutex
	failures []string
}

// run starts the clients and what happens beside them, and verifies the data.
func (s *runner) run(of scenario) (err error) {
	if err := s.template.copyTo(s.dir); err != nil {
		return err
	}
	// The clients send more than people do.
	if s.server, err = process.Start(s.ctx, s.binary, s.dir, "HOSPITAL_RATE_LIMIT=0"); err != nil {
		return err
	}
	defer s.server.Kill() // no effect after Stop
	s.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * s.clients}}
	began := time.Now()
	s.scenario, s.ends = of, began.Add(cmp.Or(of.lasts, s.lasts))
	s.working, s.finish = context.WithDeadline(s.ctx, s.ends)
	defer s.finish()
	beside := make(chan error, 1)
	go func() { beside <- of.beside(s) }()

	of.run(s, s.newClients())
	s.tally.lasted = time.Since(began)
	if err := errors.Join(<-beside, s.ctx.Err()); err != nil {
		return err
	}
	if err := s.server.Stop(); err != nil {
		s.fail("%v", err)
	}
	return s.verifyData()
}

// crash kills the server in the middle, and restarts it on the same data.
func crash(s *runner) error {
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
	s.server.Kill()
	s.tally.count("kills")
	return s.server.Restart(s.ctx)
}

// newClients are the clients. Their choices are determined by the seed.
func (s *runner) newClients() (all []*client) {
	for i, patient := range s.template.patients {
		all = append(all, &client{runner: s, patient: patient, rand: rand.New(rand.NewPCG(s.seed, uint64(i))),
			held: map[string]visit{}})
	}
	return all
}

func (s *runner) over() bool { return s.working.Err() != nil }

// fail records a failure.
func (s *runner) fail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, fmt.Sprintf(format, args...))
}

// tally counts what happened to the clients.
type tally struct {
	mu     sync.Mutex
	lasted time.Duration
	counts map[string]int
	took   []time.Duration // of requests that were answered

	importTook time.Duration
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

// percentile is the duration that n percent of the requests did not exceed.
func (t *tally) percentile(n int) time.Duration {
	if len(t.took) == 0 {
		return 0
	}
	slices.Sort(t.took)
	return t.took[min(len(t.took)*n/100, len(t.took)-1)]
}

// report summarises the scenario.
func (s *runner) report() string {
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
		{"requests answered", fmt.Sprintf("%d, %.0f per second; p50 %d ms, p99 %d ms, slowest %d ms", len(t.took),
			float64(len(t.took))/t.lasted.Seconds(), t.percentile(50).Milliseconds(), t.percentile(99).Milliseconds(),
			t.percentile(100).Milliseconds())},
		{"acknowledged", fmt.Sprintf("%d booked, %d moved, %d approved, %d cancelled", t.counts["booked"], t.counts["moved"],
			t.counts["approved"], t.counts["cancelled"])},
		{"refused", strings.Join(refused, ", ") + fmt.Sprintf("; %d suggested free slots", t.counts["offers"])},
		{"not answered",
			fmt.Sprintf("%d timed out, %d found no server (killed %d times); %d retries, %d of which found the visit booked",
				t.counts["timed out"], t.counts["no server"], t.counts["kills"], t.counts["retries"], t.counts["found booked"])},
		{"in the database", fmt.Sprint(s.found)},
	}
	if n := t.counts["rounds"]; n > 0 {
		rows = append(rows, [2]string{"rounds", fmt.Sprintf("%d, with one winner each", n)})
	}
	if t.importTook > 0 {
		rows = append(rows,
			[2]string{"imported", fmt.Sprintf("%d codes in %s", importedCodes, t.importTook.Round(time.Second))})
	}
	for _, row := range rows {
		fmt.Fprintf(out, "  %s\t%s\n", row[0], row[1])
	}
	_ = out.Flush() // into memory
	return table.String()
}
