package kit

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// letters is an app in which each change of a ticket writes three customers.
func letters(t *testing.T, then func(tx core.App, made []*core.Record) error) (core.App, *core.Record) {
	t.Helper()
	app := office(t, nil, func(app core.App) {
		OnUpdate(app, "tickets", func(e *core.RecordEvent, _ *core.Record) error {
			if err := e.Next(); err != nil {
				return err
			}
			var made []*core.Record
			for _, name := range []string{"Ada", "Grace", "Mary"} {
				r, err := New(e.App, "customers")
				if err != nil {
					return err
				}
				r.Set("name", name)
				if err := e.App.Save(r); err != nil {
					return err
				}
				made = append(made, r)
			}
			return then(e.App, made)
		})
	})
	together := customers()
	together.InsertTogether = true
	insertTogether(app, Catalog{"customers": together})
	return app, add(t, app, "tickets", map[string]any{"status": "open"})
}

func TestRecordsOfATransactionAreInsertedByOneStatement(t *testing.T) {
	t.Parallel()
	succeeded := 0
	app, ticket := letters(t, func(tx core.App, made []*core.Record) error {
		found, err := tx.FindRecordById("customers", made[1].Id)
		if err != nil || found.GetString("name") != "Grace" {
			t.Errorf("by its id: %v %v", found, err)
		}
		return nil
	})
	app.OnRecordAfterCreateSuccess("customers").BindFunc(func(e *core.RecordEvent) error {
		succeeded++
		return e.Next()
	})
	var inserts []string
	writer := app.NonconcurrentDB().(*dbx.DB)
	writer.ExecLogFunc = func(_ context.Context, _ time.Duration, query string, _ sql.Result, _ error) {
		if strings.Contains(query, "INSERT INTO") {
			inserts = append(inserts, query)
		}
	}
	defer func() { writer.ExecLogFunc = nil }()
	if err := app.Save(as(member, ticket, map[string]any{"title": "x"})); err != nil {
		t.Fatal(err)
	}
	if n, err := app.CountRecords("customers"); err != nil || n != 3 || len(inserts) != 1 || succeeded != 3 {
		t.Errorf("%d customers by %d statements, %d hooks afterwards (%v)", n, len(inserts), succeeded, err)
	}
}

func TestRecordsThatWaitAreInsertedBeforeAQuery(t *testing.T) {
	t.Parallel()
	app, ticket := letters(t, func(tx core.App, _ []*core.Record) error {
		if err := InsertNow(tx, "customers"); err != nil {
			return err
		}
		if n, err := tx.CountRecords("customers"); err != nil || n != 3 {
			t.Errorf("%d customers (%v)", n, err)
		}
		return InsertNow(tx, "customers")
	})
	if err := app.Save(as(member, ticket, map[string]any{"title": "x"})); err != nil {
		t.Fatal(err)
	}
	if n, err := app.CountRecords("customers"); err != nil || n != 3 {
		t.Errorf("%d customers (%v)", n, err)
	}
}

func TestRecordsThatWaitAreRolledBack(t *testing.T) {
	t.Parallel()
	var made []*core.Record
	app, ticket := letters(t, func(_ core.App, all []*core.Record) error {
		made = all
		return errors.New("no")
	})
	if err := app.Save(as(member, ticket, map[string]any{"title": "x"})); err == nil {
		t.Error("it was saved")
	}
	if n, err := app.CountRecords("customers"); err != nil || n != 0 || !made[0].IsNew() {
		t.Errorf("%d customers (%v)", n, err)
	}
}
