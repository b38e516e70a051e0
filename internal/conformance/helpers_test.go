package conformance_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

var serials atomic.Int64

// serial returns a number that no other call gets.
func serial() int64 { return serials.Add(1) }

var serialsIn sync.Map // hospital -> counter

// serialIn returns a number that no other call for this hospital gets. It stays small.
func serialIn(h *hospitaltest.Hospital) int64 {
	own, known := serialsIn.LoadOrStore(h, &atomic.Int64{})
	if !known {
		h.T.Cleanup(func() { serialsIn.Delete(h) })
	}
	return own.(*atomic.Int64).Add(1)
}

// freshUser creates an account of a role, without a staff record.
func freshUser(h *hospitaltest.Hospital, n int64, role string) string {
	users, err := h.App.FindCachedCollectionByNameOrId("users")
	if err != nil {
		h.T.Fatal(err)
	}
	u := core.NewRecord(users)
	u.Load(map[string]any{"email": fmt.Sprintf("fresh%d%s@example.org", n, role), "password": hospitaltest.Password,
		"name": "Fresh", "role": role})
	if err := h.App.Save(u); err != nil {
		h.T.Fatal(err)
	}
	return u.Id
}

// freshDraft creates a draft bill with a line, for collections with one record per bill.
func freshDraft(h *hospitaltest.Hospital, wanted bool, owner string) string {
	if !wanted {
		return ""
	}
	accountant := h.As("accountant1")
	bill := accountant.Create("bills", hospitaltest.Body{"patient": hospitaltest.ID("pat" + owner)}).OK(h.T)
	accountant.Create("bill_items", hospitaltest.Body{"bill": bill.ID(), "description": "Splint", "quantity": 1,
		"unit_minor": 5_000}).OK(h.T)
	return bill.ID()
}

// freshPatient creates a patient without any records.
func freshPatient(h *hospitaltest.Hospital, n int64) string {
	return saved(h, "patients", hospitaltest.Body{"name": fmt.Sprint("Fresh ", n)})
}

// freshVisit creates an approved visit without notes, for encounters, which need one each.
func freshVisit(h *hospitaltest.Hospital, n int64, collection, owner string) string {
	if collection != "encounters" {
		return ""
	}
	return saved(h, "appointments", hospitaltest.Body{"patient": hospitaltest.ID("pat" + owner),
		"doctor": hospitaltest.ID("dr" + owner),
		"starts": at(400*time.Hour + time.Duration(n%3000)*time.Hour)})
}

func saved(h *hospitaltest.Hospital, collection string, values hospitaltest.Body) string {
	r, err := kit.New(h.App, collection)
	if err == nil {
		r.Load(values)
		err = h.App.Save(r)
	}
	if err != nil {
		h.T.Fatal(err)
	}
	return r.Id
}

// billOf finds the bill of patient1 or patient2.
func billOf(h *hospitaltest.Hospital, owner string) string {
	bill, err := h.App.FindFirstRecordByData("bills", "appointment", hospitaltest.ID("done"+owner))
	if err != nil {
		h.T.Fatal(err)
	}
	return bill.Id
}

// dropTriggers drops the triggers that refuse a change, so that a test can change rows that are immutable, and
// returns the statements that create them again. Triggers that keep sums stay.
func dropTriggers(t testing.TB, h *hospitaltest.Hospital) (create []string) {
	t.Helper()
	const refusing = " FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%' ORDER BY name"
	create = query(t, h, "SELECT sql"+refusing, nil)
	for _, trigger := range query(t, h, "SELECT name"+refusing, nil) {
		if _, err := h.App.NonconcurrentDB().NewQuery("DROP TRIGGER " + trigger).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	return create
}
