package main

import (
	"database/sql"
	"sync"

	"hospital/bench/compare/rival"
)

// statements are the prepared statements of a pool, by their text.
type statements struct {
	db       *sql.DB
	prepared sync.Map
}

func (s *statements) of(query string) (*sql.Stmt, error) {
	if found, ok := s.prepared.Load(query); ok {
		return found.(*sql.Stmt), nil
	}
	added, err := s.db.Prepare(query)
	if err != nil {
		return nil, err
	}
	s.prepared.Store(query, added)
	return added, nil
}

// scanner is a row, or the error of its query.
type scanner interface{ Scan(into ...any) error }

type failed struct{ error }

func (f failed) Scan(...any) error { return f.error }

func (s *statements) row(query string, args ...any) scanner {
	statement, err := s.of(query)
	if err != nil {
		return failed{err}
	}
	return statement.QueryRow(args...)
}

func (s *statements) rows(each func(scanner) error, query string, args ...any) error {
	statement, err := s.of(query)
	if err != nil {
		return err
	}
	return scanAll(each)(statement.Query(args...))
}

func scanAll(each func(scanner) error) func(*sql.Rows, error) error {
	return func(rows *sql.Rows, err error) error {
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := each(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}

// tx is a transaction that writes, with prepared statements.
type tx struct {
	*sql.Tx
	statements *statements
	missing    *[]string // statements that were not prepared yet
}

// change runs a transaction.
func (s *server) change(do func(tx) error) error {
	began, err := s.write.db.Begin()
	if err != nil {
		return err
	}
	var missing []string
	if err := do(tx{began, &s.write, &missing}); err != nil {
		_ = began.Rollback()
		return err
	}
	if err := began.Commit(); err != nil {
		return err
	}
	for _, query := range missing {
		if _, err := s.write.of(query); err != nil {
			return err
		}
	}
	return nil
}

// prepared is a statement in the transaction. One that is new is prepared for this transaction
// only, because there is one connection, and for good after it.
func (t tx) prepared(query string) (*sql.Stmt, error) {
	if found, ok := t.statements.prepared.Load(query); ok {
		return t.Stmt(found.(*sql.Stmt)), nil
	}
	*t.missing = append(*t.missing, query)
	return t.Prepare(query)
}

func (t tx) row(query string, args ...any) scanner {
	statement, err := t.prepared(query)
	if err != nil {
		return failed{err}
	}
	return statement.QueryRow(args...)
}

func (t tx) rows(each func(scanner) error, query string, args ...any) error {
	statement, err := t.prepared(query)
	if err != nil {
		return err
	}
	return scanAll(each)(statement.Query(args...))
}

func (t tx) exec(query string, args ...any) error {
	statement, err := t.prepared(query)
	if err != nil {
		return err
	}
	_, err = statement.Exec(args...)
	return err
}

// nextNumber takes the next number of a series.
func (t tx) nextNumber(series string) (n int64, err error) {
	err = t.row(`INSERT INTO counters (id, series, value) VALUES (?, ?, 1)
		ON CONFLICT (series) DO UPDATE SET value = value + 1 RETURNING value`, rival.NewID(), series).Scan(&n)
	return n, err
}

// writeAudit appends entries to the audit log.
func (t tx) writeAudit(entries []rival.Entry) error {
	var seq int64
	var hash string
	err := t.row("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1").Scan(&seq, &hash)
	if err != nil && err != sql.ErrNoRows { //nolint:errorlint // never wrapped
		return err
	}
	rival.Chain(seq, hash, entries)
	for _, e := range entries {
		err := t.exec(insertSQL("audit_log"), e.ID, e.Seq, e.At, e.Actor, e.ActorName, e.Role, e.Action, e.Collection,
			e.Record, e.Patient, e.Outcome, e.Changes, e.IP, e.Request, e.Patients, e.Times, e.List, e.PrevHash, e.Hash, e.Created,
			e.Updated)
		if err != nil {
			return err
		}
	}
	for _, l := range rival.NewListed(entries) {
		if err := t.exec(insertSQL("audit_log_patients"), l.ID, l.List, l.Patient); err != nil {
			return err
		}
	}
	return nil
}
