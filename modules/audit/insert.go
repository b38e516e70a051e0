package audit

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// insertRows writes rows without record hooks: entries are neither validated nor audited.
func insertRows(tx core.App, rows []row) error {
	now := kit.FormatInstant(time.Now())
	tuples := make([][]any, len(rows))
	for i, r := range rows {
		tuples[i] = []any{
			r.ID, r.Seq, r.At, r.Actor, r.ActorName, r.Role, r.Action, r.Collection, r.Record, r.Patient,
			r.Outcome, r.Changes, r.IP, r.Request, r.PrevHash, r.Hash, r.Patients, r.Times, r.List, now, now,
		}
	}
	return insert(tx, logName, "id, seq, at, actor, actor_name, role, action, collection, record, patient, outcome, "+
		"changes, ip, request, prev_hash, hash, patients, times, list, created, updated", tuples)
}

// listOf returns the rows of audit_log_patients of an entry. Their ids grow with its number.
func listOf(r row, patients []string) (tuples [][]any) {
	for i, patient := range patients {
		id := fmt.Sprintf("%010s%05s", strconv.FormatInt(r.Seq, 36), strconv.FormatInt(int64(i), 36))
		tuples = append(tuples, []any{strings.ReplaceAll(id, " ", "0"), r.ID, patient, r.At, r.At})
	}
	return tuples
}

func insertListed(tx core.App, tuples [][]any) error {
	return insert(tx, listedName, "id, list, patient, created, updated", tuples)
}

// insert writes tuples, many in a statement.
func insert(tx core.App, table, columns string, tuples [][]any) error {
	return kit.InsertRows(tx, table, strings.Split(columns, ", "), tuples)
}
