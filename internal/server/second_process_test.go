package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "hospital/migrations"
)

// TestBookingsGoOnBesideAnImport books while another process imports codes into the same
// database. No booking is refused, and the import stores every line.
func TestBookingsGoOnBesideAnImport(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	const lines = 5_000
	var csv strings.Builder
	for i := range lines {
		fmt.Fprintf(&csv, "%c%02d.%d,Disease number %d\n", 'A'+rune(i/1000), i%1000/10, i%10, i)
	}
	file := filepath.Join(t.TempDir(), "codes.csv")
	if err := os.WriteFile(file, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir)
	s.signIn(t, "reception@hospital.example")
	stop := bookConcurrently(t, s, dir, 4) // fails the test if one is refused
	started := time.Now()
	imported := run(t, "", nil, "import", "codes", file, "--dir", dir)
	took := time.Since(started)
	acked := stop()
	imported.succeeded(t)
	if len(acked) < 20 {
		t.Fatalf("only %d bookings", len(acked))
	}
	slowest := slices.MaxFunc(acked, func(a, b booking) int { return int(a.took - b.took) })
	t.Logf("%d bookings beside an import of %d codes, which took %s; the slowest took %s", len(acked), lines, took, slowest.took)
	if slowest.took > maxWait {
		t.Errorf("a booking waited %s", slowest.took)
	}
}
