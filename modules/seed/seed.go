// Package seed writes records on somebody's behalf, through the same laws as
// everybody's: for the demo hospital and for tests.
package seed

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/modules/kit"
)

// Fields are the values of a record.
type Fields = map[string]any

// Writer writes records until one fails; the error stays. Records have short
// names by which later ones point to them.
type Writer struct {
	tx    core.App
	id    map[string]string
	names map[string]string // account -> who it is
	Err   error
}

// New is a writer on a transaction.
func New(tx core.App) *Writer {
	return &Writer{tx: tx, id: map[string]string{}, names: map[string]string{}}
}

// ID is the id that a new record gets by its name: its letters and digits, filled
// up with zeros. The examples of the API document speak of records by these ids.
func ID(name string) string {
	plain := strings.Map(func(r rune) rune {
		if strings.ContainsRune(core.DefaultIdAlphabet, r) {
			return r
		}
		return -1
	}, strings.ToLower(name))
	return (plain + strings.Repeat("0", core.DefaultIdLength))[:core.DefaultIdLength]
}

// ID is the id of a record that was written or named.
func (w *Writer) ID(name string) string { return w.id[name] }

// Named gives a name to a record that is there already.
func (w *Writer) Named(name, id string) { w.id[name] = id }

// At sets the clock to when the next records are written.
func (w *Writer) At(t time.Time) { kit.SetClock(w.tx, func() time.Time { return t }) }

// Create writes a new record.
func (w *Writer) Create(as kit.Actor, name, collection string, values Fields) {
	if w.Err != nil {
		return
	}
	c, err := w.tx.FindCollectionByNameOrId(collection)
	if err != nil {
		w.Err = fmt.Errorf("%s %s: %w", collection, name, err)
		return
	}
	r := core.NewRecord(c)
	r.Id = ID(name)
	w.save(as, name, r, values)
}

// Update changes a record.
func (w *Writer) Update(as kit.Actor, name, collection string, values Fields) {
	if w.Err != nil {
		return
	}
	r, err := w.tx.FindRecordById(collection, w.id[name])
	if err != nil {
		w.Err = fmt.Errorf("%s %s: %w", collection, name, err)
		return
	}
	w.save(as, name, r, values)
}

// Find gives a name to the record of a collection that holds a value.
func (w *Writer) Find(name, collection, field, value string) *core.Record {
	if w.Err != nil {
		return core.NewRecord(core.NewBaseCollection(collection))
	}
	r, err := w.tx.FindFirstRecordByData(collection, field, value)
	if err != nil {
		w.Err = fmt.Errorf("%s with %s %s: %w", collection, field, value, err)
		return core.NewRecord(core.NewBaseCollection(collection))
	}
	w.id[name] = r.Id
	return r
}

func (w *Writer) save(as kit.Actor, name string, r *core.Record, values Fields) {
	r.Load(values)
	if r.IsNew() { // at the moment of the clock, which may be long ago
		if now, err := types.ParseDateTime(kit.Now(w.tx)); err == nil {
			r.SetRaw("created", now)
		}
	}
	as.Name = w.names[as.ID]
	if err := w.tx.Save(kit.By(as, r)); err != nil {
		w.Err = fmt.Errorf("%s %s: %w", r.Collection().Name, name, err)
		return
	}
	w.id[name] = r.Id
	if r.Collection().Name == "users" {
		w.names[r.Id] = r.GetString("name")
	}
}
