// Attack sends what guests can send to hurt a server, all of it at once and from many
// addresses, while staff book visits. It fails if the server takes more than 512 MiB of
// memory, or if the staff book at less than half the rate that they have undisturbed.
//
// It starts its own server on 127.0.0.1, with its own demo hospital and default settings.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"hospital/bench/process"
)

const maxMemory = 512 << 20 // bytes

func main() {
	log.SetFlags(0)
	binary := flag.String("binary", "bin/hospital", "the hospital binary to attack")
	lasts := flag.Duration("for", 60*time.Second, "the duration of the attacks")
	addresses := flag.Int("addresses", 100, "the number of addresses that the attacks come from")
	flag.Parse()
	if err := run(*binary, *lasts, max(1, *addresses)); err != nil {
		log.Fatal("attack: ", err)
	}
}

func run(binary string, lasts time.Duration, addresses int) error {
	dir, err := os.MkdirTemp("", "hospital-attack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	data := filepath.Join(dir, "data")
	if output, err := exec.Command(binary, "demo", "--small", "--dir", data).CombinedOutput(); err != nil {
		return fmt.Errorf("fill the demo hospital: %w: %s", err, output)
	}
	h, err := process.Start(context.Background(), binary, data)
	if err != nil {
		return err
	}
	defer h.Kill()
	s, idle := server{h, http.DefaultClient}, h.Memory()
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 40)
	undisturbed, err := s.book(lasts/3, day)
	if err != nil {
		return err
	}
	fmt.Printf("undisturbed    %s, %d MiB\n", undisturbed, idle>>20)

	ctx, end := context.WithCancel(context.Background())
	var attackers sync.WaitGroup
	answers := tally{counts: map[string]map[int]int{}}
	computers := 0
	for _, a := range attacks {
		for range a.clients {
			computers++
			attacker := s.from(computers % addresses)
			attackers.Go(func() { a.repeat(ctx, attacker, &answers) })
		}
	}
	attacked, err := s.book(lasts, day.AddDate(0, 0, 60))
	end()
	attackers.Wait()
	if err != nil {
		return err
	}
	peak := h.PeakMemory()
	fmt.Printf("under attack   %s, %d MiB at most\n\n", attacked, peak>>20)
	fmt.Print(&answers)
	switch {
	case peak > maxMemory:
		return fmt.Errorf("the server took %d MiB", peak>>20)
	case attacked.rate < undisturbed.rate/2:
		return errors.New("bookings fell below half their rate")
	}
	return nil
}
