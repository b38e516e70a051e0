package conformance_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/server"
)

// manyAccounts copies patient1's account n times and returns their tokens.
func manyAccounts(t testing.TB, h *hospitaltest.Hospital, n int) (tokens []string) {
	t.Helper()
	columns := query(t, h, "SELECT name FROM pragma_table_info('users')", nil)
	values := make([]string, len(columns))
	for i, name := range columns {
		values[i] = "`" + name + "`"
		switch name {
		case "id":
			columns[i], values[i] = "`id`", "printf('many%011d', n)"
		case "email":
			values[i] = "printf('many%d@example.org', n)"
		case "tokenKey":
			values[i] = "tokenKey || n"
		}
		columns[i] = "`" + name + "`"
	}
	copies := fmt.Sprintf("WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < %d) "+
		"INSERT INTO users (%s) SELECT %s FROM users, counter WHERE id = '%s'",
		n, strings.Join(columns, ", "), strings.Join(values, ", "), hospitaltest.ID("patient1"))
	if err := h.SQL(copies); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		token, err := h.Record("users", fmt.Sprintf("many%011d", i+1)).NewAuthToken()
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	return tokens
}

// A house of 1,300 people behind one address starts at once, more than an address may send other
// requests in a minute, while 700 idle streams of another address try to keep them out.
func TestAHouseBehindOneAddressStartsAtOnce(t *testing.T) {
	t.Parallel()
	hospitaltest.SkipShort(t)
	h, serving := streaming(t, 20*time.Second)
	server.SetRate(h.App, 1)
	const house = 1300
	tokens := manyAccounts(t, h, house)
	for range 700 {
		mustOpenStream(t, serving, "198.51.100.1")
	}
	if n := h.App.SubscriptionsBroker().TotalClients(); n > 600 {
		t.Errorf("%d streams are pending", n)
	}
	const hospital = "192.0.2.1"
	started := time.Now()
	var tries atomic.Int64
	var people sync.WaitGroup
	for _, token := range tokens {
		people.Go(func() {
			for time.Since(started) < 30*time.Second {
				tries.Add(1)
				s, err := openStream(t, serving, hospital)
				if err == nil && subscribe(h.WithToken(token).With("X-Real-IP", hospital), s, "appointments/*").Status == http.StatusNoContent {
					return
				}
				time.Sleep(time.Second)
			}
			t.Error("somebody is not there within 30 seconds")
		})
	}
	people.Wait()
	t.Logf("all were there after %s, with %d tries", time.Since(started).Round(time.Millisecond), tries.Load())
	if n := h.App.SubscriptionsBroker().TotalClients(); n > house+600 {
		t.Errorf("%d streams are open", n)
	}
}

// As many topics as one account may have, each with a filter of its own, on one collection.
func TestWriteIsNotHeldUpByStreams(t *testing.T) {
	t.Parallel()
	h, serving := streaming(t, time.Minute)
	desk := h.As("receptionist1")
	phone := func(patient string) (shortest time.Duration, statements int) {
		shortest = time.Minute
		for range 3 {
			statements = len(h.Statements(func() {
				started := time.Now()
				desk.Update("patients", hospitaltest.ID(patient), body{"phone": fmt.Sprint(serial())}).OK(t)
				shortest = min(shortest, time.Since(started))
			}))
		}
		return shortest.Round(time.Microsecond), statements
	}
	undisturbed, alone := phone("pat1")
	for i := range 8 {
		var topics []string
		for j := range 50 {
			topics = append(topics, fmt.Sprintf(`patients/*?options={"query":{"filter":"name != '%d' || phone != '%d'"}}`, i, j))
		}
		subscribe(h.As("patient1"), mustOpenStream(t, serving, ""), topics...).OK(t)
	}
	own, filters := phone("pat1")
	other, rules := phone("pat2")
	t.Logf("a PATCH takes %s and %d statements; with 8 streams of 50 topics of one account %s and %d for its own record, %s and %d for another",
		undisturbed, alone, own, filters, other, rules)
	if own > 2*time.Second || filters > alone+400+20 { // one for each filter
		t.Error("streams of one account hold up the write of its record")
	}
	if rules > alone+20 { // the rule is tried once, not for each topic
		t.Error("streams of one account hold up the write of another's record")
	}
}
