package audit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/audit"
)

// poll reads a list every 10 seconds, for some time, and returns how many rows and bytes that added.
func poll(t *testing.T, h *hospitaltest.Hospital, patients int, length time.Duration) (rows, bytes int64) {
	t.Helper()
	var list []*core.Record
	visits, err := h.App.FindCollectionByNameOrId("appointments")
	if err != nil {
		t.Fatal(err)
	}
	for i := range patients {
		visit := core.NewRecord(visits)
		visit.Load(map[string]any{"id": fmt.Sprintf("visit%010d", i), "patient": fmt.Sprintf("crowd%010d", i)})
		list = append(list, visit)
	}
	doctor := kit.Actor{ID: id("doctor1"), Role: role.Doctor, Name: "doctor1", IP: "192.0.2.17", Request: "abcdefghijklmnop"}
	pages := func() (n int64) {
		if err := h.App.DB().NewQuery("SELECT SUM(pgsize) FROM dbstat WHERE name LIKE '%audit_log%'").Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before, size, start := h.Count("audit_log"), pages(), time.Now()
	for after := time.Duration(0); after < length; after += 10 * time.Second {
		h.At(start.Add(after))
		audit.LogAccess(h.App, doctor, "list", kit.RowsOf(h.App, list...)...)
		if err := audit.FlushTick(h.App); err != nil {
			t.Fatal(err)
		}
	}
	return h.Count("audit_log") - before, pages() - size
}

func crowd(t *testing.T, h *hospitaltest.Hospital, patients int) {
	t.Helper()
	err := h.SQL(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO patients (id, mrn, name, created, updated)
		SELECT printf('crowd%%010d', i), 'C' || i, 'Crowd', '', '' FROM n`, patients-1))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAListThatIsPolledAllDayAddsLessThanAMegabyte(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	crowd(t, h, 100)
	rows, bytes := poll(t, h, 100, 24*time.Hour)
	if rows > 24*60+1 || bytes > 1_000_000 {
		t.Errorf("a day adds %d rows and %d bytes", rows, bytes)
	}
	if n := h.Count("audit_log_patients"); n > 100+10 {
		t.Errorf("the same patients are stored again: %d", n)
	}
	t.Logf("%d rows, %d bytes", rows, bytes)
	h.Verify()
}

// Bookings go on while the log of many lists is written.
func TestTheLogOfListsLetsOtherWritersThrough(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	crowd(t, h, 1000)
	if err := audit.Flush(h.App); err != nil {
		t.Fatal(err)
	}
	before := h.Count("audit_log")
	desk := kit.Actor{ID: id("receptionist1"), Role: role.Receptionist, Name: "receptionist1"}
	lists := windows(t, h, 150)
	for _, list := range lists {
		audit.LogAccess(h.App, desk, "list", kit.RowsOf(h.App, list...)...)
	}
	done := make(chan error)
	go func() { done <- audit.FlushTick(h.App) }()
	between, last := 0, before
	for finished := false; !finished; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			finished = true
		default:
			if err := h.SQL("UPDATE counters SET updated = updated WHERE series = 'audit'"); err != nil {
				t.Fatal(err)
			}
			if n := h.Count("audit_log"); n > last && n < before+int64(len(lists)) {
				between, last = between+1, n
			}
		}
	}
	if between < 15 { // of 50 transactions
		t.Errorf("others wrote %d times while %d lists were logged", between, len(lists))
	}
	if n := h.Count("audit_log") - before; n != int64(len(lists)) {
		t.Errorf("%d lists have %d entries", len(lists), n)
	}
	h.Verify()
}

// windows are lists of 100 visits, each with other patients.
func windows(t *testing.T, h *hospitaltest.Hospital, n int) (lists [][]*core.Record) {
	t.Helper()
	visits, err := h.App.FindCollectionByNameOrId("appointments")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		var list []*core.Record
		for j := range 100 {
			visit := core.NewRecord(visits)
			visit.Load(map[string]any{"id": fmt.Sprintf("visit%010d", i+j*7),
				"patient": fmt.Sprintf("crowd%010d", (i+j*7)%1000)})
			list = append(list, visit)
		}
		lists = append(lists, list)
	}
	return lists
}

// A database that cannot be written loses no read, and does not stop the reading.
func TestReadsWaitWhileTheBufferIsFull(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	crowd(t, h, 1000)
	if err := audit.Flush(h.App); err != nil {
		t.Fatal(err)
	}
	before := h.Count("audit_log")
	pragma := func(sql string) {
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	pragma("PRAGMA query_only = 1")
	desk := kit.Actor{ID: id("receptionist1"), Role: role.Receptionist, Name: "receptionist1"}
	for _, list := range windows(t, h, 250) {
		audit.LogAccess(h.App, desk, "list", kit.RowsOf(h.App, list...)...)
		audit.LogAccess(h.App, desk, "list", kit.RowsOf(h.App, list...)...)
	}
	began := time.Now()
	h.As("nurse1").List("vitals", "").OK(t)
	if waited := time.Since(began); waited < 2*time.Second {
		t.Errorf("it waited %s", waited)
	}
	pragma("PRAGMA query_only = 0")
	if err := audit.Flush(h.App); err != nil {
		t.Fatal(err)
	}
	var reads int64
	err := h.App.DB().NewQuery("SELECT SUM(MAX(times, 1)) FROM audit_log WHERE seq > {:before} AND action = 'list' " +
		"AND actor != 'nurse1000000000'").Bind(dbx.Params{"before": before}).Row(&reads)
	if err != nil || reads != 2*250 {
		t.Errorf("the log has %d reads (%v)", reads, err)
	}
	began = time.Now()
	h.As("nurse1").List("vitals", "").OK(t)
	if waited := time.Since(began); waited > 2*time.Second {
		t.Errorf("with room it waited %s", waited)
	}
	h.Verify()
}
