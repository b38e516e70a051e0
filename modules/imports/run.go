package imports

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Options say what a file is and what to do with it.
type Options struct {
	Kind    string            // one of Kinds
	Source  string            // the other system; its identifiers are unique within it
	File    string            // name of the file, for the record of the import
	Mapping map[string]string // column -> field; an empty field leaves the column out
	DryRun  bool              // check the file and store nothing
	Yield   time.Duration     // how long to let others write between two transactions

	// Progress is called while lines are checked and then applied. It may be nil.
	Progress func(step string, done, all int)
}

const (
	// holdTime is how long a transaction should last. A writer of another process that waits for it looks again at least
	// every 25 ms for the first 100 ms.
	holdTime = 25 * time.Millisecond
	// Pause is a Yield in which another process gets its turn.
	Pause = 30 * time.Millisecond

	firstBatch = 20
	maxBatch   = 500
)

// Run checks a CSV file and then imports it. The report says what is wrong, by line; nothing is stored then. The error
// is one that concerns the whole file, such as an unknown column.
func Run(app core.App, in io.Reader, o Options) (report Report, err error) {
	report = Report{Kind: o.Kind, DryRun: o.DryRun, Problems: []Problem{}}
	began := time.Now()
	defer func() { report.Took = time.Since(began) }()
	k, ok := findKind(o.Kind)
	if !ok {
		return report, fmt.Errorf("there is no kind of file %q. The kinds are %s", o.Kind, strings.Join(Kinds(), ", "))
	}
	if o.Source == "" || len([]rune(o.Source)) > maxValue {
		return report, fmt.Errorf("the name of the other system has 1 to %d characters", maxValue)
	}
	before, err := unfinished(app)
	if err != nil {
		return report, err
	}
	if before != nil && (before.kind() != o.Kind || before.system() != o.Source) {
		return report, fmt.Errorf("the import of %s from %s (%s) is not finished. Run it again first", before.kind(),
			before.system(), before.file())
	}
	f, err := readFile(in, k.fields(app), o.Mapping, &report)
	if err != nil {
		return report, err
	}
	err = check(app, k, o, f, &report)
	slices.SortStableFunc(report.Problems, func(a, b Problem) int { return a.Line - b.Line })
	if err != nil || report.Wrong > 0 || o.DryRun {
		return report, err
	}
	report.Resumed = before != nil
	if report.Added == 0 && before == nil {
		return report, nil
	}
	return report, apply(app, k, o, f, &report, before)
}

// check prepares every line and stores nothing. It takes no lock.
func check(app core.App, k kind, o Options, f *file, report *Report) error {
	j, err := newJob(app, k, o, f, report)
	if err != nil {
		return err
	}
	for n, r := range f.rows {
		wrong := report.Wrong
		i, err := k.prepare(j, r)
		if err != nil {
			return fmt.Errorf("line %d: %w", r.line, err)
		}
		if i != nil && report.Wrong == wrong {
			report.Added++
		}
		progress(o, "checked", n+1, len(f.rows))
	}
	return nil
}

func progress(o Options, step string, done, all int) {
	if o.Progress != nil {
		o.Progress(step, done, all)
	}
}

// apply writes the lines of a file that was checked. Each batch is checked again right before it is written, so that
// what changed meanwhile is found.
func apply(app core.App, k kind, o Options, f *file, report *Report, resumed *importRun) error {
	run, err := begin(app, o, f, resumed)
	if err != nil {
		return err
	}
	again := Report{Problems: []Problem{}}
	j, err := newJob(app, k, o, f, &again)
	if err != nil {
		return err
	}
	size := firstBatch
	for done := 0; done < len(f.rows); {
		n := min(size, len(f.rows)-done)
		items, err := j.prepareAll(f.rows[done : done+n])
		if err == nil && len(items) > 0 {
			var took time.Duration
			took, err = writeBatch(j, k, items)
			report.Longest = max(report.Longest, took)
			size = adapt(size, len(items), n, took)
		}
		if err != nil {
			return fmt.Errorf("lines %d to %d could not be stored: %w. The lines before are stored. Run the import again "+
				"to finish it", f.rows[done].line, f.rows[done+n-1].line, err)
		}
		done += n
		progress(o, "imported", done, len(f.rows))
		if len(items) > 0 && o.Yield > 0 {
			time.Sleep(o.Yield)
		}
	}
	run.finish(report.Added, report.Known, kit.Now(app))
	return app.Save(kit.SetActor(kit.Importer, run.Record))
}

func (j *job) prepareAll(rows []row) (items []*item, err error) {
	for _, r := range rows {
		i, err := j.kind.prepare(j, r)
		if err != nil {
			return nil, err
		}
		if len(j.report.Problems) > 0 {
			return nil, fmt.Errorf("%s", j.report.Problems[0])
		}
		if i != nil {
			items = append(items, i)
		}
	}
	return items, nil
}

// writeBatch writes items in one transaction, and returns for how long that kept others from writing.
func writeBatch(j *job, k kind, items []*item) (took time.Duration, err error) {
	var began time.Time
	err = kit.Together(j.app, func(tx core.App) error {
		began = time.Now()
		return k.write(j, tx, items)
	})
	return time.Since(began), err
}

// adapt is the number of lines of the next batch, so that it takes about holdTime.
func adapt(size, written, lines int, took time.Duration) int {
	if written < lines { // lines that are known cost nothing
		return size
	}
	wanted := int(float64(size) * float64(holdTime) / float64(max(took, time.Millisecond)))
	return max(1, min(wanted, 2*size, maxBatch))
}

// begin records that an import is applied.
func begin(app core.App, o Options, f *file, resumed *importRun) (importRun, error) {
	if resumed != nil {
		return *resumed, nil
	}
	record, err := kit.New(app, "imports")
	if err != nil {
		return importRun{}, err
	}
	run := importRun{record}
	run.begin(o, f)
	return run, app.Save(kit.SetActor(kit.Importer, record))
}
