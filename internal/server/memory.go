package server

import (
	"math"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// goShare is Go's part of the memory. The rest is for SQLite's page caches, which Go does not count.
const goShare = 0.75

// limitMemory has Go collect garbage more often when the memory that the system grants
// (the cgroup's limit) runs out. GOMEMLIMIT in the environment takes precedence.
func limitMemory() {
	_, _ = memlimit.Set(memlimit.WithRatio(goShare)) // where there are no cgroups there is no limit
}

// memoryLimit is the limit in bytes; 0 if there is none.
func memoryLimit() int64 {
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		return limit
	}
	return 0
}
