// Stress is a load test: many clients book, move and cancel visits of a few doctors, time out
// and retry, while the server is killed and restarted. Afterwards it verifies that there is no
// double booking, no acknowledged write is lost, and no row exists that no client requested.
//
// It starts its own server on 127.0.0.1, with its own data.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type options struct {
	binary    string
	scenarios []string
	clients   int
	lasts     time.Duration
	killAfter time.Duration
	seed      uint64
}

func main() {
	log.SetFlags(0)
	o := options{}
	flag.StringVar(&o.binary, "binary", "bin/hospital", "the hospital binary to test")
	flag.IntVar(&o.clients, "clients", 64, "the number of concurrent clients")
	flag.DurationVar(&o.lasts, "for", 20*time.Second, "the duration of each scenario")
	flag.DurationVar(&o.killAfter, "kill-after", 0,
		"when the server is killed and restarted in each scenario; 0 is in the middle, negative is never")
	flag.Uint64Var(&o.seed, "seed", 0, "the seed of the clients' random choices; 0 is a new one each time")
	scenarios := flag.String("scenarios", "mixed,overlap,patient,import", "the scenarios to run")
	flag.Parse()
	o.scenarios = strings.Split(*scenarios, ",")
	o.seed = cmp.Or(o.seed, uint64(time.Now().UnixNano()))

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		log.Fatal("stress: ", err)
	}
}

// run runs the scenarios, each on its own copy of the data. It returns an error when one of
// them failed.
func run(ctx context.Context, o options, out io.Writer) error {
	for _, name := range o.scenarios {
		if _, ok := scenarios[name]; !ok {
			return fmt.Errorf("there is no scenario %q", name)
		}
	}
	if o.clients < 2 || o.lasts <= 0 {
		return fmt.Errorf("%d clients for %s are too few", o.clients, o.lasts)
	}
	scratch, err := os.MkdirTemp("", "hospital-stress")
	if err != nil {
		return err
	}
	data, err := createTemplate(filepath.Join(scratch, "template"), o.clients)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d clients for %s in each scenario, seed %d\n", o.clients, o.lasts, o.seed)
	failed := 0
	for _, name := range o.scenarios {
		s := &runner{options: o, ctx: ctx, template: data, dir: filepath.Join(scratch, name),
			requestLog: requestLog{visits: map[string]*visitLog{}}}
		if err := s.run(scenarios[name]); err != nil {
			return fmt.Errorf("%s: %w; see %s", name, err, s.dir)
		}
		fmt.Fprintf(out, "\n%s: %s\n%s", name, scenarios[name].description, s.report())
		if len(s.failures) > 0 {
			failed++
			fmt.Fprintf(out, "FAILED, the data is in %s:\n  %s\n", s.dir, strings.Join(firstOf(s.failures, 20), "\n  "))
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d scenarios failed", failed)
	}
	return os.RemoveAll(scratch)
}

func firstOf(all []string, n int) []string {
	if more := len(all) - n; more > 0 {
		return append(slices.Clone(all[:n]), fmt.Sprintf("and %d more", more))
	}
	return all
}
