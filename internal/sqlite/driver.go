package sqlite

import (
	"context"
	"database/sql/driver"
	"sync/atomic"
	"time"

	sqlite3 "modernc.org/sqlite"
)

// connector opens connections to one file. They keep their statements prepared, and count.
type connector struct {
	dsn    string
	driver *driverStats
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

func (c connector) Driver() driver.Driver { return c.driver }

// driverStats is SQLite's driver. It counts the faults of the connections that it opened,
// and for how long transactions kept others from writing.
type driverStats struct {
	sqlite3.Driver
	faults       atomic.Int64
	transactions atomic.Int64
	held         atomic.Int64 // nanoseconds, of all transactions
	longest      atomic.Int64 // nanoseconds
}

func (d *driverStats) ended(began time.Time) {
	took := int64(time.Since(began))
	d.transactions.Add(1)
	d.held.Add(took)
	for {
		longest := d.longest.Load()
		if took <= longest || d.longest.CompareAndSwap(longest, took) {
			return
		}
	}
}

func (d *driverStats) Open(dsn string) (driver.Conn, error) {
	c, err := d.Driver.Open(dsn)
	if err != nil {
		return nil, d.count(err)
	}
	return &conn{inner: c.(innerConn), driver: d, statements: newStatements()}, nil
}

func (d *driverStats) count(err error) error {
	if IsFault(err) {
		d.faults.Add(1)
	}
	return err
}

// innerConn is what a connection of SQLite's driver can do.
type innerConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type conn struct {
	inner      innerConn
	driver     *driverStats
	statements *statements
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statements.take(c.inner, query)
	if err != nil {
		return nil, c.driver.count(err)
	}
	if s == nil {
		found, err := c.inner.QueryContext(ctx, query, args)
		return c.rows(found, nil), c.driver.count(err)
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		s.inUse = false
	}
	return c.rows(found, s), c.driver.count(err)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statements.take(c.inner, query)
	if err != nil {
		return nil, c.driver.count(err)
	}
	if s == nil {
		result, err := c.inner.ExecContext(ctx, query, args)
		return result, c.driver.count(err)
	}
	defer func() { s.inUse = false }()
	result, err := s.ExecContext(ctx, args)
	return result, c.driver.count(err)
}

func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	inner, err := c.inner.BeginTx(ctx, options)
	if err != nil {
		return nil, c.driver.count(err)
	}
	return tx{inner, c.driver, time.Now()}, nil
}

func (c *conn) Begin() (driver.Tx, error) { return c.BeginTx(context.Background(), driver.TxOptions{}) }

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.inner.PrepareContext(ctx, query)
	return s, c.driver.count(err)
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *conn) Ping(ctx context.Context) error { return c.driver.count(c.inner.Ping(ctx)) }

func (c *conn) ResetSession(ctx context.Context) error { return c.inner.ResetSession(ctx) }

func (c *conn) IsValid() bool { return c.inner.IsValid() }

func (c *conn) Close() error {
	c.statements.close()
	return c.inner.Close()
}

type tx struct {
	driver.Tx
	driver *driverStats
	began  time.Time
}

func (t tx) Commit() error {
	defer t.driver.ended(t.began)
	return t.driver.count(t.Tx.Commit())
}

func (t tx) Rollback() error {
	defer t.driver.ended(t.began)
	return t.Tx.Rollback()
}

// innerRows is what the rows of SQLite's driver can do.
type innerRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// rows give their statement back when they are closed.
type rows struct {
	innerRows
	driver    *driverStats
	statement *statement
}

func (c *conn) rows(found driver.Rows, of *statement) driver.Rows {
	if found == nil {
		return nil
	}
	return &rows{found.(innerRows), c.driver, of}
}

func (r *rows) Next(values []driver.Value) error { return r.driver.count(r.innerRows.Next(values)) }

func (r *rows) Close() error {
	err := r.innerRows.Close()
	if r.statement != nil {
		r.statement.inUse = false
	}
	return r.driver.count(err)
}
