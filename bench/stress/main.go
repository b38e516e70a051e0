// Stress books, moves and cancels visits at a few doctors from many clients, which time out
// and retry, while the server is killed and restarted. Then it proves that nothing is double
// booked, that no acknowledged write is lost, and that every stored visit was requested.
//
// It starts a server of its own on 127.0.0.1, with data of its own.
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
	scenes    []string
	clients   int
	lasts     time.Duration
	killAfter time.Duration
	seed      uint64
}

func main() {
	log.SetFlags(0)
	o := options{}
	flag.StringVar(&o.binary, "binary", "bin/hospital", "the hospital to put under stress")
	flag.IntVar(&o.clients, "clients", 64, "how many ask at the same time")
	flag.DurationVar(&o.lasts, "for", 20*time.Second, "how long each scene lasts")
	flag.DurationVar(&o.killAfter, "kill-after", 0, "when in a scene the server is killed and started again; 0 is in the middle, a negative time is never")
	flag.Uint64Var(&o.seed, "seed", 0, "what the clients' choices follow from; 0 is another one each time")
	scenes := flag.String("scenes", "mixed,overlap,patient", "which scenes are played")
	flag.Parse()
	o.scenes = strings.Split(*scenes, ",")
	o.seed = cmp.Or(o.seed, uint64(time.Now().UnixNano()))

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		log.Fatal("stress: ", err)
	}
}

// run plays the scenes, each in a hospital of its own. It returns an error if a scene found
// a mistake.
func run(ctx context.Context, o options, out io.Writer) error {
	for _, name := range o.scenes {
		if _, ok := scenes[name]; !ok {
			return fmt.Errorf("there is no scene %q", name)
		}
	}
	if o.clients < 2 || o.lasts <= 0 {
		return fmt.Errorf("%d clients for %s are too few", o.clients, o.lasts)
	}
	scratch, err := os.MkdirTemp("", "hospital-stress")
	if err != nil {
		return err
	}
	house, err := build(filepath.Join(scratch, "furnished"), o.clients)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d clients for %s in each scene, seed %d\n", o.clients, o.lasts, o.seed)
	broken := 0
	for _, name := range o.scenes {
		s := &stage{options: o, ctx: ctx, house: house, dir: filepath.Join(scratch, name), ledger: ledger{visits: map[string]*page{}}}
		if err := s.play(scenes[name]); err != nil {
			return fmt.Errorf("%s: %w; see %s", name, err, s.dir)
		}
		fmt.Fprintf(out, "\n%s: %s\n%s", name, scenes[name].says, s.report())
		if len(s.wrong) > 0 {
			broken++
			fmt.Fprintf(out, "WRONG, the data is in %s:\n  %s\n", s.dir, strings.Join(firsts(s.wrong, 20), "\n  "))
		}
	}
	if broken > 0 {
		return fmt.Errorf("%d scenes went wrong", broken)
	}
	return os.RemoveAll(scratch)
}

func firsts(all []string, n int) []string {
	if more := len(all) - n; more > 0 {
		return append(slices.Clone(all[:n]), fmt.Sprintf("and %d more", more))
	}
	return all
}
