package operations

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// announce prints where the hospital's pages are, once it listens. The first
// lines, with the server's address, are PocketBase's own.
func announce(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalAnnounce", Priority: -999, Func: func(se *core.ServeEvent) error {
		if err := se.Next(); err != nil {
			return err
		}
		scheme := "http"
		if strings.HasSuffix(se.Server.Addr, ":443") {
			scheme = "https"
		}
		fmt.Printf("Portal    %[1]s://%[2]s/\nDashboard %[1]s://%[2]s/_/\nAPI docs  %[1]s://%[2]s/api/docs\n", scheme, se.Server.Addr)
		return nil
	}})
}
