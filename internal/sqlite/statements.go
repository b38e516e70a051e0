package sqlite

import (
	"container/list"
	"context"
	"database/sql/driver"
	"strings"
)

// maxPrepared is how many statements a connection keeps prepared.
const maxPrepared = 200

// statements are the prepared statements of one connection. SQLite takes longer to
// prepare most statements of a request than to execute them, and prepares a kept one
// again by itself after a change of the schema.
type statements struct {
	byQuery map[string]*list.Element
	recent  *list.List // of *statement, the last used first
}

type statement struct {
	query string
	inUse bool
	innerStmt
}

// innerStmt is what a statement of SQLite's driver can do.
type innerStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func newStatements() *statements {
	return &statements{byQuery: map[string]*list.Element{}, recent: list.New()}
}

// take returns the prepared statement of a query, in use until the caller says otherwise;
// nil if the query is not worth keeping, or if its statement is in use.
func (s *statements) take(c driver.ConnPrepareContext, query string) (*statement, error) {
	if kept, ok := s.byQuery[query]; ok {
		found := kept.Value.(*statement)
		if found.inUse {
			return nil, nil
		}
		s.recent.MoveToFront(kept)
		found.inUse = true
		return found, nil
	}
	if !reusable(query) {
		return nil, nil
	}
	prepared, err := c.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	added := &statement{query: query, inUse: true, innerStmt: prepared.(innerStmt)}
	s.byQuery[query] = s.recent.PushFront(added)
	s.evict()
	return added, nil
}

// evict closes the statements that were not used for longest.
func (s *statements) evict() {
	for e := s.recent.Back(); e != nil && len(s.byQuery) > maxPrepared; {
		older := e.Prev()
		if last := e.Value.(*statement); !last.inUse {
			s.recent.Remove(e)
			delete(s.byQuery, last.query)
			_ = last.Close()
		}
		e = older
	}
}

func (s *statements) close() {
	for e := s.recent.Front(); e != nil; e = e.Next() {
		_ = e.Value.(*statement).Close()
	}
}

// reusable says that a query reads or writes rows and may come again. PocketBase checks
// create rules under a table name that is random each time.
func reusable(query string) bool {
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return !strings.Contains(query, "__pb_create__")
	}
	return false
}
