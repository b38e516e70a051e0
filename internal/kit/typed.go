package kit

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// refuseTypedRecords refuses to save or delete a typed record such as Bill itself; the right call is
// app.Save(bill.Record). A typed record embeds *core.Record, so it compiles as a core.Model.
// NB! PocketBase would write it without any record hook: no validation, no lifecycle, no audit entry.
func refuseTypedRecords(app core.App) {
	handler := &hook.Handler[*core.ModelEvent]{Priority: orderTyped, Func: func(e *core.ModelEvent) error {
		switch e.Model.(type) {
		case *core.Record, core.RecordProxy: // those that PocketBase has record hooks for
			return e.Next()
		case interface{ Fresh() *core.Record }: // embeds one
			return fmt.Errorf("%T is saved or deleted without its hooks: pass its .Record", e.Model)
		}
		return e.Next()
	}}
	app.OnModelCreate().Bind(handler)
	app.OnModelUpdate().Bind(handler)
	app.OnModelDelete().Bind(handler)
}
