package hospitaltest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/hooks"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/audit"
)

const (
	// settleTime is the minimum time between the last change of the sources and the linking of
	// the test. A source that changed later may differ from the compiled one.
	settleTime = time.Minute
	keepTime   = 3 * time.Hour
)

// fixtureDir returns the data directory of the fixture, which every test copies. It is made
// once for all packages and kept in the user's cache directory until the sources or the hour
// change. The times of its visits are relative to the present.
var fixtureDir = sync.OnceValue(func() string {
	dir, err := findOrBuild(time.Now())
	if err != nil {
		panic(fmt.Errorf("fill the hospital of the tests: %w", err))
	}
	return dir
})

func findOrBuild(now time.Time) (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	sources, newest, err := hashSources()
	if err != nil {
		return "", err
	}
	linked, err := linkTime()
	if err != nil {
		return "", err
	}
	shared := filepath.Join(cache, sources+now.UTC().Format("-2006010215"))
	settled := newest.Before(linked.Add(-settleTime))
	if _, err := os.Stat(shared); err == nil && settled {
		return shared, nil
	}
	removeOld(cache, now)
	dir, err := os.MkdirTemp(cache, "new-")
	if err != nil {
		return "", err
	}
	if err := build(dir); err != nil {
		return "", err
	}
	if settled && os.Rename(dir, shared) == nil {
		return shared, nil
	}
	return dir, nil // the rename fails if another package was faster
}

func cacheDir() (string, error) {
	user, err := os.UserCacheDir()
	if err != nil { // as in a container without a home
		user = os.TempDir()
	}
	dir := filepath.Join(user, "hospital-test")
	return dir, os.MkdirAll(dir, 0o700)
}

// hashSources hashes everything that the fixture depends on: the sources of the module,
// except for tests, and the versions of its dependencies. newest is the time of the last
// change.
func hashSources() (hash string, newest time.Time, err error) {
	root, err := moduleRoot()
	if err != nil {
		return "", newest, err
	}
	sum := sha256.New()
	for _, part := range []string{"go.mod", "go.sum", "hooks", "internal", "migrations", "modules"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "node_modules":
				return filepath.SkipDir
			case d.IsDir(), part != d.Name() && filepath.Ext(path) != ".go", strings.HasSuffix(path, "_test.go"):
				return nil
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			content, err := os.ReadFile(path) // #nosec G304 G122 -- a source of this module
			if err != nil {
				return err
			}
			if info.ModTime().After(newest) {
				newest = info.ModTime()
			}
			fmt.Fprintf(sum, "%s %d\n%s", strings.TrimPrefix(path, root), len(content), content)
			return nil
		})
		if err != nil {
			return "", newest, err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), newest, nil
}

// moduleRoot is the directory with go.mod. `go test` runs a test in its package's directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run the tests inside the module")
		}
		dir = parent
	}
	return "", err
}

// linkTime is when this test binary was built.
func linkTime() (time.Time, error) {
	path, err := os.Executable()
	if err != nil {
		return time.Time{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// removeOld removes hospitals of earlier hours, which no test uses any more.
func removeOld(cache string, now time.Time) {
	entries, _ := os.ReadDir(cache)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > keepTime {
			_ = os.RemoveAll(filepath.Join(cache, entry.Name()))
		}
	}
}

// build migrates a new database in a directory and fills it.
func build(dir string) error {
	app := core.NewBaseApp(appConfig(dir))
	isAudit := func(m kit.Module) bool { return m.Name == "audit" } // the log starts empty
	const checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)"
	steps := []func() error{
		app.Bootstrap,
		app.RunAllMigrations,
		func() error { return cheapPasswords(app) },
		func() error {
			audit.SetKey(app, []byte(AuditKey))
			kit.Register(app, slices.DeleteFunc(slices.Clone(modules.All), isAudit))
			hooks.Register(app)
			return app.RunInTransaction(fill)
		},
		func() error { _, err := app.NonconcurrentDB().NewQuery(checkpoint).Execute(); return err },
		func() error { _, err := app.AuxNonconcurrentDB().NewQuery(checkpoint).Execute(); return err },
		app.ClearBootstrap,
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}
