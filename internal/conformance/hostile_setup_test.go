package conformance_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// siege is a test hospital that one account attacks.
type siege struct {
	t       *testing.T
	h       *hospitaltest.Hospital
	account string
	lock    sync.Mutex
	sent    map[string]sent // by request id
	words   map[string]string
}

// sent is an attack and its answer.
type sent struct {
	attack
	status int
	api    bool
}

// besiege creates a hospital in which all text that the account may not read contains mark.
func besiege(t *testing.T, account string) *siege {
	h := hospitaltest.New(t)
	s := &siege{t: t, h: h, account: account, sent: map[string]sent{}}
	s.writeMarks()
	s.words = s.dictionary()
	return s
}

// writeMarks writes the mark into every text that the account may not read: into records
// outside of its scope, and into fields that are hidden from its role.
func (s *siege) writeMarks() {
	s.t.Helper()
	triggers := dropTriggers(s.t, s.h)
	permissions, role := readTable(s.t), hospitaltest.RoleOf(s.account)
	for collection, c := range kit.CatalogOf(modules.All) {
		if strings.HasPrefix(collection, "audit_log") || collection == "counters" { // written during the attacks
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
	s.sql(fmt.Sprintf("UPDATE users SET tokenKey = '%[1]s' || id || substr(tokenKey, 1, 30), email = CASE WHEN id = "+
		"'%[2]s' OR '%[3]s' = 'admin' THEN email ELSE '%[1]s' || email END", mark, hospitaltest.ID(s.account), role))
	settings := s.h.App.Settings()
	settings.SMTP.Password, settings.S3.Secret = mark, mark
	settings.RateLimits.Enabled = false // otherwise the limits would refuse the attacks before the rules
	if err := s.h.App.Save(settings); err != nil {
		s.t.Fatal(err)
	}
	for _, trigger := range triggers {
		s.sql(trigger)
	}
}

func (s *siege) sql(statement string) {
	s.t.Helper()
	if err := s.h.SQL(statement); err != nil {
		s.t.Fatalf("%s: %v", statement, err)
	}
}

// dictionary maps the placeholders of attacks to values. All others are ids of records.
func (s *siege) dictionary() map[string]string {
	admin, victim := s.h.Record("users", hospitaltest.ID("admin2")), s.h.Record("users", hospitaltest.ID("patient2"))
	suspended, operator := s.h.Record("users", hospitaltest.ID("retireddr")), s.operator()
	claims := func(r *core.Record, more jwt.MapClaims) jwt.MapClaims {
		c := jwt.MapClaims{"id": r.Id, "collectionId": r.Collection().Id, "type": "auth", "refreshable": true,
			"exp": time.Now().Add(time.Hour).Unix()}
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
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone,
		claims(admin, nil)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	auth := of(admin.NewAuthToken)
	header, rest, _ := strings.Cut(auth, ".")
	_, signature, _ := strings.Cut(rest, ".")
	me := s.account
	if me == "guest" {
		me = "patient1"
	}
	return map[string]string{
		"mark":                    mark,
		"me":                      hospitaltest.ID(me),
		"address":                 me + "@example.org",
		"bill1":                   billOf(s.h, "1"),
		"bill2":                   billOf(s.h, "2"),
		"file of kept2":           s.h.Record("documents", hospitaltest.ID("kept2")).GetString("file"),
		"file token":              of(s.h.Record("users", hospitaltest.ID(me)).NewFileToken),
		"file token of an admin":  of(admin.NewFileToken),
		"reset token":             of(admin.NewPasswordResetToken),
		"verification token":      of(admin.NewVerificationToken),
		"e-mail token":            of(func() (string, error) { return admin.NewEmailChangeToken("evil@example.org") }),
		"token of another":        of(victim.NewAuthToken),
		"token of the suspended":  of(suspended.NewAuthToken),
		"reset token of the same": of(victim.NewPasswordResetToken),
		"expired token": signed(claims(admin, jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}),
			key(admin)),
		"token without end": signed(jwt.MapClaims{"id": admin.Id, "collectionId": admin.Collection().Id,
			"type": "auth"}, "guessed"),
		"unsigned token":          must(s.t, none, err),
		"token without signature": auth[:strings.LastIndex(auth, ".")+1],
		"token with a changed end": auth[:len(auth)-2] + map[bool]string{true: "AA",
			false: "BB"}[!strings.HasSuffix(auth, "AA")],
		"token with other claims": header + "." + base64.RawURLEncoding.EncodeToString(
			[]byte(`{"id":"`+operator.Id+`","collectionId":"`+operator.Collection().Id+`","type":"auth","exp":9999999999}`)) +
			"." + signature,
		"token of a superuser's id, signed as a user": signed(claims(operator, nil), key(admin)),
		"token of a user's id in the superusers": signed(claims(admin,
			jwt.MapClaims{"collectionId": operator.Collection().Id}), key(admin)),
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
		"50 more": strings.Repeat(
			`{"method":"PATCH","url":"/api/collections/users/records/x","body":{}},`, 50),
		"zip":          "PK\x03\x04\x14\x00\x00\x00\x08\x00<script>alert(1)</script>",
		"gif and html": "GIF89a/*<svg onload=alert(1)>*/=1;",
		"bad text":     "\xc3\x28\xff",
		"bom":          "\ufeff",
	}
}

func must(t testing.TB, token string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// operator creates a superuser.
func (s *siege) operator() *core.Record {
	s.h.Operator()
	r, err := s.h.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, "operator@example.org")
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

var words = regexp.MustCompile(`\{([a-z][a-z0-9 ,'-]*)\}`)

// fill replaces the placeholders.
func (s *siege) fill(text string) string {
	return words.ReplaceAllStringFunc(text, func(word string) string {
		name := word[1 : len(word)-1]
		if value, ok := s.words[name]; ok {
			return value
		}
		return hospitaltest.ID(name)
	})
}

// address escapes the values of the query.
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
