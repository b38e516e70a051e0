// Package disk returns the free disk space.
package disk

import (
	"strconv"

	"github.com/pocketbase/pocketbase/core"
)

// Space returns the number of bytes that can be written to the disk of a directory.
type Space func(dir string) (int64, error)

const spaceKey = "hospital.disk"

// assumed is a number of bytes that a build for tests takes for the free space, on whatever
// disk it runs: go build -ldflags "-X hospital/internal/disk.assumed=1000000".
var assumed string

// SetSpace replaces the free space that an app finds, which is the machine's by default.
func SetSpace(app core.App, s Space) { app.Store().Set(spaceKey, s) }

// Free returns the number of bytes that can be written to the disk of a directory.
func Free(app core.App, dir string) (int64, error) {
	if s, ok := app.Store().Get(spaceKey).(Space); ok {
		return s(dir)
	}
	if assumed != "" {
		return strconv.ParseInt(assumed, 10, 64)
	}
	return free(dir)
}
