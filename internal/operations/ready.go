package operations

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

const (
	readyPath = "/api/hospital/ready"
	soon      = 2 * time.Second // how long a database may take to answer
	fresh     = time.Second     // how long what was found is told again
	slack     = 2 * time.Minute // how far clocks may differ
)

// checks are what a server needs to work, by the name under which it says so. What
// is wrong stands in the journal: everybody may ask, and hears no more than ok or not.
var checks = []struct {
	name string
	good func(app core.App) error
}{
	{"database", reads},
	{"writer", writes},
	{"migrations", migrated},
	{"disk", roomy},
	{"clock", sane},
}

// readiness is what was found last.
type readiness struct {
	lock   sync.Mutex
	at     time.Time
	status int
	answer map[string]any
}

// ready serves whether the hospital is fit for work. Asking often is cheap: what
// was found is told again for a second.
func ready(app core.App) {
	var r readiness
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalReady", Func: func(se *core.ServeEvent) error {
		se.Router.GET(readyPath, func(e *core.RequestEvent) error {
			status, answer := r.look(e.App)
			e.Response.Header().Set("Cache-Control", "no-store")
			return e.JSON(status, answer)
		}).Bind(apis.SkipSuccessActivityLog())
		return se.Next()
	}})
}

func (r *readiness) look(app core.App) (status int, answer map[string]any) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if age := kit.Now(app).Sub(r.at); age >= 0 && age < fresh {
		return r.status, r.answer
	}
	found := map[string]string{}
	status = http.StatusOK
	for _, check := range checks {
		found[check.name] = "ok"
		if err := check.good(app); err != nil {
			found[check.name], status = "not ok", http.StatusServiceUnavailable
			journal.Error("not ready", "check", check.name, "error", err.Error())
		}
	}
	r.at, r.status, r.answer = kit.Now(app), status, map[string]any{"ready": status == http.StatusOK, "checks": found}
	return r.status, r.answer
}

func reads(app core.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	var one int
	return app.ConcurrentDB().NewQuery("SELECT 1 FROM hospital").WithContext(ctx).Row(&one)
}

// writes asks by the one connection that writes: it answers when whoever has it
// gives it back in time.
func writes(app core.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	var one int
	return app.NonconcurrentDB().NewQuery("SELECT 1").WithContext(ctx).Row(&one)
}

func migrated(app core.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	var files []string
	if err := app.ConcurrentDB().NewQuery("SELECT file FROM " + core.DefaultMigrationsTable).WithContext(ctx).Column(&files); err != nil {
		return err
	}
	applied := map[string]bool{}
	for _, file := range files {
		applied[file] = true
	}
	for _, m := range core.AppMigrations.Items() {
		if !applied[m.File] {
			return errors.New("the migration " + m.File + " is not applied")
		}
	}
	return nil
}

// sane says whether the clock can be right: not before the program was built, and
// not before the last thing that was written down.
func sane(app core.App) error {
	now := kit.Now(app)
	if err := unless(now.After(built().Add(-slack)), "the clock stands before the day this program was built"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	var newest []string
	if err := app.ConcurrentDB().NewQuery("SELECT at FROM audit_log ORDER BY seq DESC LIMIT 1").WithContext(ctx).Column(&newest); err != nil || len(newest) == 0 {
		return err
	}
	at, err := kit.ParseInstant(newest[0])
	if err != nil {
		return err
	}
	return unless(!at.After(now.Add(slack)), "the clock stands before the last row of the audit log")
}

// built is when the source of the program was committed, as far as it is known.
func built() time.Time {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return at
			}
		}
	}
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
}

// roomy says whether the disk of the data has room for more.
func roomy(app core.App) error {
	free, err := freeBytes(app.DataDir())
	if err != nil {
		return err
	}
	return unless(free >= numberOf(diskEnv)<<20, "the disk of the data is almost full")
}
