package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"hospital/internal/sqlite"
)

// TestTransactionThatReadsFirstIsNotRefused writes after a read in a transaction, while another process, such as an
// import, writes. A transaction that begins deferred is refused at once then: database is locked (517).
func TestTransactionThatReadsFirstIsNotRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), sqlite.DataFile)
	server, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	command, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer command.Close()
	if _, err := server.NewQuery("CREATE TABLE lines (n INTEGER)").Execute(); err != nil {
		t.Fatal(err)
	}
	tx, err := command.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.NewQuery("SELECT COUNT(*) FROM lines").Row(&n); err != nil {
		t.Fatal(err)
	}
	other := make(chan error)
	go func() {
		_, err := server.NewQuery("INSERT INTO lines VALUES (1)").Execute()
		other <- err
	}()
	time.Sleep(100 * time.Millisecond) // a deferred transaction would let it through here
	if _, err := tx.NewQuery("INSERT INTO lines VALUES (2)").Execute(); err != nil {
		t.Errorf("write after a read: %v", err)
	}
	if err := tx.Commit(); err != nil {
		t.Errorf("commit: %v", err)
	}
	if err := <-other; err != nil {
		t.Errorf("the other writer: %v", err)
	}
}
