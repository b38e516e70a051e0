package kit

import (
	"context"
	"database/sql"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

func TestATransactionReadsEveryRowOnce(t *testing.T) {
	t.Parallel()
	app := office(t, nil, func(app core.App) {
		for range 3 {
			OnUpdate(app, "tickets", func(e *core.RecordEvent, before *core.Record) error {
				before.Set("title", "a copy, which others do not see")
				customer, err := e.App.FindRecordById("customers", e.Record.GetString("customer"))
				if err != nil {
					return err
				}
				customer.Set("name", "a copy")
				return e.Next()
			})
		}
	})
	customer := add(t, app, "customers", map[string]any{"name": "Ada"})
	ticket := add(t, app, "tickets", map[string]any{"status": "open", "customer": customer.Id})
	var selects []string
	writer := app.NonconcurrentDB().(*dbx.DB)
	writer.QueryLogFunc = func(_ context.Context, _ time.Duration, query string, _ *sql.Rows, _ error) {
		selects = append(selects, query)
	}
	defer func() { writer.QueryLogFunc = nil }()
	if err := app.Save(as(member, ticket, map[string]any{"title": "x"})); err != nil {
		t.Fatal(err)
	}
	if len(selects) != 2 {
		t.Errorf("%d reads, want the ticket and the customer once:\n%s", len(selects), strings.Join(selects, "\n"))
	}
}

func TestATransactionSeesWhatItWrote(t *testing.T) {
	t.Parallel()
	app := office(t, nil, func(app core.App) {
		OnUpdate(app, "tickets", func(e *core.RecordEvent, before *core.Record) error {
			if err := e.Next(); err != nil {
				return err
			}
			written, err := e.App.FindRecordById("tickets", e.Record.Id)
			if err != nil || written.GetString("title") != "new" || written.Original().GetString("title") != "new" {
				t.Errorf("after the write %q, %v", written.GetString("title"), err)
			}
			if title := before.GetString("title"); title != "old" {
				t.Errorf("before the write %q", title)
			}
			if _, err := e.App.NonconcurrentDB().NewQuery("UPDATE tickets SET title = 'by SQL'").Execute(); err != nil {
				return err
			}
			ForgetReads(e.App)
			written, err = e.App.FindRecordById("tickets", e.Record.Id)
			if err != nil || written.GetString("title") != "by SQL" {
				t.Errorf("after SQL %q, %v", written.GetString("title"), err)
			}
			return nil
		})
	})
	ticket := add(t, app, "tickets", map[string]any{"status": "open", "title": "old"})
	if err := app.Save(as(member, ticket, map[string]any{"title": "new"})); err != nil {
		t.Fatal(err)
	}
}

func TestCollectedItemsAreFinishedOnceBeforeTheCommit(t *testing.T) {
	t.Parallel()
	var finished [][]string
	collect := func(tx core.App, item string) error {
		return Collect(tx, "items", item, func(tx core.App, items []string) error {
			if !tx.IsTransactional() {
				t.Error("the transaction has ended")
			}
			finished = append(finished, slices.Clone(items))
			return nil
		})
	}
	app := office(t, nil, func(app core.App) {
		OnUpdate(app, "tickets", func(e *core.RecordEvent, _ *core.Record) error {
			if err := collect(e.App, "ticket"); err != nil {
				return err
			}
			customer, err := e.App.FindRecordById("customers", e.Record.GetString("customer"))
			if err != nil {
				return err
			}
			customer.Set("name", "Grace")
			if err := e.App.Save(customer); err != nil {
				return err
			}
			return e.Next()
		})
		OnUpdate(app, "customers", func(e *core.RecordEvent, _ *core.Record) error {
			if err := collect(e.App, "customer"); err != nil {
				return err
			}
			return e.Next()
		})
	})
	customer := add(t, app, "customers", map[string]any{"name": "Ada"})
	ticket := add(t, app, "tickets", map[string]any{"status": "open", "customer": customer.Id})
	if err := app.Save(as(member, ticket, map[string]any{"title": "x"})); err != nil {
		t.Fatal(err)
	}
	if len(finished) != 1 || !slices.Equal(finished[0], []string{"ticket", "customer"}) {
		t.Errorf("finished %q", finished)
	}
}

func TestRelationsToMissingRecordsAreRefused(t *testing.T) {
	t.Parallel()
	app := office(t, nil, nil)
	ticket, err := New(app, "tickets")
	if err != nil {
		t.Fatal(err)
	}
	ticket.Load(map[string]any{"status": "open", "customer": "missing00000000"})
	if got := status(t, app.Save(ticket)); got != http.StatusBadRequest {
		t.Errorf("answered %d", got)
	}
	customer := add(t, app, "customers", map[string]any{"name": "Ada"})
	ticket.Set("customer", customer.Id)
	if err := app.Save(ticket); err != nil {
		t.Error(err)
	}
}

func TestCachedRecordsAreNeverStale(t *testing.T) {
	t.Parallel()
	app := office(t, nil, nil)
	customer := add(t, app, "customers", map[string]any{"name": "0"})
	name := func(app core.App) string {
		r, err := FindCached(app, "customers", customer.Id)
		if err != nil {
			t.Fatal(err)
		}
		return r.GetString("name")
	}
	rename := func(app core.App, to string) {
		r := read(t, app, customer)
		r.Set("name", to)
		if err := app.Save(r); err != nil {
			t.Error(err)
		}
	}
	if name(app) != "0" {
		t.Error("not read at all")
	}
	_ = app.RunInTransaction(func(tx core.App) error {
		rename(tx, "undone")
		if name(tx) != "undone" || name(app) != "0" {
			t.Errorf("within the transaction %s, outside of it %s", name(tx), name(app))
		}
		return http.ErrAbortHandler
	})
	if name(app) != "0" {
		t.Errorf("after a rollback %s", name(app))
	}
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for last := ""; ; {
				select {
				case <-stop:
					return
				default:
				}
				if now := name(app); now < last {
					t.Errorf("%s after %s", now, last)
				} else {
					last = now
				}
			}
		})
	}
	for i := range 9 {
		to := string(rune('1' + i))
		rename(app, to)
		if name(app) != to {
			t.Errorf("after the write of %s %s", to, name(app))
		}
	}
	close(stop)
	readers.Wait()
}
