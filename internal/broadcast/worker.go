package broadcast

import (
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// worker does jobs one after the other. It has a goroutine while there are any.
type worker struct {
	lock sync.Mutex
	jobs []func() // the first one is being done
}

// headStart is how long a worker leaves the processors to the request whose change it sends.
const headStart = 2 * time.Millisecond

func (w *worker) do(app core.App, job func()) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.jobs = append(w.jobs, job)
	if len(w.jobs) == 1 {
		go w.run(app)
	}
}

func (w *worker) run(app core.App) {
	time.Sleep(headStart)
	w.lock.Lock()
	defer w.lock.Unlock()
	for len(w.jobs) > 0 {
		job := w.jobs[0]
		w.lock.Unlock()
		safely(app, job)
		w.lock.Lock()
		w.jobs[0] = nil
		w.jobs = w.jobs[1:]
	}
}

// safely survives the panic of a job.
func safely(app core.App, job func()) {
	defer func() {
		if p := recover(); p != nil {
			app.Logger().Error("deliver a change to the streams", "error", fmt.Sprint(p))
		}
	}()
	job()
}

// length returns the number of jobs that are not done.
func (w *worker) length() int {
	w.lock.Lock()
	defer w.lock.Unlock()
	return len(w.jobs)
}
