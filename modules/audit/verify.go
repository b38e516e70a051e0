package audit

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// Finding is the first row that does not match the chain.
type Finding struct {
	Seq int64  `json:"seq"` // number of the row
	Why string `json:"why"` // a sentence
}

// Report is the result of verifying the log.
type Report struct {
	Rows   int64    `json:"rows"`             // up to the first broken one
	Last   string   `json:"last"`             // hash of the last intact row
	Lost   int64    `json:"lost,omitzero"`    // up to this row the key is lost: only the order is checked
	Broken *Finding `json:"broken,omitempty"` // nil if the log is intact
}

const selectRows = "SELECT seq, at, actor, actor_name, role, action, collection, record, patient, outcome, changes, " +
	"ip, request, prev_hash, hash, id, patients, times, list, CASE WHEN list != '' AND list = id THEN COALESCE((" +
	"SELECT json_group_array(patient ORDER BY patient) FROM audit_log_patients l WHERE l.list = audit_log.id), '') " +
	"ELSE '' END FROM audit_log"

func (r *row) scanTargets() []any {
	return []any{
		&r.Seq, &r.At, &r.Actor, &r.ActorName, &r.Role, &r.Action, &r.Collection, &r.Record, &r.Patient,
		&r.Outcome, &r.Changes, &r.IP, &r.Request, &r.PrevHash, &r.Hash,
		&r.ID, &r.Patients, &r.Times, &r.List, &r.Listed,
	}
}

// lastHash is the hash of the newest row.
const lastHash = "SELECT hash FROM audit_log WHERE seq = (SELECT MAX(seq) FROM audit_log)"

// strays counts the rows of audit_log_patients that no hash covers.
const strays = "SELECT COUNT(*) FROM audit_log_patients p WHERE NOT EXISTS " +
	"(SELECT 1 FROM audit_log a WHERE a.id = p.list AND a.list = a.id)"

// lastRow returns the newest row, if there is one.
func lastRow(app core.App) (r row, ok bool, err error) {
	err = app.DB().NewQuery(selectRows + " WHERE seq = (SELECT MAX(seq) FROM audit_log)").Row(r.scanTargets()...)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

// End returns the number and the hash of the newest row as an anchor, or an empty string for
// an empty log.
func End(app core.App) (string, error) {
	last, ok, err := lastRow(app)
	if err != nil || !ok {
		return "", err
	}
	return fmt.Sprintf("%d:%s", last.Seq, last.Hash), nil
}

// Verify reads the whole log and checks every row against the chain.
func Verify(app core.App) (report Report, err error) {
	key, err := keyOf(app)
	if err != nil {
		return report, err
	}
	lost, err := readAnchor(LostFile(app.DataDir()))
	if err != nil {
		return report, err
	}
	if lost != "" {
		if report.Lost, _, err = parseAnchor(lost); err != nil {
			return report, err
		}
		if err := checkAnchor(app, lost); err != nil {
			report.Broken = &Finding{report.Lost, "the row was changed after its key was lost"}
			return report, nil
		}
	}
	var last int64 // read first: rows can be added while the log is read
	counter := "SELECT COALESCE(MAX(value), 0) FROM counters WHERE series = 'audit'"
	if err := app.DB().NewQuery(counter).Row(&last); err != nil {
		return report, err
	}
	rows, err := app.DB().NewQuery(selectRows + " WHERE seq <= {:last} ORDER BY seq").
		Bind(map[string]any{"last": last}).Rows()
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
		case r.Seq > report.Lost && r.Hash != r.computeHash(key):
			report.Broken = &Finding{r.Seq, "the row was changed"}
		}
		if report.Broken != nil {
			return report, nil
		}
		report.Last = r.Hash
	}
	if err := rows.Err(); err != nil {
		return report, err
	}
	if last != report.Rows {
		report.Broken = &Finding{report.Rows + 1, fmt.Sprintf("the rows up to %d are missing", last)}
		return report, nil
	}
	var added int
	if err := app.DB().NewQuery(strays).Row(&added); err != nil {
		return report, err
	}
	if added > 0 {
		report.Broken = &Finding{report.Rows, fmt.Sprintf("%d patients of lists were added up to here", added)}
	}
	return report, nil
}
