package server

import (
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/internal/config"
	"hospital/internal/disk"
	"hospital/internal/journal"
	"hospital/internal/kit"
)

// retryDisk is when a client may try an upload again.
const retryDisk = 10 * time.Minute

// keepReserve keeps the last free space for the database: below the reserve uploads are
// refused and requests are not logged, while bookings go on.
func keepReserve(app core.App) {
	r := &reserve{}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalReserve", Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalReserve", Priority: kit.OrderFormLimits,
			Func: r.refuseUploads})
		return se.Next()
	}})
	app.OnModelCreate(core.LogsTableName).Bind(&hook.Handler[*core.ModelEvent]{Id: "hospitalReserve",
		Func: func(e *core.ModelEvent) error {
			if r.reached(e.App) {
				return nil // the log is dropped
			}
			return e.Next()
		}})
}

// reserve remembers whether the last look found too little space, to log each change once.
type reserve struct{ low atomic.Bool }

func (r *reserve) reached(app core.App) bool {
	least := config.DiskReserveMB.Int() << 20
	if least == 0 {
		return false
	}
	free, err := disk.Free(app, app.DataDir())
	low := err == nil && free < least
	if r.low.Swap(low) != low {
		journal.Log.Warn("disk reserve", "uploads_and_logs_stopped", low, "free_bytes", free, "reserve_bytes", least)
	}
	return low
}

func (r *reserve) refuseUploads(e *core.RequestEvent) error {
	if bodyFormat(e) != multipartBody || !r.reached(e.App) {
		return e.Next()
	}
	if err := e.Request.ParseMultipartForm(router.DefaultMaxMemory); err != nil || len(e.Request.MultipartForm.File) == 0 {
		return e.Next() // the handler finds the same error, if it reads the form
	}
	return kit.Unavailable(e, "file", "disk_full",
		"The hospital's disk is almost full, and takes no files at the moment. Upload this one later.", retryDisk)
}
