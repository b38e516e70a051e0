package kit

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"
)

const (
	backgroundKey     = "hospital.background"
	backgroundTimeout = 5 * time.Second // how long a stopping server waits for background work
)

// AfterResponse runs work that the client does not wait for, such as sending a mail, in
// the background and outside of any transaction. An error is logged under what.
//
// It starts after a random delay, so that the response time does not reveal whether there
// was any work: a sign-in code is sent only to addresses that have an account.
func AfterResponse(app core.App, what string, work func() error) {
	running := backgroundWork(app)
	routine.FireAndForget(func() {
		time.Sleep(20*time.Millisecond + rand.N(100*time.Millisecond)) // #nosec G404 -- hides a duration, not a secret
		if err := work(); err != nil {
			app.Logger().Error(what, "error", err)
		}
	}, running)
}

func backgroundWork(app core.App) *sync.WaitGroup {
	return app.Store().GetOrSet(backgroundKey, func() any { return &sync.WaitGroup{} }).(*sync.WaitGroup)
}

// waitForBackground makes a stopping server wait for the work of AfterResponse, for at
// most backgroundTimeout.
func waitForBackground(app core.App) {
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		done := make(chan struct{})
		go func() {
			backgroundWork(e.App).Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(backgroundTimeout):
		}
		return e.Next()
	})
}
