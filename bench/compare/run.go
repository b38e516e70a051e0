package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"hospital/bench/process"
)

const (
	productName  = "hospital"
	baseName     = "base"
	limitName    = "raw Go"
	usualName    = "Gin + GORM, SQLite"
	postgresName = "Gin + GORM, PostgreSQL"
)

// benchmark is one run.
type benchmark struct {
	options
	scratch     string
	template    string // the seeded directory of the hospital
	world       *world
	contestants []*contestant // the hospital first
	results     results
}

// result are the series of an operation, in the order of the contestants.
type result struct {
	operation
	series []series
}

// results is what the report is made of.
type results struct {
	noise    []result // the hospital beside itself
	compared []result
	alone    []result
	figures  []figure
	plans    []plan
	profiles []profileReport
	soak     []soakRow
	began    time.Time
}

func run(ctx context.Context, o options) (err error) {
	b := &benchmark{options: o, results: results{began: time.Now()}}
	if b.scratch, err = os.MkdirTemp("", "hospital-bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.scratch)
	defer func() {
		for _, c := range b.contestants {
			c.remove()
		}
	}()
	type step struct {
		what string
		do   func(context.Context) error
	}
	steps := []step{
		{fmt.Sprintf("seed %d visits, %d patients, %d doctors", o.size.visits, o.size.patients, o.size.doctors), b.seed},
		{"the hospital beside itself", b.measureNoise},
		{"reads", b.measureReads},
		{"writes", b.measureWrites},
	}
	if o.base == "" && o.only.String() == "" {
		steps = append(steps, []step{{"listeners", b.measureListeners}, {"start, memory, verify", b.measureProcess}, {"plans", b.explainLists}}...)
	}
	steps = append(steps, step{"profiles", b.profile})
	if o.lasts > 0 {
		steps = []step{steps[0], {"200 people for " + o.lasts.String(), b.soak}}
	}
	for _, step := range steps {
		began := time.Now()
		fmt.Fprintln(o.out, step.what)
		if err := errors.Join(step.do(ctx), ctx.Err()); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		fmt.Fprintf(o.out, "  took %s\n", time.Since(began).Round(time.Second))
	}
	text := b.render()
	fmt.Fprintf(o.out, "\n%s", text)
	if o.report != "" {
		return writeReport(o.report, b.command(), text)
	}
	return nil
}

// seed creates the data of all contestants.
func (b *benchmark) seed(ctx context.Context) (err error) {
	now := time.Now()
	b.template = filepath.Join(b.scratch, "template")
	add := func(name, binary, template string) error {
		if err := seed(ctx, binary, template, b.size, now); err != nil {
			return err
		}
		if b.world == nil {
			if b.world, err = readWorld(ctx, template, b.size, now); err != nil {
				return err
			}
		}
		tokens, err := signInOn(ctx, binary, template, b.world.accounts())
		b.contestants = append(b.contestants, product(name, binary, template, tokens))
		return err
	}
	if err := add(productName, b.binary, b.template); err != nil {
		return err
	}
	if b.lasts > 0 {
		return nil
	}
	if b.base != "" {
		return add(baseName, b.base, filepath.Join(b.scratch, "base"))
	}
	file := filepath.Join(b.scratch, "rivals.db")
	if err := seedSQLite(ctx, b.template, file); err != nil {
		return err
	}
	b.contestants = append(b.contestants, onSQLite(limitName, filepath.Join(b.rivals, "limit"), file),
		onSQLite(usualName, filepath.Join(b.rivals, "usual"), file))
	if b.postgres != "" {
		data, err := seedPostgres(ctx, b.postgres, b.template)
		if err != nil {
			return err
		}
		b.contestants = append(b.contestants, onPostgres(postgresName, filepath.Join(b.rivals, "usual"), data))
	}
	return nil
}

// signInOn signs accounts in on a seeded hospital. Their tokens work on its copies.
func signInOn(ctx context.Context, binary, template string, accounts []string) (map[string]string, error) {
	h, err := process.Start(ctx, binary, template, rateLimit)
	if err != nil {
		return nil, err
	}
	tokens, err := signIn(h.Address, accounts)
	return tokens, errors.Join(err, h.Stop(), os.Remove(filepath.Join(template, "serve.log")))
}

// with runs contestants on fresh copies of the data.
func (b *benchmark) with(ctx context.Context, contestants []*contestant, do func([]*client) error) error {
	all, stop, err := startAll(ctx, filepath.Join(b.scratch, "run"), contestants)
	if err != nil {
		return err
	}
	var clients []*client
	for _, r := range all {
		r.idle(false)
		clients = append(clients, newClient(r, b.world.accounts()))
	}
	return errors.Join(do(clients), stop())
}

func (b *benchmark) measureInto(list *[]result, op operation, clients []*client) error {
	began := time.Now()
	all, err := measure(op, clients, b.options)
	fmt.Fprintf(b.out, "  %s: %.1f s\n", op.name, time.Since(began).Seconds())
	*list = append(*list, result{op, all})
	return err
}

// noiseFloor are the operations that the hospital is compared with itself in.
var noiseFloor = []string{"view one", "own list 30, patient", "book"}

// measureNoise measures two processes of the hospital side by side: what differs is noise.
func (b *benchmark) measureNoise(ctx context.Context) error {
	pair := []*contestant{b.contestants[0], b.contestants[0]}
	return b.with(ctx, pair, func(clients []*client) error {
		for _, op := range operations(b.world) {
			for _, name := range noiseFloor {
				if op.name == name {
					if err := b.measureInto(&b.results.noise, op, clients); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// taking says who takes part in an operation, and where its result belongs.
func (b *benchmark) taking(op operation) ([]*contestant, *[]result) {
	if op.compared || b.base != "" {
		return b.contestants, &b.results.compared
	}
	return b.contestants[:1], &b.results.alone
}

func (b *benchmark) measureReads(ctx context.Context) error {
	return b.with(ctx, b.contestants, func(clients []*client) error {
		for _, op := range operations(b.world) {
			if op.writes || !b.only.MatchString(op.name) {
				continue
			}
			takes, list := b.taking(op)
			if err := b.measureInto(list, op, clients[:len(takes)]); err != nil {
				return err
			}
		}
		for _, c := range clients {
			target := ""
			if c.contestant.name == productName {
				target = "200 MB"
			}
			b.add("largest resident memory during the reads, "+c.contestant.name,
				fmt.Sprintf("%d MB", c.PeakMemory()>>20), target)
		}
		return nil
	})
}

func (b *benchmark) measureWrites(ctx context.Context) error {
	for _, op := range operations(b.world) {
		if !op.writes || !b.only.MatchString(op.name) {
			continue
		}
		takes, list := b.taking(op)
		err := b.with(ctx, takes, func(clients []*client) error { return b.measureInto(list, op, clients) })
		if err != nil {
			return err
		}
	}
	return nil
}
