package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hospital/bench/compare/rival"
	"hospital/bench/process"
)

// contestant is a server that takes part: how its data is copied, and how it is started.
type contestant struct {
	name   string
	start  func(ctx context.Context, dir string) (*running, error) // on a fresh copy of the data, in an empty directory
	token  func(account string) string
	remove func() // what start created outside of the directory
}

// running is a server on its own copy of the data.
type running struct {
	*process.Server
	contestant *contestant
	data       string // the SQLite file, to count rows; empty for PostgreSQL
	cpu        func() time.Duration
}

// rateLimit is what is lifted for a load generator: it sends in a second what people send in
// an hour. All other settings are the defaults.
const rateLimit = "HOSPITAL_RATE_LIMIT=0"

// product is the hospital's binary on copies of a seeded directory. Its tokens are those of the
// accounts that were signed in on it.
func product(name, binary, template string, tokens map[string]string) *contestant {
	c := &contestant{name: name, token: func(account string) string { return tokens[account] }, remove: func() {}}
	c.start = func(ctx context.Context, dir string) (*running, error) {
		data := filepath.Join(dir, "data")
		if err := copyHospital(template, data); err != nil {
			return nil, err
		}
		h, err := process.Start(ctx, binary, data, rateLimit)
		if err != nil {
			return nil, err
		}
		return &running{h.Server, c, filepath.Join(data, "data.db"), h.CPU}, nil
	}
	return c
}

// onSQLite is a rival on copies of a SQLite file.
func onSQLite(name, binary, template string) *contestant {
	c := &contestant{name: name, token: rivalToken, remove: func() {}}
	c.start = func(ctx context.Context, dir string) (*running, error) {
		data := filepath.Join(dir, "data.db")
		if err := copyFile(template, data); err != nil {
			return nil, err
		}
		s, err := process.StartServer(ctx, filepath.Join(dir, "serve.log"), func(address string) []string {
			return []string{binary, "-http", address, "-data", data}
		})
		if err != nil {
			return nil, err
		}
		return &running{s, c, data, s.CPU}, nil
	}
	return c
}

// onPostgres is a rival on copies of a PostgreSQL database. Its processor time is that of the
// rival and of all PostgreSQL processes of this machine.
func onPostgres(name, binary string, of *postgresData) *contestant {
	c := &contestant{name: name, token: rivalToken, remove: of.remove}
	c.start = func(ctx context.Context, dir string) (*running, error) {
		url, err := of.copy(ctx)
		if err != nil {
			return nil, err
		}
		s, err := process.StartServer(ctx, filepath.Join(dir, "serve.log"), func(address string) []string {
			return []string{binary, "-http", address, "-data", url}
		})
		if err != nil {
			return nil, err
		}
		return &running{s, c, "", func() time.Duration { return s.CPU() + postgresCPU() }}, nil
	}
	return c
}

func rivalToken(account string) string {
	token, err := rival.NewToken(account)
	if err != nil {
		panic(err) // the key is a constant
	}
	return token
}

func postgresCPU() (total time.Duration) {
	names, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil && strings.TrimSpace(string(text)) == "postgres" {
			total += process.CPUOf(filepath.Base(filepath.Dir(name)))
		}
	}
	return total
}

const longestDrain = 2 * time.Minute

// idle waits until the server does nothing any more, and returns the processor time that this
// took. Servers that log reads write them once a second.
func (r *running) idle(logsReads bool) (drained time.Duration) {
	before := r.cpu()
	if logsReads {
		time.Sleep(1100 * time.Millisecond)
	}
	quiet, began := 0, time.Now()
	for last := r.cpu(); quiet < 2 && time.Since(began) < longestDrain; {
		time.Sleep(30 * time.Millisecond)
		now := r.cpu()
		quiet++
		if now > last {
			quiet = 0
		}
		last = now
	}
	return r.cpu() - before
}

// startAll starts servers, each on a fresh copy of its data below a directory, and returns
// what stops them and removes the copies.
func startAll(
	ctx context.Context, dir string, contestants []*contestant,
) (all []*running, stop func() error, err error) {
	stop = func() error {
		var failed []error
		for _, r := range all {
			if r.contestant.name == productName || r.contestant.name == baseName {
				failed = append(failed, r.Stop())
				continue
			}
			r.Kill()
		}
		return errors.Join(append(failed, os.RemoveAll(dir))...)
	}
	for i, c := range contestants {
		own := filepath.Join(dir, fmt.Sprint(i))
		if err := os.MkdirAll(own, 0o700); err != nil {
			return nil, stop, err
		}
		r, err := c.start(ctx, own)
		if err != nil {
			return nil, stop, errors.Join(fmt.Errorf("start %s: %w", c.name, err), stop())
		}
		all = append(all, r)
	}
	return all, stop, nil
}
