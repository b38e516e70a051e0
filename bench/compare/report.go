package main

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// render writes the results as Markdown.
func (b *benchmark) render() string {
	var out strings.Builder
	b.renderRun(&out)
	if b.lasts > 0 {
		b.renderSoak(&out)
		return out.String()
	}
	b.renderNoise(&out)
	b.renderCompared(&out)
	if b.base != "" {
		return out.String()
	}
	b.renderAlone(&out)
	row(&out, "", "value", "target")
	ruler(&out, 3)
	for _, f := range b.results.figures {
		row(&out, f.name, f.value, f.target)
	}
	if len(b.results.plans) > 0 {
		b.renderPlans(&out)
	}
	if len(b.results.profiles) > 0 {
		fmt.Fprintln(&out, "\n### Where the processor time goes\n\nCumulative shares: callers include what they call. "+
			"`go tool pprof -http=: bin/bench/view-one.pprof` shows more of a run.")
	}
	for _, p := range b.results.profiles {
		if p.flame != "" {
			fmt.Fprintf(&out, "\n[%s](%s)\n", p.operation, p.flame)
		}
		fmt.Fprintf(&out, "\n<details><summary>%s</summary>\n\n```\n%s\n```\n\n</details>\n", p.operation, p.top)
	}
	return out.String()
}

func row(out *strings.Builder, cells ...string) {
	fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}

func ruler(out *strings.Builder, columns int) { fmt.Fprintln(out, "|"+strings.Repeat("---|", columns)) }

func (b *benchmark) renderRun(out *strings.Builder) {
	kind := "`" + b.command() + "`"
	if b.quick {
		kind += " with QUICK=1, a short run whose figures mean little,"
	}
	fmt.Fprintf(out, "Made by %s on %s in %s.\n\n", kind, b.results.began.UTC().Format(time.DateOnly),
		time.Since(b.results.began).Round(time.Second))
	fmt.Fprintf(out, "- %d visits, %d patients, %d doctors; %d processors, %s\n", b.size.visits, b.size.patients,
		b.size.doctors, runtime.NumCPU(), runtime.Version())
	if b.lasts == 0 {
		fmt.Fprintf(out, "- %d connections; %d slices of %s for each server and operation\n", connections, b.rounds, b.slice)
	}
	fmt.Fprintf(out, "- default settings, except for `%s`: a load generator sends in a second what people send in "+
		"an hour\n\n", rateLimit)
}

// renderSoak shows what grows in a long run.
func (b *benchmark) renderSoak(out *strings.Builder) {
	fmt.Fprintf(out, "%d people poll their list every %s; beside them ", pollers, pollInterval)
	for i, name := range slices.Sorted(maps.Keys(soakWrites)) {
		if i > 0 {
			out.WriteString(", ")
		}
		fmt.Fprintf(out, "%s every %s", name, soakWrites[name])
	}
	fmt.Fprint(out, ".\n\n")
	row(out, "after", "requests", "p50 ms", "p99 ms", "resident MB", "data and WAL, MB", "audit rows")
	ruler(out, 7)
	for _, r := range b.results.soak {
		row(out, r.after.String(), strconv.Itoa(r.requests), ms(r.p50), ms(r.p99), strconv.FormatInt(r.memory>>20, 10),
			fmt.Sprintf("%.1f", float64(r.size)/1e6), strconv.Itoa(r.audit))
	}
}

// renderNoise shows the ratios of two processes of the same binary.
func (b *benchmark) renderNoise(out *strings.Builder) {
	fmt.Fprintln(out, "Noise: the same binary beside itself. A ratio below that differs less from 1 means nothing.")
	fmt.Fprintln(out)
	row(out, "operation", "ratio (95 %)")
	ruler(out, 2)
	for _, r := range b.results.noise {
		row(out, r.name, b.ratio(r.series[0], r.series[1]))
	}
	fmt.Fprintln(out)
}

func (b *benchmark) ratio(x, y series) string {
	r := medianRatio(x.speeds(), y.speeds(), b.random)
	return fmt.Sprintf("%.2f (%.2f–%.2f)", r.value, r.low, r.high)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }

func speed(s series) string { return fmt.Sprintf("%.0f", median(s.speeds())) }

// renderCompared shows the hospital beside the others: each ratio is its requests per second
// divided by theirs.
func (b *benchmark) renderCompared(out *strings.Builder) {
	others := b.contestants[1:]
	head := []string{"operation", "requests/s", "p50 ms", "p99 ms", "alone ms", "CPU ms"}
	for i, c := range others {
		head = append(head, "/ "+c.name, "its CPU ms")
		if i == 0 && b.base == "" {
			head = append(head, "target")
		}
	}
	head = append(head, "audit rows per request")
	row(out, head...)
	ruler(out, len(head))
	for _, r := range b.results.compared {
		own := r.series[0]
		if r.alone {
			row(out, slices.Concat([]string{r.name, "", "", "", ms(own.single), ""},
				[]string{fmt.Sprintf("%.2f", float64(r.series[1].single)/float64(own.single)), "", ""})...)
			continue
		}
		cells := []string{r.name, speed(own), ms(percentile(own.latencies(), 50)), ms(percentile(own.latencies(), 99)),
			ms(own.single), ms(own.cpuPerRequest())}
		rows := []string{fmt.Sprintf("%.2f", own.auditRows)}
		for i := range others {
			other := r.series[i+1]
			cells = append(cells, b.ratio(own, other), ms(other.cpuPerRequest()))
			if i == 0 && b.base == "" {
				cells = append(cells, fmt.Sprintf("%.2f", r.target))
			}
			if other.auditRows >= 0 {
				rows = append(rows, fmt.Sprintf("%.2f", other.auditRows))
			}
		}
		row(out, append(cells, strings.Join(rows, ", "))...)
	}
	fmt.Fprintln(out)
}

// renderAlone shows what only the hospital does.
func (b *benchmark) renderAlone(out *strings.Builder) {
	row(out, "operation", "requests/s", "p50 ms", "p99 ms", "alone ms", "CPU ms", "audit rows per request", "target")
	ruler(out, 8)
	for _, r := range b.results.alone {
		s := r.series[0]
		alone := ms(s.single)
		if r.name == csvName {
			alone += fmt.Sprintf(", %.1f µs a line", float64(s.single)/float64(time.Microsecond)/float64(max(s.lines, 1)))
		}
		if r.alone {
			row(out, r.name, "", "", "", alone, "", "", r.goal)
			continue
		}
		row(out, r.name, speed(s), ms(percentile(s.latencies(), 50)), ms(percentile(s.latencies(), 99)), alone,
			ms(s.cpuPerRequest()), fmt.Sprintf("%.2f", s.auditRows), r.goal)
	}
	fmt.Fprintln(out)
}

const longestSQL = 400 // characters of a statement in the report

func (b *benchmark) renderPlans(out *strings.Builder) {
	fmt.Fprintln(out, "\n### Plans\n\nThe statements that each request really runs, and how SQLite executes them.")
	for _, p := range b.results.plans {
		fmt.Fprintf(out, "\n<details><summary>%s: %d statements</summary>\n\n```\n", p.operation, len(p.statements))
		for i, s := range p.statements {
			text := s.sql
			if len(text) > longestSQL {
				text = text[:longestSQL] + " …"
			}
			fmt.Fprintf(out, "%d. %s\n", i+1, text)
			for _, step := range s.steps {
				fmt.Fprintf(out, "     %s\n", step)
			}
		}
		fmt.Fprintln(out, "```\n\n</details>")
	}
}

// command is the command that makes such a report. Those of each have a place of their own on the page.
func (b *benchmark) command() string {
	switch {
	case b.lasts > 0:
		return "make soak"
	case b.base != "":
		return "make bench-compare"
	case b.size.visits == 1_000_000:
		return "make bench SIZE=1m"
	}
	return "make bench"
}

// writeReport replaces what is between the two marks of a command in a Markdown file.
func writeReport(file, command, text string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	replaced, err := replaceBetween(string(page), command, text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(replaced), 0o644)
}

func replaceBetween(page, command, text string) (string, error) {
	beginMark, endMark := "<!-- begin: written by "+command+" -->", "<!-- end: written by "+command+" -->"
	before, rest, begins := strings.Cut(page, beginMark)
	_, after, ends := strings.Cut(rest, endMark)
	if !begins || !ends {
		return "", fmt.Errorf("the markers %q and %q are missing", beginMark, endMark)
	}
	return before + beginMark + "\n\n" + strings.TrimSpace(text) + "\n\n" + endMark + after, nil
}
