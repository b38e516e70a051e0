package audit

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// Finding is the first place where the log is not as it was written.
type Finding struct {
	Seq int64  `json:"seq"` // the number of the row
	Why string `json:"why"` // in a sentence
}

// Report is what verifying the whole log found.
type Report struct {
	Rows   int64    `json:"rows"`             // as far as the log is whole
	Last   string   `json:"last"`             // hash of the last of them
	Broken *Finding `json:"broken,omitempty"` // nil when all of it is
}

const selectRows = "SELECT seq, at, actor, actor_name, role, action, collection, record, patient, outcome, changes, ip, request, prev_hash, hash FROM audit_log"

// scanTargets are where a row of columns goes.
func (r *row) scanTargets() []any {
	return []any{&r.Seq, &r.At, &r.Actor, &r.ActorName, &r.Role, &r.Action, &r.Collection, &r.Record, &r.Patient, &r.Outcome, &r.Changes, &r.IP, &r.Request, &r.PrevHash, &r.Hash}
}

// lastRow is the newest row; there is none in an empty log.
func lastRow(app core.App) (r row, ok bool, err error) {
	err = app.DB().NewQuery(selectRows + " WHERE seq = (SELECT MAX(seq) FROM audit_log)").Row(r.scanTargets()...)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

// End is number and hash of the newest row, as an anchor has them; empty for an empty log.
func End(app core.App) (string, error) {
	last, ok, err := lastRow(app)
	if err != nil || !ok {
		return "", err
	}
	return fmt.Sprintf("%d:%s", last.Seq, last.Hash), nil
}

// Verify reads the whole log and holds every row against the chain.
func Verify(app core.App) (report Report, err error) {
	key, err := keyOf(app)
	if err != nil {
		return report, err
	}
	var written int64 // asked first: rows may be added while the log is read
	if err := app.DB().NewQuery("SELECT COALESCE(MAX(value), 0) FROM counters WHERE series = 'audit'").Row(&written); err != nil {
		return report, err
	}
	rows, err := app.DB().NewQuery(selectRows + ` WHERE seq <= {:written} ORDER BY seq`).Bind(map[string]any{"written": written}).Rows()
	if err != nil {
		return report, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(r.scanTargets()...); err != nil {
			return report, err
		}
		report.Rows++
		switch {
		case r.Seq > report.Rows:
			report.Broken = &Finding{report.Rows, "the row is missing"}
		case r.PrevHash != report.Last:
			report.Broken = &Finding{r.Seq, "the row does not follow the one before it"}
		case r.Hash != r.computeHash(key):
			report.Broken = &Finding{r.Seq, "the row is not as it was written"}
		}
		if report.Broken != nil {
			return report, nil
		}
		report.Last = r.Hash
	}
	if err := rows.Err(); err != nil {
		return report, err
	}
	if written != report.Rows {
		report.Broken = &Finding{report.Rows + 1, fmt.Sprintf("the rows from here to %d are missing", written)}
	}
	return report, nil
}
