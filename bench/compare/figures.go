package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"hospital/bench/process"
)

// figure is a single value of the hospital beside its target.
type figure struct{ name, value, target string }

func (b *benchmark) add(name, value, target string) {
	b.results.figures = append(b.results.figures, figure{name, value, target})
}

const starts = 5

// measureProcess measures the start, the idle memory, the verify command and the binary.
func (b *benchmark) measureProcess(ctx context.Context) error {
	dir := filepath.Join(b.scratch, "process")
	if err := copyHospital(b.template, dir); err != nil {
		return err
	}
	var took []time.Duration
	var idle int64
	for i := range starts {
		h, err := process.Start(ctx, b.binary, dir, rateLimit)
		if err != nil {
			return err
		}
		took = append(took, h.Ready)
		if i == starts-1 {
			time.Sleep(3 * time.Second)
			idle = h.Memory()
		}
		if err := h.Stop(); err != nil {
			return err
		}
	}
	slices.Sort(took)
	b.add("start, to the first answer", took[len(took)/2].Round(time.Millisecond).String(), "300 ms")
	b.add("resident memory, idle", fmt.Sprintf("%d MB", idle>>20), "")
	info, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	b.add("binary", fmt.Sprintf("%.1f MB", float64(info.Size())/1e6), "45 MB")

	began := time.Now()
	output, err := exec.CommandContext(ctx, b.binary, "verify", "--dir", dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("verify the seeded hospital: %w: %s", err, output)
	}
	b.add("verify", time.Since(began).Round(100*time.Millisecond).String(), "12 s at a million")
	beside, err := filepath.Glob(dir + ".audit.*")
	for _, file := range beside {
		err = errors.Join(err, os.Remove(file))
	}
	return errors.Join(err, os.RemoveAll(dir))
}
