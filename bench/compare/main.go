// Compare measures the hospital's binary beside two servers that do the same work: one that is
// as fast as Go and SQLite can be, and one as it is usually written. Ratios are of one run.
//
// It writes its tables into docs/performance.md, between two markers.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"time"
)

type options struct {
	binary, base string // base: another build of the hospital, instead of the rivals
	rivals       string // the directory of their binaries
	profiled     string // a build of the hospital that serves profiles
	postgres     string
	report       string
	size         hospitalSize
	quick        bool
	only         *regexp.Regexp
	rounds       int
	slice        time.Duration
	lasts        time.Duration // of a long run, instead of a comparison
	random       *rand.Rand
	out          io.Writer
}

func main() {
	log.SetFlags(0)
	o := options{out: os.Stdout, random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))}
	flag.StringVar(&o.binary, "binary", "bin/hospital", "the hospital's binary")
	flag.StringVar(&o.base, "base", "", "compare with this binary of the hospital, instead of with the rivals")
	flag.StringVar(&o.rivals, "rivals", "bin/bench", "the directory with the binaries limit and usual")
	flag.StringVar(&o.profiled, "profiled", "", "a build of the hospital that serves profiles on BENCH_PROFILE")
	flag.StringVar(&o.postgres, "postgres", os.Getenv("BENCH_POSTGRES"),
		"the address of a PostgreSQL server, postgres://…")
	flag.StringVar(&o.report, "report", "", "the Markdown file that gets the tables, between its markers")
	flag.BoolVar(&o.quick, "quick", false, "a short run, to see that everything works: its figures mean little")
	size := flag.String("size", "200k", "the number of visits, such as 10k, 200k or 1m")
	only := flag.String("only", "", "measure the operations that match this regular expression")
	flag.IntVar(&o.rounds, "rounds", 15, "the number of slices of each server and operation")
	flag.DurationVar(&o.slice, "slice", 250*time.Millisecond, "the duration of a slice")
	flag.DurationVar(&o.lasts, "soak", 0, "run the hospital for so long under the load of 200 people, and measure nothing else")
	flag.Parse()

	visits, err := parseSize(*size)
	if err == nil {
		o.only, err = regexp.Compile(*only)
	}
	if err != nil {
		log.Fatal("compare: ", err)
	}
	o.size = sizeOf(visits)
	if o.quick {
		o.rounds, o.slice = 2, 150*time.Millisecond
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err = run(ctx, o)
	stop()
	if err != nil {
		log.Fatal("compare: ", err)
	}
}

// parseSize reads a number such as 200k or 1m.
func parseSize(text string) (int, error) {
	text = strings.ToLower(text)
	factor := 1
	for suffix, n := range map[string]int{"k": 1_000, "m": 1_000_000} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			text, factor = number, n
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 || n*factor < 2*perDoctor {
		return 0, fmt.Errorf("%q is not a size such as 200k, of at least %d visits", text, 2*perDoctor)
	}
	return n * factor, nil
}
