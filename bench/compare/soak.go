package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// The load of a long run: people who are signed in poll a list, and a few requests a second change something.
const (
	pollers      = 200
	pollInterval = 10 * time.Second
	soakRows     = 12 // of the table
)

// soakWrites are the operations that change something, and how often.
var soakWrites = map[string]time.Duration{
	"book": time.Second, "approve": 2 * time.Second, "complete with bill": 2 * time.Second,
	"verify payment": 4 * time.Second,
}

// soak runs the hospital under such a load for a long time. It shows what grows: the database, the memory, the
// time of a request. Any unexpected answer ends it.
func (b *benchmark) soak(ctx context.Context) error {
	dir := filepath.Join(b.scratch, "soak")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	server, err := b.contestants[0].start(ctx, dir)
	if err != nil {
		return err
	}
	defer server.Kill()
	ctx, stop := context.WithTimeout(ctx, b.lasts)
	defer stop()
	var (
		lock    sync.Mutex
		each    []time.Duration
		failed  error
		workers sync.WaitGroup
	)
	c := newClient(server, b.world.accounts())
	ask := func(q request) {
		sent := time.Now()
		_, err := c.send(q)
		lock.Lock()
		defer lock.Unlock()
		each = append(each, time.Since(sent))
		if err != nil && failed == nil {
			failed = err
			stop()
		}
	}
	repeat := func(interval time.Duration, request func(i int) request) {
		workers.Go(func() {
			time.Sleep(time.Duration(rand.Int64N(int64(interval)))) // people do not poll all at once
			ticker := time.NewTicker(interval)
			defer ticker.Stop()
			for i := 0; ; i++ {
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
					ask(request(i))
				}
			}
		})
	}
	all := map[string]operation{}
	for _, op := range operations(b.world) {
		all[op.name] = op
	}
	for i := range pollers {
		polled := []string{"own list 30, patient", "own list 30, doctor, with total", "desk's day, 100 visits, expanded"}[i%3]
		repeat(pollInterval, func(int) request { return all[polled].request(i) })
	}
	for name, interval := range soakWrites {
		repeat(interval, all[name].request)
	}
	for part := range soakRows {
		select {
		case <-ctx.Done():
		case <-time.After(b.lasts / soakRows):
		}
		lock.Lock()
		took := each
		each = nil
		lock.Unlock()
		if len(took) == 0 {
			break
		}
		slices.Sort(took)
		row := soakRow{
			after: b.lasts / soakRows * time.Duration(part+1), requests: len(took),
			p50: percentile(took, 50), p99: percentile(took, 99), memory: server.Memory(), audit: c.countAudit(),
		}
		for _, file := range []string{"", "-wal"} {
			if info, err := os.Stat(server.data + file); err == nil {
				row.size += info.Size()
			}
		}
		fmt.Fprintf(b.out, "  %s: p99 %s, %d MB of memory\n", row.after, row.p99.Round(100*time.Microsecond), row.memory>>20)
		b.results.soak = append(b.results.soak, row)
	}
	stop()
	workers.Wait()
	return errors.Join(failed, server.Stop())
}

// soakRow is a part of a long run.
type soakRow struct {
	after        time.Duration
	requests     int
	p50, p99     time.Duration
	memory, size int64
	audit        int
}
