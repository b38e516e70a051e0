package server

import (
	"context"
	"math"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/sync/semaphore"

	"hospital/internal/kit"
)

// goShare is Go's part of the memory. The rest is for SQLite's page caches, which Go does not count.
const goShare = 0.75

// garbage is how much garbage there may be for what is in use, in per cent. Twice Go's default costs some 20 MB
// and saves a twentieth of the time of a write.
const garbage = 200

// limitMemory has Go collect garbage less often, but more often when the memory that the system grants
// (the cgroup's limit) runs out. GOGC and GOMEMLIMIT in the environment take precedence.
func limitMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	_, _ = memlimit.Set(memlimit.WithRatio(goShare)) // where there are no cgroups there is no limit
}

// memoryLimit is the limit in bytes; 0 if there is none.
func memoryLimit() int64 {
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		return limit
	}
	return 0
}

const (
	smallBody   = 64 * kib // a smaller one does not wait for memory
	bodyMemory  = 64 * mib // bodies in flight
	decodedText = 4        // a byte of JSON counts so often, because decoding copies it
	maxBodyWait = 2 * time.Second
	retryMemory = 5 * time.Second
)

// memory bounds the sum of the bodies that are handled at once.
type memory struct {
	free    *semaphore.Weighted
	share   int64 // of one account, so that its stalled uploads do not stop those of others
	refused atomic.Int64
	lock    sync.Mutex
	taken   map[string]int64 // by account
}

const memoryKey = "hospital.memory"

// SetBodyMemory sets how many bytes of bodies are handled at once. Tests use it.
func SetBodyMemory(app core.App, bytes int64) { app.Store().Set(memoryKey, newMemory(bytes)) }

func newMemory(bytes int64) *memory {
	return &memory{free: semaphore.NewWeighted(bytes), share: bytes / 2, taken: map[string]int64{}}
}

func memoryOf(app core.App) *memory {
	return app.Store().GetOrSet(memoryKey, func() any { return newMemory(bodyMemory) }).(*memory)
}

// reserveMemory waits until there is memory for the body of a request. A body whose
// length is not announced counts as the largest that the route takes.
func reserveMemory(e *core.RequestEvent, largest int64) (release func(), err error) {
	weight := e.Request.ContentLength
	if weight < 0 {
		weight = largest
	}
	if weight <= smallBody {
		return func() {}, nil
	}
	if bodyFormat(e) != multipartBody {
		weight *= decodedText
	}
	m, account := memoryOf(e.App), e.Auth.Id // a guest's body is small
	if !m.take(account, weight) {
		return nil, kit.TooManyRequests(e, "request", "too_many_requests",
			"You are sending too many large requests at once. Wait until one is finished.", retryMemory)
	}
	ctx, cancel := context.WithTimeout(e.Request.Context(), maxBodyWait)
	defer cancel()
	if m.free.Acquire(ctx, weight) != nil {
		m.give(account, weight)
		m.refused.Add(1)
		return nil, kit.Unavailable(e, "request", "overloaded",
			"The server is busy with other large requests. Try again in a few seconds.", retryMemory)
	}
	return func() {
		m.free.Release(weight)
		m.give(account, weight)
	}, nil
}

// take counts a body for its account. The first one may be larger than the share.
func (m *memory) take(account string, weight int64) bool {
	m.lock.Lock()
	defer m.lock.Unlock()
	taken := m.taken[account]
	if taken > 0 && taken+weight > m.share {
		return false
	}
	m.taken[account] = taken + weight
	return true
}

func (m *memory) give(account string, weight int64) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.taken[account] -= weight; m.taken[account] <= 0 {
		delete(m.taken, account)
	}
}
