package server_test

import (
	"testing"

	_ "hospital/migrations"
)

func TestJournalNamesTheMemoryLimit(t *testing.T) {
	t.Parallel()
	s := serve(t, demoData(t), "GOMEMLIMIT=300MiB")
	s.waitFor(t, `"memory_limit":314572800`)
}
