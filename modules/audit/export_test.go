package audit

import "github.com/pocketbase/pocketbase/core"

// FlushTick does what the server does every second.
func FlushTick(app core.App) error { return app.Store().Get(bufferName).(*buffer).flush(false) }
