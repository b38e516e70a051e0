package imports

import (
	"fmt"
	"io"
	"time"

	"hospital/modules/patients"
)

// maxProblems is how many problems a report has; more are counted.
const maxProblems = 1000

// Report is what an import did, or what is wrong with its file.
type Report struct {
	Kind     string    `json:"kind"`
	DryRun   bool      `json:"dry_run"`
	Resumed  bool      `json:"resumed,omitempty"` // it finished an import that was interrupted
	Lines    int       `json:"lines"`
	Added    int       `json:"added"`
	Known    int       `json:"known"` // lines that are in the hospital already; they are left as they are
	Problems []Problem `json:"problems"`
	More     int       `json:"more"`  // problems that are not listed
	Wrong    int       `json:"wrong"` // lines with a problem

	Took    time.Duration `json:"-"`
	Longest time.Duration `json:"-"` // the longest transaction: nobody else could write meanwhile
	last    int
}

// Problem is what is wrong in a line.
type Problem struct {
	Line       int                  `json:"line"`
	Column     string               `json:"column,omitempty"`
	Code       string               `json:"code"`
	Message    string               `json:"message"`
	Candidates []patients.Candidate `json:"candidates,omitempty"`
}

func (r *Report) add(p Problem) {
	if p.Line != r.last {
		r.Wrong++
		r.last = p.Line
	}
	if len(r.Problems) == maxProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, p)
}

// String is the problem in a line of text.
func (p Problem) String() string {
	where := fmt.Sprintf("line %d", p.Line)
	if p.Column != "" {
		where += ", " + p.Column
	}
	text := where + ": " + p.Message + " (" + p.Code + ")"
	for _, c := range p.Candidates {
		text += fmt.Sprintf("\n    MRN %s, %s, born %s", c.MRN, c.Name, c.BirthDate)
	}
	return text
}

// Print writes the report for people.
func (r Report) Print(out io.Writer) {
	for _, p := range r.Problems {
		fmt.Fprintln(out, p)
	}
	if r.More > 0 {
		fmt.Fprintf(out, "… and %d more\n", r.More)
	}
	if r.Wrong > 0 {
		fmt.Fprintf(out, "%d of %d lines are wrong. Nothing was stored.\n", r.Wrong, r.Lines)
		return
	}
	verb := map[bool]string{true: "would be added", false: "added"}[r.DryRun]
	fmt.Fprintf(out, "%d lines of %s: %d %s, %d known already\n", r.Lines, r.Kind, r.Added, verb, r.Known)
	fmt.Fprintf(out, "It took %s; the longest transaction took %s.\n", r.Took.Round(100*time.Millisecond),
		r.Longest.Round(time.Millisecond))
	if r.Resumed {
		fmt.Fprintln(out, "This finished an import that was interrupted; some lines were added by it before.")
	}
}

// Err is an error if lines are wrong.
func (r Report) Err() error {
	if r.Wrong == 0 {
		return nil
	}
	return fmt.Errorf("%d lines are wrong", r.Wrong)
}
