package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"hospital/bench/process"
)

// profile is what the processor time of an operation went to.
type profileReport struct{ operation, top, flame string }

// profiledOperations are those with a profile in the report.
var profiledOperations = []string{
	"view one", "own list 30, patient, with total", "own list 30, doctor, with total", "book", "approve",
}

// profiles reports whether an operation is profiled. Those that somebody chose all are.
func (b *benchmark) profiles(op operation) bool {
	if b.only.String() == "" {
		return slices.Contains(profiledOperations, op.name)
	}
	return !op.alone && b.only.MatchString(op.name)
}

// profile runs a build of the hospital that serves profiles, under load. Each operation has a fresh copy of
// the data.
func (b *benchmark) profile(ctx context.Context) error {
	if b.profiled == "" {
		return nil
	}
	for _, op := range operations(b.world) {
		if !b.profiles(op) {
			continue
		}
		found, err := b.profileOf(ctx, op)
		if err != nil {
			return fmt.Errorf("%s: %w", op.name, err)
		}
		b.results.profiles = append(b.results.profiles, found)
	}
	return nil
}

func (b *benchmark) profileOf(ctx context.Context, op operation) (found profileReport, err error) {
	found.operation = op.name
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return found, err
	}
	address := free.Addr().String()
	_ = free.Close()
	dir := filepath.Join(b.scratch, "profile")
	defer os.RemoveAll(dir)
	if err := copyHospital(b.template, dir); err != nil {
		return found, err
	}
	h, err := process.Start(ctx, b.profiled, dir, rateLimit, "BENCH_PROFILE="+address)
	if err != nil {
		return found, err
	}
	defer h.Kill()
	seconds := 8
	if b.quick {
		seconds = 1
	}
	c := newClient(&running{h.Server, b.contestants[0], "", h.CPU}, b.world.accounts())
	loaded := make(chan error, 1)
	go func() {
		_, err := c.load(op, 0, cmp.Or(op.limit, anyNumber), time.Duration(seconds)*time.Second+300*time.Millisecond)
		loaded <- err
	}()
	name := words.ReplaceAllString(op.name, "-")
	file := filepath.Join(filepath.Dir(b.profiled), name+".pprof")
	if found.top, err = topOf(ctx, address, file, seconds); err != nil {
		return found, err
	}
	if err := <-loaded; err != nil || b.report == "" {
		return found, err
	}
	found.flame = filepath.Join("flame", name+".svg")
	drawn := filepath.Join(filepath.Dir(b.report), found.flame)
	if err := os.MkdirAll(filepath.Dir(drawn), 0o755); err != nil {
		return found, err
	}
	return found, writeFlame(op.name, file, drawn)
}

var words = regexp.MustCompile(`[^a-z0-9]+`)

// shown and hidden choose the functions in the list of a profile: what is in between only calls
// them.
const (
	shown = `hospital/(modules|internal/(kit|sqlite))|pocketbase/(core|apis|dbx|tools/search)|modernc.org/sqlite\.` +
		`|database/sql\.\(|encoding/json\.|crypto/|runtime\.(gcBgMarkWorker|mallocgc)`
	hidden = `\.func\d|\.\d|pocketbase/tools/hook|[rR]etry|execWrap|parseAndRun`
)

// topOf takes a processor profile and lists the functions with the largest part of it.
func topOf(ctx context.Context, address, file string, seconds int) (string, error) {
	response, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", address, seconds))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	out, err := os.Create(file)
	if err != nil {
		return "", err
	}
	if _, err := io.Copy(out, response.Body); err != nil {
		return "", err
	}
	if err := out.Close(); err != nil {
		return "", err
	}
	text, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", "-cum", "-nodecount=30", "-show="+shown,
		"-hide="+hidden, file).Output()
	if err != nil {
		return "", fmt.Errorf("pprof: %w", err)
	}
	_, table, _ := strings.Cut(string(text), "flat%")
	var lines []string
	for line := range strings.Lines(table) {
		if fields := strings.Fields(line); len(fields) >= 6 && strings.HasSuffix(fields[4], "%") {
			lines = append(lines, fmt.Sprintf("%7s %s", fields[4], strings.Join(fields[5:], " ")))
		}
	}
	return strings.Join(lines, "\n"), nil
}
