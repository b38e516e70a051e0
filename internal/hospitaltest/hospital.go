// Package hospitaltest starts a hospital for a test, like net/http/httptest starts a server.
// It is migrated, contains the records of the fixture, and is used through the real API.
package hospitaltest

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/hooks"
	"hospital/internal/apidocs"
	"hospital/internal/broadcast"
	"hospital/internal/disk"
	"hospital/internal/fixture"
	"hospital/internal/kit"
	"hospital/internal/server"
	"hospital/internal/sqlite"
	"hospital/internal/verify"
	_ "hospital/migrations" // the schema
	"hospital/modules"
	"hospital/modules/audit"
)

// Hospital is a running hospital on a data directory of its own.
type Hospital struct {
	T       testing.TB
	App     *tests.TestApp
	Router  *router.Router[*core.RequestEvent]
	Handler http.Handler
	tokens  sync.Map // account name -> token
}

// New opens a copy of the test hospital. It is closed with the test.
func New(t testing.TB) *Hospital {
	t.Helper()
	app, err := tests.NewTestAppWithConfig(appConfig(fixtureDir()))
	if err != nil {
		t.Fatal("open the hospital:", err)
	}
	t.Cleanup(func() {
		app.Cleanup()
		_ = os.Remove(app.DataDir() + ".audit.head") // it stands beside the data
	})
	audit.SetKey(app, []byte(AuditKey))
	kit.Register(app, modules.All)
	hooks.Register(app)
	server.Harden(app)
	audit.SetAttempts(app, 0)
	server.SetRate(app, 0) // tests send more requests than people
	disk.SetSpace(app, func(string) (int64, error) { return 1 << 40, nil })
	apidocs.Register(app, Document)

	routes, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal("build the router:", err)
	}
	h := &Hospital{T: t, App: app, Router: routes}
	// Tests run timed jobs themselves.
	app.OnServe().Unbind("__pbCronStart__", "hospitalAuditFlush", "hospitalOutbox", "hospitalWebhooks",
		"hospitalSessionStore")
	app.OnTerminate().Unbind("hospitalAuditFlush", "hospitalSessionStore")
	serve := &core.ServeEvent{App: app, Router: routes}
	err = app.OnServe().Trigger(serve, func(e *core.ServeEvent) error {
		h.Handler, err = e.Router.BuildMux()
		return err
	})
	if err != nil {
		t.Fatal("serve the hospital:", err)
	}
	return h
}

// appConfig opens a data directory as the server does.
func appConfig(dir string) core.BaseAppConfig {
	return core.BaseAppConfig{DataDir: dir, EncryptionEnv: "pb_test_env", DBConnect: sqlite.Open}
}

// SkipShort skips a long sequential test in short mode, which the run with the race
// detector uses: a test that sends one request after another has nothing to race with.
func SkipShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("long and sequential")
	}
}

// AuditKey is the key of the audit log in every test hospital.
const AuditKey = "the key of the audit log of a test"

// Operator creates a superuser and signs in.
func (h *Hospital) Operator() Client {
	h.T.Helper()
	superusers, err := h.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		h.T.Fatal(err)
	}
	operator := core.NewRecord(superusers)
	operator.SetEmail("operator@example.org")
	operator.SetPassword(Password)
	if err := h.App.Save(operator); err != nil {
		h.T.Fatal("create a superuser:", err)
	}
	token, err := operator.NewAuthToken()
	if err != nil {
		h.T.Fatal("sign the superuser in:", err)
	}
	return h.WithToken(token).SkipContract() // the document does not cover superusers
}

// At sets the hospital's clock.
func (h *Hospital) At(t time.Time) { kit.SetClock(h.App, func() time.Time { return t }) }

// Deliver waits until the realtime streams have been given all changes.
func (h *Hospital) Deliver() { broadcast.Flush(h.App) }

// FreeSpace sets how many bytes are free on the hospital's disk.
func (h *Hospital) FreeSpace(bytes int64) {
	disk.SetSpace(h.App, func(string) (int64, error) { return bytes, nil })
}

// ID returns the id of a record in the test hospital: its name, padded with zeros.
func ID(name string) string { return fixture.ID(name) }

// Record reads a record from the database.
func (h *Hospital) Record(collection, id string) *core.Record {
	h.T.Helper()
	r, err := h.App.FindRecordById(collection, id)
	if err != nil {
		h.T.Fatalf("read %s %s: %v", collection, id, err)
	}
	return r
}

// Count counts the records of a collection.
func (h *Hospital) Count(collection string) int64 {
	h.T.Helper()
	n, err := h.App.CountRecords(collection)
	if err != nil {
		h.T.Fatalf("count %s: %v", collection, err)
	}
	return n
}

// Violations returns the broken invariants as the verify command prints them; empty if
// there are none. With modules, only their invariants are checked.
func (h *Hospital) Violations(of ...kit.Module) string {
	h.T.Helper()
	var report, broken strings.Builder
	if of == nil {
		_ = verify.Run(h.App, modules.All, &report) // the error only has the number
	}
	for _, m := range of {
		for _, invariant := range m.Invariants {
			var ids []string
			if err := h.App.DB().NewQuery(invariant.Violations).Column(&ids); err != nil {
				h.T.Fatalf("%s: %v", invariant.Description, err)
			}
			if len(ids) > 0 {
				report.WriteString("BROKEN  " + invariant.Description + " " + strings.Join(ids, " ") + "\n")
			}
		}
		for _, check := range m.Checks {
			ids, err := check.Violations(h.App)
			if err != nil {
				h.T.Fatalf("%s: %v", check.Description, err)
			}
			if len(ids) > 0 {
				report.WriteString("BROKEN  " + check.Description + " " + strings.Join(ids, " ") + "\n")
			}
		}
	}
	for line := range strings.Lines(report.String()) {
		if strings.HasPrefix(line, "BROKEN") {
			broken.WriteString(line)
		}
	}
	return broken.String()
}

// SQL executes a statement; only triggers and constraints apply.
func (h *Hospital) SQL(statement string) error {
	_, err := h.App.NonconcurrentDB().NewQuery(statement).Execute()
	return err
}

// Damage overwrites the database file but for its first page.
func (h *Hospital) Damage() {
	h.T.Helper()
	if err := h.SQL("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		h.T.Fatal(err)
	}
	file := filepath.Join(h.App.DataDir(), sqlite.DataFile)
	content, err := os.ReadFile(file) // #nosec G304 -- of this test
	if err != nil {
		h.T.Fatal(err)
	}
	const page = 4096
	copy(content[page:], bytes.Repeat([]byte{0xAA}, len(content)-page))
	if err := os.WriteFile(file, content, 0o600); err != nil { // #nosec G703 -- of this test
		h.T.Fatal(err)
	}
	if db, ok := h.App.ConcurrentDB().(*dbx.DB); ok { // new connections have read nothing yet
		db.DB().SetMaxIdleConns(0)
	}
}

// Verify fails the test when an invariant of the hospital is broken.
func (h *Hospital) Verify() {
	h.T.Helper()
	if report := h.Violations(); report != "" {
		h.T.Errorf("invariants are broken\n%s", report)
	}
}
