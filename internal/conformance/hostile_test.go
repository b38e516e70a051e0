package conformance_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/audit"
)

// attack is a hostile request. Placeholders are replaced for each sender: {pat2} is the id
// of a record, {mark} a text that no answer may contain.
type attack struct {
	name    string // a description, for the messages of the test
	wants   want
	line    string // "GET /api/collections/patients/records?filter=…", not yet escaped
	body    string
	headers []string // "Authorization: {reset token}"
}

// want is the expected result of an attack. In every case the answer contains no hidden
// data, no record changes, and there is no server error.
type want int

const (
	refused  want = iota // a 4xx, and the attempt is in the audit log
	garbled              // a 4xx for bad input or a wrong state; not an attempt to log
	harmless             // any status, but no hidden data
)

// mark is written into all text that the sender of an attack may not read.
const mark = "¤¤"

// One account of each role sends every attack. No hidden data is sent, no record changes,
// there are no server errors, and every refusal is in the audit log.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"guest", "patient1", "doctor1", "nurse1", "receptionist1", "accountant1", "admin1"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			s := besiege(t, account)
			before := s.digests()
			logged := s.h.Count("audit_log")
			all := append(slices.Clone(commonAttacks), attacksOf[hospitaltest.RoleOf(account)]...)
			if account != "guest" {
				all = append(all, signedInAttacks...)
			}
			if slices.Contains([]string{"guest", "patient1", "doctor1", "nurse1"}, account) {
				all = append(all, officeAttacks...)
			}
			s.run(all)
			s.checkRealtime()
			for table, digest := range s.digests() {
				if before[table] != digest {
					t.Errorf("something changed in %s", table)
				}
			}
			s.checkAuditLog(logged)
		})
	}
}

// run sends the attacks, four at a time.
func (s *siege) run(attacks []attack) {
	client := s.h.As(s.account).SkipContract().With("X-Forwarded-For", "6.6.6.6").With("X-Real-IP", "6.6.6.6")
	queue, senders := make(chan attack), sync.WaitGroup{}
	for range 4 {
		senders.Go(func() {
			for a := range queue {
				s.send(client, a)
			}
		})
	}
	for _, a := range attacks {
		queue <- a
	}
	close(queue)
	senders.Wait()
}

// send sends one attack and checks the answer.
func (s *siege) send(client hospitaltest.Client, a attack) {
	method, line, _ := strings.Cut(s.fill(a.line), " ")
	for _, h := range a.headers {
		name, value, _ := strings.Cut(s.fill(h), ": ")
		if name == "Authorization" { // replaces the account's own token
			client = s.h.WithToken("").SkipContract().With("X-Forwarded-For", "6.6.6.6")
		}
		client = client.With(name, value)
	}
	body := s.fill(a.body)
	answer := client.Do(method, address(line), []byte(body))
	s.lock.Lock()
	s.sent[answer.Header.Get("X-Request-Id")] = sent{a, answer.Status, strings.HasPrefix(line, "/api/")}
	s.lock.Unlock()
	text := string(answer.Raw) + fmt.Sprint(answer.Header)
	leaks := func(secret string) bool { return strings.Contains(text, secret) }
	switch {
	case answer.Status >= 500, answer.Status == http.StatusTooManyRequests:
		s.t.Errorf("%s: answered %d %.300s", a.name, answer.Status, answer.Raw)
	case a.wants != harmless && answer.Status < 400, a.wants == refused && answer.Status == http.StatusConflict:
		s.t.Errorf("%s: answered %d %.300s", a.name, answer.Status, answer.Raw)
	case slices.ContainsFunc([]string{mark, `\u00a4`, "$2a$", "SQLITE", "goroutine "}, leaks):
		s.t.Errorf("%s: the answer contains hidden data: %.500s", a.name, answer.Raw)
	case strings.Contains(a.line, "{mark}") && len(answer.Items()) > 0:
		s.t.Errorf("%s: %d records match a hidden value", a.name, len(answer.Items()))
	}
}

// checkRealtime subscribes to everything, broadcasts every record, and checks the events.
func (s *siege) checkRealtime() {
	server := httptest.NewServer(s.h.Handler)
	s.t.Cleanup(server.Close)
	catalog := kit.CatalogOf(modules.All)
	var topics []string
	for collection := range catalog {
		topics = append(topics, strings.ToUpper(collection)+"/*",
			collection+`/*?options={"query":{"expand":"patient,user,doctor,appointment,bill","fields":"*"},`+
				`"headers":{"Authorization":"x"}}`)
	}
	topics = append(topics, "_superusers/*", "_otps/*", "*", "@oauth2", "/*")
	var listeners []*listener
	for some := range slices.Chunk(topics, 50) { // as many as a stream may have
		listeners = append(listeners, listen(s.t, s.h, server, s.account, some...))
	}
	for collection := range catalog {
		for _, id := range allIDs(s.t, s.h, collection) {
			announce(s.t, s.h, collection, id)
		}
	}
	time.Sleep(silence)
	var events []event
	for _, l := range listeners {
		l.mu.Lock()
		events = append(events, l.events...)
		l.mu.Unlock()
	}
	if len(events) == 0 {
		s.t.Error("no event was received, so the test proves nothing")
	}
	for _, e := range events {
		if strings.Contains(string(e.data), mark) {
			s.t.Errorf("%s sends hidden data: %.300s", e.topic, e.data)
		}
	}
}

// digests returns a hash of every table, except for the audit log and its counter.
func (s *siege) digests() map[string]string {
	sums := map[string]string{}
	for _, table := range query(s.t, s.h, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'audit_log%'",
		nil) {
		columns := query(s.t, s.h, "SELECT name FROM pragma_table_info({:table})", dbx.Params{"table": table})
		sum := sha256.New()
		for _, row := range query(s.t, s.h,
			"SELECT quote(`"+strings.Join(columns, "`) || quote(`")+"`) FROM `"+table+"` ORDER BY 1", nil) {
			if table != "counters" || !strings.Contains(row, "'audit'") {
				fmt.Fprintln(sum, row)
			}
		}
		sums[table] = hex.EncodeToString(sum.Sum(nil))
	}
	return sums
}

// checkAuditLog checks that every refusal is in the audit log, with the account and the address.
func (s *siege) checkAuditLog(before int64) {
	if err := audit.Flush(s.h.App); err != nil {
		s.t.Fatal(err)
	}
	var rows []struct{ Request, Outcome, Action, IP, Role, Collection string }
	if err := s.h.App.DB().NewQuery("SELECT * FROM audit_log WHERE seq > {:before}").Bind(
		dbx.Params{"before": before}).All(&rows); err != nil {
		s.t.Fatal(err)
	}
	logged := map[string]bool{}
	for _, r := range rows {
		logged[r.Request] = logged[r.Request] || r.Outcome == string(audit.Refused)
		if r.IP != "127.0.0.1" {
			s.t.Errorf("%s: the log has the address %q", s.sent[r.Request].name, r.IP)
		}
		if r.Outcome == string(audit.Done) && slices.Contains([]string{"create", "update", "delete", "settings", "operate"},
			r.Action) {
			s.t.Errorf("%s: did %s %s", s.sent[r.Request].name, r.Action, r.Collection)
		}
	}
	for request, a := range s.sent {
		attempt := a.wants == refused || slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden,
			http.StatusNotFound, http.StatusTooManyRequests}, a.status)
		if a.api && a.status >= 400 && attempt && !logged[request] {
			s.t.Errorf("%s: answered %d, and the audit log has no entry", a.name, a.status)
		}
	}
}
