package server

import (
	"context"
	"errors"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/backup"
	"hospital/internal/config"
	"hospital/internal/disk"
	"hospital/internal/journal"
	"hospital/internal/kit"
)

const (
	readyPath    = "/api/hospital/ready"
	queryTimeout = 2 * time.Second
	cacheFor     = time.Second     // how long a result is reused
	maxClockSkew = 2 * time.Minute // between machines
)

// readinessChecks are the conditions for serving requests. The route is public and answers
// only "ok" or "not ok" for each; the reason is logged.
var readinessChecks = []struct {
	name  string
	check func(app core.App) error
}{
	{"database", databaseReads},
	{"writer", databaseWrites},
	{"migrations", migrationsApplied},
	{"disk", diskFree},
	{"clock", clockPlausible},
}

// readiness caches the last result.
type readiness struct {
	lock   sync.Mutex
	at     time.Time
	status int
	body   map[string]any
}

func serveReadiness(app core.App) {
	var r readiness
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalReady", Func: func(se *core.ServeEvent) error {
		se.Router.GET(readyPath, func(e *core.RequestEvent) error {
			status, body := r.check(e.App)
			e.Response.Header().Set("Cache-Control", "no-store")
			return e.JSON(status, body)
		}).Bind(apis.SkipSuccessActivityLog()).Unbind(tokenFaults) // it answers whoever asks
		return se.Next()
	}})
}

func (r *readiness) check(app core.App) (status int, body map[string]any) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if age := kit.Now(app).Sub(r.at); age >= 0 && age < cacheFor {
		return r.status, r.body
	}
	results := map[string]string{}
	status = http.StatusOK
	for _, c := range readinessChecks {
		results[c.name] = "ok"
		if err := c.check(app); err != nil {
			results[c.name], status = "not ok", http.StatusServiceUnavailable
			journal.Log.Error("not ready", "check", c.name, "error", err.Error())
		}
	}
	checked := ""
	if at := backup.Checked(app); !at.IsZero() {
		checked = kit.FormatInstant(at)
	}
	r.at, r.status = kit.Now(app), status
	r.body = map[string]any{"ready": status == http.StatusOK, "checks": results, "backup_checked": checked,
		"mail_server": app.Settings().SMTP.Enabled}
	return r.status, r.body
}

func databaseReads(app core.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	var one int
	return app.ConcurrentDB().NewQuery("SELECT 1 FROM hospital").WithContext(ctx).Row(&one)
}

// databaseWrites writes a number that nothing reads, as durably as every other write. It
// fails when the one connection that writes is not free in time, and when the disk is full.
func databaseWrites(app core.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	number := strconv.Itoa(int(kit.Now(app).Unix() & math.MaxInt32))
	_, err := app.NonconcurrentDB().NewQuery("PRAGMA user_version = " + number).WithContext(ctx).Execute()
	return err
}

func migrationsApplied(app core.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	var files []string
	query := app.ConcurrentDB().NewQuery("SELECT file FROM " + core.DefaultMigrationsTable)
	if err := query.WithContext(ctx).Column(&files); err != nil {
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

func diskFree(app core.App) error {
	free, err := disk.Free(app, app.DataDir())
	if err != nil {
		return err
	}
	if free < config.DiskFreeMB.Int()<<20 {
		return errors.New("the disk of the data directory is almost full")
	}
	return nil
}

// clockPlausible fails when the clock is before the time of the build, or of one of the
// last rows of the audit log: some may have been written since it went back.
func clockPlausible(app core.App) error {
	now := kit.Now(app)
	if now.Before(buildTime().Add(-maxClockSkew)) {
		return errors.New("the clock is before the day this program was built")
	}
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	var newest []string
	query := app.ConcurrentDB().NewQuery("SELECT MAX(at) FROM (SELECT at FROM audit_log ORDER BY seq DESC LIMIT 1000) " +
		"HAVING MAX(at) IS NOT NULL")
	err := query.WithContext(ctx).Column(&newest)
	if err != nil || len(newest) == 0 {
		return err
	}
	at, err := kit.ParseInstant(newest[0])
	if err != nil {
		return err
	}
	if at.After(now.Add(maxClockSkew)) {
		return errors.New("the clock is before a row of the audit log: it went back")
	}
	return nil
}

// buildTime returns when the source was committed, if the build recorded it.
func buildTime() time.Time {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return at
			}
		}
	}
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
}
