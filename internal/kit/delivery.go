package kit

import "github.com/pocketbase/pocketbase/core"

const deliveryKey = "kit.delivery"

type deliveryFuncs []func(app core.App, auth, sent *core.Record)

// OnDelivery binds a function to every message that a realtime stream gets: the account, nil for
// a guest, and the record with its expansions. Others get the same record: do not change it.
func OnDelivery(app core.App, told func(app core.App, auth, sent *core.Record)) {
	bound, _ := app.Store().Get(deliveryKey).(deliveryFuncs)
	app.Store().Set(deliveryKey, append(bound, told))
}

// Delivered calls the functions of OnDelivery.
func Delivered(app core.App, auth, sent *core.Record) {
	bound, _ := app.Store().Get(deliveryKey).(deliveryFuncs)
	for _, told := range bound {
		told(app, auth, sent)
	}
}
