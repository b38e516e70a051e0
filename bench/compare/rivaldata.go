package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"hospital/bench/compare/rival"
)

// seedSQLite creates the rivals' database with the rows of a seeded hospital, and with the
// statistics that help SQLite to choose indexes.
func seedSQLite(ctx context.Context, hospital, file string) error {
	db, err := sql.Open("sqlite", file+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	statements := []string{"ATTACH '" + filepath.Join(hospital, "data.db") + "' AS hospital"}
	for _, t := range rival.Tables {
		create, indexes := t.CreateSQL("TEXT")
		columns := rival.Quoted(t.Columns)
		fill := fmt.Sprintf("INSERT INTO main.%q (%s) SELECT %[2]s FROM hospital.%[1]q", t.Name, columns)
		statements = append(append(statements, create, fill), indexes...)
	}
	for _, statement := range append(statements, "DETACH hospital", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)") {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// postgresData is a PostgreSQL server with a database that is copied for each series.
type postgresData struct {
	admin *pgx.Conn
	url   string // of the server
}

const (
	postgresTemplate = "hospital_bench_template"
	postgresRun      = "hospital_bench_run"
)

// seedPostgres creates the rivals' database with the rows of a seeded hospital.
func seedPostgres(ctx context.Context, address, hospital string) (p *postgresData, err error) {
	p = &postgresData{url: address}
	if p.admin, err = pgx.Connect(ctx, address); err != nil {
		return nil, err
	}
	for _, setting := range []string{"fsync", "synchronous_commit"} {
		var value string
		if err := p.admin.QueryRow(ctx, "SHOW "+setting).Scan(&value); err != nil || value != "on" {
			return nil, fmt.Errorf("PostgreSQL has %s = %q, must be on: %w", setting, value, err)
		}
	}
	p.remove()
	if _, err := p.admin.Exec(ctx, "CREATE DATABASE "+postgresTemplate); err != nil {
		return nil, err
	}
	target, err := pgx.Connect(ctx, p.database(postgresTemplate))
	if err != nil {
		return nil, err
	}
	defer target.Close(ctx)
	source, err := sql.Open("sqlite", filepath.Join(hospital, "data.db"))
	if err != nil {
		return nil, err
	}
	defer source.Close()
	for _, t := range rival.Tables {
		create, indexes := t.CreateSQL(`TEXT COLLATE "C"`)
		if _, err := target.Exec(ctx, create); err != nil {
			return nil, fmt.Errorf("%s: %w", create, err)
		}
		rows, err := source.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %q", rival.Quoted(t.Columns), t.Name))
		if err != nil {
			return nil, err
		}
		if _, err := target.CopyFrom(ctx, pgx.Identifier{t.Name}, t.Columns, &copied{rows, t.Columns}); err != nil {
			return nil, fmt.Errorf("fill %s: %w", t.Name, err)
		}
		for _, index := range indexes {
			if _, err := target.Exec(ctx, index); err != nil {
				return nil, fmt.Errorf("%s: %w", index, err)
			}
		}
	}
	_, err = target.Exec(ctx, "VACUUM ANALYZE")
	return p, err
}

// copied are the rows of a SQLite query for PostgreSQL's COPY.
type copied struct {
	*sql.Rows
	columns []string
}

func (c *copied) Values() ([]any, error) {
	values, into := make([]any, len(c.columns)), make([]any, len(c.columns))
	for i := range values {
		into[i] = &values[i]
	}
	err := c.Scan(into...)
	for i, value := range values {
		switch n := value.(type) {
		case float64: // of a NUMERIC column
			values[i] = int64(n)
		case int64:
			if rival.IsBoolean(c.columns[i]) {
				values[i] = n != 0
			}
		}
	}
	return values, err
}

// copy makes a fresh copy of the database, instead of the one before.
func (p *postgresData) copy(ctx context.Context) (address string, err error) {
	if _, err := p.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+postgresRun+" WITH (FORCE)"); err != nil {
		return "", err
	}
	if _, err := p.admin.Exec(ctx, "CREATE DATABASE "+postgresRun+" TEMPLATE "+postgresTemplate); err != nil {
		return "", err
	}
	_, err = p.admin.Exec(ctx, "CHECKPOINT")
	return p.database(postgresRun), err
}

func (p *postgresData) database(name string) string {
	u, err := url.Parse(p.url)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return p.url // pgx has connected to it: it is not reached
	}
	u.Path = "/" + name
	return u.String()
}

func (p *postgresData) remove() {
	for _, name := range []string{postgresRun, postgresTemplate} {
		_, _ = p.admin.Exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}
}
