package main

import (
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
)

// fields are the sorted paths of all fields of a JSON answer. Of a list, those of all items.
func fields(answer []byte) ([]string, error) {
	var value any
	if err := json.Unmarshal(answer, &value); err != nil {
		return nil, err
	}
	found := map[string]bool{}
	collect(value, "", found)
	return slices.Sorted(maps.Keys(found)), nil
}

func collect(value any, path string, found map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			found[path+"."+name] = true
			collect(inner, path+"."+name, found)
		}
	case []any:
		for _, inner := range value {
			collect(inner, path+"[]", found)
		}
	}
}

// countAudit is the number of rows of the audit log; -1 if it cannot be counted.
func (c *client) countAudit() int {
	if c.data == "" {
		return -1
	}
	db, err := sql.Open("sqlite", "file:"+c.data+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return -1
	}
	defer db.Close()
	var rows int
	if err := db.QueryRow("SELECT COALESCE(MAX(seq), 0) FROM audit_log").Scan(&rows); err != nil {
		return -1
	}
	return rows
}
