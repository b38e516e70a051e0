package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"hospital/bench/process"
)

// plan is how SQLite executes the statements of a list.
type plan struct {
	operation  string
	statements []statementPlan
}

type statementPlan struct {
	sql   string
	steps []string
}

// planned are the operations with a plan in the report.
var planned = regexp.MustCompile(`list|desk|view|slots|history|statistics`)

// explainLists runs a hospital that prints its statements, asks for each list once, and asks
// SQLite for the plans of what was printed.
func (b *benchmark) explainLists(ctx context.Context) error {
	dir := filepath.Join(b.scratch, "plans")
	if err := copyHospital(b.template, dir); err != nil {
		return err
	}
	log := filepath.Join(dir, "serve.log")
	s, err := process.StartServer(ctx, log, func(address string) []string {
		return []string{b.binary, "serve", "--dev", "--dir", dir, "--http=" + address}
	}, rateLimit)
	if err != nil {
		return err
	}
	defer s.Kill()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	c := newClient(&running{s, b.contestants[0], "", s.CPU}, b.world.accounts())
	for _, op := range operations(b.world) {
		if op.writes || !planned.MatchString(op.name) {
			continue
		}
		c.idle(true) // the audit log is written
		before, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		if _, err := c.send(op.request(0)); err != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
		after, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		p := plan{operation: op.name}
		for _, query := range printed(string(after[len(before):])) {
			steps, err := explain(ctx, db, query)
			if err != nil {
				return err
			}
			p.statements = append(p.statements, statementPlan{query, steps})
		}
		if p.statements == nil {
			return errors.New(op.name + ": the hospital printed no statement")
		}
		b.results.plans = append(b.results.plans, p)
	}
	return nil
}

var (
	statementLine = regexp.MustCompile(`^\S*\[[\d.]+ms\] `)
	logLine       = regexp.MustCompile(`^\S*(DEBUG|INFO|WARN|ERROR) |^\{`)
)

// printed are the queries in the output of a hospital in development mode. A statement may
// have several lines.
func printed(output string) (queries []string) {
	var all []string
	inside := false
	for line := range strings.Lines(output) {
		start := statementLine.FindString(line)
		switch {
		case start != "":
			all, inside = append(all, line[len(start):]), true
		case logLine.MatchString(line):
			inside = false
		case inside:
			all[len(all)-1] += line
		}
	}
	for _, text := range all {
		query := strings.Join(strings.Fields(strings.ReplaceAll(text, "\x1b[0m", "")), " ")
		if strings.HasPrefix(query, "SELECT") || strings.HasPrefix(query, "WITH") {
			queries = append(queries, query)
		}
	}
	return queries
}

func explain(ctx context.Context, db *sql.DB, query string) (steps []string, err error) {
	rows, err := db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query)
	if err != nil {
		return nil, fmt.Errorf("explain %s: %w", query, err)
	}
	defer rows.Close()
	depths := map[int]int{}
	for rows.Next() {
		var step, parent, unused int
		var detail string
		if err := rows.Scan(&step, &parent, &unused, &detail); err != nil {
			return nil, err
		}
		if depth, ok := depths[parent]; ok {
			depths[step] = depth + 1
		}
		depths[step] += 0
		steps = append(steps, strings.Repeat("  ", depths[step])+detail)
	}
	return slices.Clip(steps), rows.Err()
}
