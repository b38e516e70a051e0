package kit

import (
	"sync"
	"sync/atomic"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/search"
)

// Read is an answer that shows records: a view or a list.
type Read struct {
	*core.RequestEvent
	Action     string           // "view" or "list"
	Collection *core.Collection // of the records, as the caller may see it
	Rows       []Row            // the records
	Expanded   []Row            // the records that they expand to
	Page       search.Result    // of a list, without the items
}

// Row is a record in an answer.
type Row struct {
	Collection string
	ID         string
	Link       string // value of the field that Links names for the collection
}

// Links returns the field of a collection whose value a Row has, or nothing.
type Links func(collection string) string

// OnRead binds a function that sees every view and list, before it is sent. All that has to
// know of reads is bound with it: most of them are compiled, and run none of PocketBase's
// hooks for views, lists and enriching. While others are bound to those, no read is compiled.
func OnRead(app core.App, links Links, observe func(Read)) {
	r := readsOf(app)
	r.links, r.observe = links, observe
	r.views.Add(1)
	r.lists.Add(1)
	app.OnRecordViewRequest().Bind(&hook.Handler[*core.RecordRequestEvent]{
		Id: "hospitalReadView", Func: func(e *core.RecordRequestEvent) error {
			if err := e.Next(); err != nil {
				return err
			}
			observe(Read{RequestEvent: e.RequestEvent, Action: readView, Collection: e.Collection,
				Rows: r.rowsOf(e.Record), Expanded: r.expanded(e.Record)})
			return nil
		}})
	app.OnRecordsListRequest().Bind(&hook.Handler[*core.RecordsListRequestEvent]{
		Id: "hospitalReadList", Func: func(e *core.RecordsListRequestEvent) error {
			if err := e.Next(); err != nil {
				return err
			}
			page := *e.Result
			page.Items = nil
			observe(Read{RequestEvent: e.RequestEvent, Action: readList, Collection: e.Collection,
				Rows: r.rowsOf(e.Records...), Expanded: r.expanded(e.Records...), Page: page})
			return nil
		}})
}

const (
	readView = "view"
	readList = "list"
)

// RowsOf returns records as rows.
func RowsOf(app core.App, records ...*core.Record) []Row { return readsOf(app).rowsOf(records...) }

// ExpandedRows returns what records expand to as rows.
func ExpandedRows(app core.App, records ...*core.Record) []Row {
	return readsOf(app).expanded(records...)
}

// reads are the compiled reads of an app.
type reads struct {
	links    Links
	observe  func(Read)
	views    atomic.Int64 // handlers that compiled reads stand for, of views
	lists    atomic.Int64 // of lists
	enriches atomic.Int64 // of enriching
	off      atomic.Bool
	answered atomic.Int64
	compiled sync.Map // compiledKey -> *compiled
}

func readsOf(app core.App) *reads {
	return app.Store().GetOrSet("kit.reads", func() any {
		r := &reads{links: func(string) string { return "" }, observe: func(Read) {}}
		r.views.Store(int64(app.OnRecordViewRequest().Length())) // PocketBase's own
		r.lists.Store(int64(app.OnRecordsListRequest().Length()))
		r.enriches.Store(int64(app.OnRecordEnrich().Length()))
		return r
	}).(*reads)
}

// SetCompiledReads turns compiled reads off or on. A test compares both.
func SetCompiledReads(app core.App, on bool) { readsOf(app).off.Store(!on) }

// CompiledReads is how many requests compiled reads have answered.
func CompiledReads(app core.App) int64 { return readsOf(app).answered.Load() }

// complete reports whether no hooks but those that compiled reads stand for see reads.
func (r *reads) complete(app core.App) bool {
	return app.OnRecordViewRequest().Length() == int(r.views.Load()) &&
		app.OnRecordsListRequest().Length() == int(r.lists.Load()) &&
		app.OnRecordEnrich().Length() == int(r.enriches.Load())
}

func (r *reads) rowsOf(records ...*core.Record) []Row {
	rows := make([]Row, len(records))
	for i, record := range records {
		name := record.Collection().Name
		rows[i] = Row{Collection: name, ID: record.Id}
		if link := r.links(name); link != "" {
			rows[i].Link = record.GetString(link)
		}
	}
	return rows
}

// expanded returns the records that answers contain as expansions of records.
func (r *reads) expanded(records ...*core.Record) (all []Row) {
	add := func(related ...*core.Record) {
		for _, one := range related {
			all = append(append(all, r.rowsOf(one)...), r.expanded(one)...)
		}
	}
	for _, record := range records {
		for _, value := range record.Expand() {
			switch related := value.(type) {
			case *core.Record:
				add(related)
			case []*core.Record:
				add(related...)
			}
		}
	}
	return all
}
