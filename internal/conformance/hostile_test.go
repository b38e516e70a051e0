package conformance_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/audit"
)

// attack is a request that nobody should send, in words that are filled in for
// whoever sends it: {pat2} is the id of a record, {mark} what must never be seen.
type attack struct {
	name    string // what is tried, as a sentence
	wants   want
	line    string // "GET /api/collections/patients/records?filter=…", not yet escaped
	body    string
	headers []string // "Authorization: {reset token}"
}

// want is what must come of an attack. Whatever it is, nothing is shown that the
// sender may not see, nothing changes, and the hospital does not break.
type want int

const (
	refused  want = iota // a 4xx, and the attempt stands in the audit log
	garbled              // a 4xx; it is bad input or the wrong moment, and no attempt on anything
	harmless             // whatever it is: not more than anybody may see
)

// mark stands in everything that the sender of an attack may not see. Nobody types it.
const mark = "¤¤"

// TestAHostileVisitor sends every attack as one of every role: nothing leaks,
// nothing changes, nothing breaks, and every refusal is in the audit log.
func TestAHostileVisitor(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"guest", "patient1", "doctor1", "nurse1", "receptionist1", "accountant1", "admin1"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			s := besiege(t, account)
			before := s.digests()
			logged := s.h.Count("audit_log")
			all := append(slices.Clone(everybodys), attacksOf[hospitaltest.RoleOf(account)]...)
			if account != "guest" {
				all = append(all, signedIns...)
			}
			if slices.Contains([]string{"guest", "patient1", "doctor1", "nurse1"}, account) {
				all = append(all, office...)
			}
			s.run(all)
			s.listens()
			for table, digest := range s.digests() {
				if before[table] != digest {
					t.Errorf("something changed in %s", table)
				}
			}
			s.readsTheLog(logged)
		})
	}
}

// siege is one hostile account in a hospital of its own.
type siege struct {
	t       *testing.T
	h       *hospitaltest.Hospital
	account string
	lock    sync.Mutex
	sent    map[string]sent // by the name that the answer gives the request
	words   map[string]string
}

// sent is an attack, and how it was answered.
type sent struct {
	attack
	status int
	api    bool
}

// besiege opens a hospital in which all that the account may not see is marked.
func besiege(t *testing.T, account string) *siege {
	h := hospitaltest.New(t)
	s := &siege{t: t, h: h, account: account, sent: map[string]sent{}}
	s.sow()
	s.words = s.dictionary()
	return s
}

// sow writes the mark into every text that the account may not see: in all of a
// record that it may not read, and in the fields that its role is not shown.
func (s *siege) sow() {
	s.t.Helper()
	var triggers []struct{ Name, SQL string }
	if err := s.h.App.DB().NewQuery("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").All(&triggers); err != nil {
		s.t.Fatal(err)
	}
	thaw(s.t, s.h)
	permissions, role := readTable(s.t), hospitaltest.RoleOf(s.account)
	for collection, c := range kit.CatalogOf(modules.All) {
		if collection == "audit_log" || collection == "counters" { // which are written while it goes on
			continue
		}
		readable := meant(s.t, s.h, collection, permissions[collection]["read"][role], s.account)
		quoted := "'" + strings.Join(readable, "','") + "'"
		for _, f := range c.Fields {
			text, ok := f.Field.(*core.TextField)
			if !ok || text.Pattern != "" || text.Max < 20 {
				continue
			}
			where := "id NOT IN (" + quoted + ")"
			if !strings.Contains(permissions[collection][text.Name][role], "r") {
				where = "TRUE"
			}
			s.sql(fmt.Sprintf("UPDATE `%s` SET `%s` = '%s' || id WHERE %s", collection, text.Name, mark, where))
		}
	}
	s.sql(fmt.Sprintf("UPDATE users SET tokenKey = '%[1]s' || id || substr(tokenKey, 1, 30), email = CASE WHEN id = '%[2]s' OR '%[3]s' = 'admin' THEN email ELSE '%[1]s' || email END", mark, hospitaltest.ID(s.account), role))
	settings := s.h.App.Settings()
	settings.SMTP.Password, settings.S3.Secret = mark, mark
	settings.RateLimits.Enabled = false // it is the laws that are to refuse
	if err := s.h.App.Save(settings); err != nil {
		s.t.Fatal(err)
	}
	for _, trigger := range triggers {
		s.sql(trigger.SQL)
	}
}

func (s *siege) sql(statement string) {
	s.t.Helper()
	if err := s.h.SQL(statement); err != nil {
		s.t.Fatalf("%s: %v", statement, err)
	}
}

// dictionary is what the words in an attack stand for, beside the ids of records.
func (s *siege) dictionary() map[string]string {
	admin, victim := s.h.Record("users", hospitaltest.ID("admin2")), s.h.Record("users", hospitaltest.ID("patient2"))
	suspended, operator := s.h.Record("users", hospitaltest.ID("retireddr")), s.operator()
	claims := func(r *core.Record, more jwt.MapClaims) jwt.MapClaims {
		c := jwt.MapClaims{"id": r.Id, "collectionId": r.Collection().Id, "type": "auth", "refreshable": true, "exp": time.Now().Add(time.Hour).Unix()}
		for name, value := range more {
			c[name] = value
		}
		return c
	}
	signed := func(c jwt.MapClaims, key string) string {
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(key))
		return must(s.t, token, err)
	}
	key := func(r *core.Record) string { return r.TokenKey() + r.Collection().AuthToken.Secret }
	of := func(make func() (string, error)) string { token, err := make(); return must(s.t, token, err) }
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims(admin, nil)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	auth := of(admin.NewAuthToken)
	header, rest, _ := strings.Cut(auth, ".")
	_, signature, _ := strings.Cut(rest, ".")
	me := s.account
	if me == "guest" {
		me = "patient1"
	}
	return map[string]string{
		"mark":                     mark,
		"me":                       hospitaltest.ID(me),
		"address":                  me + "@example.org",
		"bill1":                    billOf(s.h, "1"),
		"bill2":                    billOf(s.h, "2"),
		"file of kept2":            s.h.Record("documents", hospitaltest.ID("kept2")).GetString("file"),
		"file token":               of(s.h.Record("users", hospitaltest.ID(me)).NewFileToken),
		"file token of an admin":   of(admin.NewFileToken),
		"reset token":              of(admin.NewPasswordResetToken),
		"verification token":       of(admin.NewVerificationToken),
		"e-mail token":             of(func() (string, error) { return admin.NewEmailChangeToken("evil@example.org") }),
		"token of another":         of(victim.NewAuthToken),
		"token of the suspended":   of(suspended.NewAuthToken),
		"reset token of the same":  of(victim.NewPasswordResetToken),
		"expired token":            signed(claims(admin, jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}), key(admin)),
		"token without end":        signed(jwt.MapClaims{"id": admin.Id, "collectionId": admin.Collection().Id, "type": "auth"}, "guessed"),
		"unsigned token":           must(s.t, none, err),
		"token without signature":  auth[:strings.LastIndex(auth, ".")+1],
		"token with a changed end": auth[:len(auth)-2] + map[bool]string{true: "AA", false: "BB"}[!strings.HasSuffix(auth, "AA")],
		"token with other claims":  header + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"id":"`+operator.Id+`","collectionId":"`+operator.Collection().Id+`","type":"auth","exp":9999999999}`)) + "." + signature,
		"token of a superuser's id, signed as a user":  signed(claims(operator, nil), key(admin)),
		"token of a user's id in the superusers":       signed(claims(admin, jwt.MapClaims{"collectionId": operator.Collection().Id}), key(admin)),
		"token signed with nothing":                    signed(claims(admin, nil), ""),
		"token signed with the key alone":              signed(claims(admin, nil), admin.TokenKey()),
		"token signed with the secret of the hospital": signed(claims(admin, nil), admin.Collection().AuthToken.Secret),
		"token of a kind that there is not":            signed(claims(admin, jwt.MapClaims{"type": "god"}), key(admin)),
		"token of another hospital":                    signed(claims(admin, nil), security.RandomString(80)),
		"deep":                                         strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
		"deep list":                                    strings.Repeat("[", 20_000),
		"huge":                                         strings.Repeat("A", 33<<20),
		"long":                                         strings.Repeat("A", 100_000),
		"brackets":                                     strings.Repeat("(", 3_000),
		"relations":                                    strings.Repeat("patient.", 60),
		"50 more":                                      strings.Repeat(`{"method":"PATCH","url":"/api/collections/users/records/x","body":{}},`, 50),
		"zip":                                          "PK\x03\x04\x14\x00\x00\x00\x08\x00<script>alert(1)</script>",
		"gif and html":                                 "GIF89a/*<svg onload=alert(1)>*/=1;",
		"bad text":                                     "\xc3\x28\xff",
		"bom":                                          "\ufeff",
	}
}

func must(t testing.TB, token string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// operator is a superuser whom nobody knows.
func (s *siege) operator() *core.Record {
	s.h.Operator()
	r, err := s.h.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, "operator@example.org")
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

var words = regexp.MustCompile(`\{([a-z][a-z0-9 ,'-]*)\}`)

// fill puts what they stand for in place of words.
func (s *siege) fill(text string) string {
	return words.ReplaceAllStringFunc(text, func(word string) string {
		name := word[1 : len(word)-1]
		if value, ok := s.words[name]; ok {
			return value
		}
		return hospitaltest.ID(name)
	})
}

// address is a line as it is sent: the values of its query are escaped.
func address(line string) string {
	path, query, ok := strings.Cut(line, "?")
	if !ok {
		return path
	}
	parts := regexp.MustCompile(`(^|&)[a-zA-Z]+=`).FindAllStringIndex(query, -1)
	var escaped strings.Builder
	for i, at := range parts {
		end := len(query)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		escaped.WriteString(query[at[0]:at[1]] + url.QueryEscape(query[at[1]:end]))
	}
	return path + "?" + escaped.String()
}

// run sends attacks, several at a time.
func (s *siege) run(attacks []attack) {
	client := s.h.As(s.account).Unbound().With("X-Forwarded-For", "6.6.6.6").With("X-Real-IP", "6.6.6.6")
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

// send sends one attack, and judges the answer.
func (s *siege) send(client hospitaltest.Client, a attack) {
	method, line, _ := strings.Cut(s.fill(a.line), " ")
	for _, h := range a.headers {
		name, value, _ := strings.Cut(s.fill(h), ": ")
		if name == "Authorization" { // instead of one's own
			client = s.h.WithToken("").Unbound().With("X-Forwarded-For", "6.6.6.6")
		}
		client = client.With(name, value)
	}
	body := s.fill(a.body)
	answer := client.Do(method, address(line), []byte(body))
	s.lock.Lock()
	s.sent[answer.Header.Get("X-Request-Id")] = sent{a, answer.Status, strings.HasPrefix(line, "/api/")}
	s.lock.Unlock()
	said := string(answer.Raw) + fmt.Sprint(answer.Header)
	switch {
	case answer.Status >= 500, answer.Status == http.StatusTooManyRequests:
		s.t.Errorf("%s: answered %d %.300s", a.name, answer.Status, answer.Raw)
	case a.wants != harmless && answer.Status < 400, a.wants == refused && answer.Status == http.StatusConflict:
		s.t.Errorf("%s: answered %d %.300s", a.name, answer.Status, answer.Raw)
	case strings.Contains(said, mark), strings.Contains(said, `\u00a4`), strings.Contains(said, "$2a$"), strings.Contains(said, "SQLITE"), strings.Contains(said, "goroutine "):
		s.t.Errorf("%s: shows what it must not, %.500s", a.name, answer.Raw)
	case strings.Contains(a.line, "{mark}") && len(answer.Items()) > 0:
		s.t.Errorf("%s: %d records tell that there is such a thing", a.name, len(answer.Items()))
	}
}

// listens subscribes to everything there is, and is told of every record.
func (s *siege) listens() {
	server := httptest.NewServer(s.h.Handler)
	s.t.Cleanup(server.Close)
	catalog := kit.CatalogOf(modules.All)
	var topics []string
	for collection := range catalog {
		topics = append(topics, strings.ToUpper(collection)+"/*", collection+`/*?options={"query":{"expand":"patient,user,doctor,appointment,bill","fields":"*"},"headers":{"Authorization":"x"}}`)
	}
	l := listen(s.t, s.h, server, s.account, append(topics, "_superusers/*", "_otps/*", "*", "@oauth2", "/*")...)
	for collection := range catalog {
		for _, id := range allIDs(s.t, s.h, collection) {
			announce(s.t, s.h, collection, id)
		}
	}
	time.Sleep(silence)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.events) == 0 {
		s.t.Error("nothing at all is heard, so that nothing can be told by it")
	}
	for _, e := range l.events {
		if strings.Contains(string(e.data), mark) {
			s.t.Errorf("%s tells what it must not: %.300s", e.topic, e.data)
		}
	}
}

// digests is a sum of every table, but of the audit log and its number.
func (s *siege) digests() map[string]string {
	sums := map[string]string{}
	for _, table := range query(s.t, s.h, "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'audit_log'", nil) {
		columns := query(s.t, s.h, "SELECT name FROM pragma_table_info({:table})", dbx.Params{"table": table})
		sum := sha256.New()
		for _, row := range query(s.t, s.h, "SELECT quote(`"+strings.Join(columns, "`) || quote(`")+"`) FROM `"+table+"` ORDER BY 1", nil) {
			if table != "counters" || !strings.Contains(row, "'audit'") {
				fmt.Fprintln(sum, row)
			}
		}
		sums[table] = hex.EncodeToString(sum.Sum(nil))
	}
	return sums
}

// readsTheLog holds every refusal to the audit log: by whom, and from where.
func (s *siege) readsTheLog(before int64) {
	if err := audit.Flush(s.h.App); err != nil {
		s.t.Fatal(err)
	}
	var rows []struct{ Request, Outcome, Action, IP, Role, Collection string }
	if err := s.h.App.DB().NewQuery("SELECT * FROM audit_log WHERE seq > {:before}").Bind(dbx.Params{"before": before}).All(&rows); err != nil {
		s.t.Fatal(err)
	}
	told := map[string]bool{}
	for _, r := range rows {
		told[r.Request] = told[r.Request] || r.Outcome == string(audit.Refused)
		if r.IP != "127.0.0.1" {
			s.t.Errorf("%s: the log says that it came from %q", s.sent[r.Request].name, r.IP)
		}
		if r.Outcome == string(audit.Done) && slices.Contains([]string{"create", "update", "delete", "settings", "operate"}, r.Action) {
			s.t.Errorf("%s: did %s %s", s.sent[r.Request].name, r.Action, r.Collection)
		}
	}
	for request, a := range s.sent {
		attempt := a.wants == refused || slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests}, a.status)
		if a.api && a.status >= 400 && attempt && !told[request] {
			s.t.Errorf("%s: answered %d, and the log does not tell of it", a.name, a.status)
		}
	}
}
