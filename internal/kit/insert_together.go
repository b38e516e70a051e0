package kit

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// insertTogether inserts the new records of the collections that declare it at the end of the transaction, many in
// a statement. All hooks run when a record is saved: it is audited and broadcast like any other.
func insertTogether(app core.App, declared Catalog) {
	for name, c := range declared {
		if !c.InsertTogether {
			continue
		}
		handler := &hook.Handler[*core.ModelEvent]{Id: "kitTogether", Priority: orderTogether, Func: later}
		app.OnModelCreateExecute(name).Bind(handler)
	}
}

// later takes the place of PocketBase's insert.
func later(e *core.ModelEvent) error {
	r, ok := e.Model.(*core.Record)
	if !ok || transactionOf(e.App) == nil {
		return e.Next()
	}
	r.MarkAsNotNew()
	return Collect(e.App, togetherKey(r.Collection().Name), r, insertRecords)
}

// InsertNow inserts the records of an InsertTogether collection that a transaction has saved. Call it before a
// query reads them.
func InsertNow(tx core.App, collection string) error {
	t := transactionOf(tx)
	if t == nil {
		return nil
	}
	waiting, _ := t.collected[togetherKey(collection)].([]*core.Record)
	if len(waiting) == 0 {
		return nil
	}
	t.collected[togetherKey(collection)] = []*core.Record{}
	return insertRecords(tx, waiting)
}

func togetherKey(collection string) string { return "insert " + collection }

func insertRecords(tx core.App, records []*core.Record) error {
	if len(records) == 0 {
		return nil
	}
	var columns []string
	tuples := make([][]any, len(records))
	for i, r := range records {
		row, err := r.DBExport(tx)
		if err != nil {
			return err
		}
		if columns == nil {
			columns = slices.Sorted(maps.Keys(row))
		}
		for _, c := range columns {
			tuples[i] = append(tuples[i], row[c])
		}
	}
	return InsertRows(tx, records[0].Collection().Name, columns, tuples)
}

const valuesPerInsert = 525 // the driver searches all parameters of a statement for each of them

// InsertRows writes rows without record hooks, many in a statement.
func InsertRows(tx core.App, table string, columns []string, tuples [][]any) error {
	for some := range slices.Chunk(tuples, valuesPerInsert/len(columns)) {
		params, values := dbx.Params{}, make([]string, len(some))
		for i, tuple := range some {
			list := make([]string, len(tuple))
			for j, value := range tuple {
				name := "p" + strconv.Itoa(i*len(columns)+j)
				params[name], list[j] = value, "{:"+name+"}"
			}
			values[i] = "(" + strings.Join(list, ", ") + ")"
		}
		sql := "INSERT INTO [[" + table + "]] ([[" + strings.Join(columns, "]], [[") + "]]) VALUES " +
			strings.Join(values, ", ")
		if _, err := tx.NonconcurrentDB().NewQuery(sql).Bind(params).Execute(); err != nil {
			return err
		}
	}
	return nil
}
