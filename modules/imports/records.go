package imports

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// identifier is a record of identifiers or staff_identifiers: a number in another system.
type identifier struct{ *core.Record }

func newIdentifier(app core.App, kind, system, value string) (identifier, error) {
	collection := "identifiers"
	if kind == ofDoctor || kind == ofNurse {
		collection = "staff_identifiers"
	}
	r, err := kit.New(app, collection)
	if err != nil {
		return identifier{}, err
	}
	i := identifier{r}
	i.fill(kind, system, value)
	return i, nil
}

func (i identifier) fill(kind, system, value string) {
	i.Set("kind", kind)
	i.Set("system", system)
	i.Set("value", value)
}

// setTarget sets the record that it identifies, and the patient that the record is of.
func (i identifier) setTarget(id, patient string) {
	i.Set(i.GetString("kind"), id)
	if patient != "" {
		i.Set("patient", patient)
	}
}

// importRun is a record of imports: a file that was imported.
type importRun struct{ *core.Record }

func (r importRun) kind() string   { return r.GetString("kind") }
func (r importRun) system() string { return r.GetString("system") }
func (r importRun) file() string   { return r.GetString("file") }

func (r importRun) begin(o Options, file *file) {
	r.Set("kind", o.Kind)
	r.Set("system", o.Source)
	r.Set("file", o.File)
	r.Set("sha256", file.hash)
	r.Set("lines", len(file.rows))
	r.Set("status", string(Applying))
}

func (r importRun) finish(added, known int, at time.Time) {
	r.Set("added", added)
	r.Set("known", known)
	r.Set("status", string(Done))
	r.Set("finished_at", at)
}

// unfinished is the import that is applying, or nil.
func unfinished(app core.App) (*importRun, error) {
	found, err := app.FindRecordsByFilter("imports", `status = "applying"`, "created", 1, 0)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &importRun{found[0]}, nil
}
