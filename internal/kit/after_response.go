package kit

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"
)

const (
	asideKey   = "hospital.aside"
	asideWaits = 5 * time.Second // when the hospital stops
)

// AfterResponse does what nobody who asked waits for, such as sending a mail, after the
// answer and outside of any transaction. It rests before it begins, so that the time
// an answer takes does not tell whether anything is done. A stop waits for it a moment.
func AfterResponse(app core.App, what string, work func() error) {
	going := asides(app)
	routine.FireAndForget(func() {
		time.Sleep(20*time.Millisecond + rand.N(100*time.Millisecond)) // #nosec G404 -- it blurs a time, and keeps no secret
		if err := work(); err != nil {
			app.Logger().Error(what, "error", err)
		}
	}, going)
}

func asides(app core.App) *sync.WaitGroup {
	return app.Store().GetOrSet(asideKey, func() any { return &sync.WaitGroup{} }).(*sync.WaitGroup)
}

// finishAsides lets what was begun come to its end before the hospital is closed.
func finishAsides(app core.App) {
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		done := make(chan struct{})
		go func() {
			asides(e.App).Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(asideWaits):
		}
		return e.Next()
	})
}
