package audit

import (
	"net/http"

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

func routes(api *kit.Routes) {
	api.GET("/audit/verify", func(e *core.RequestEvent) error {
		actor, err := kit.RequireCaller(e)
		if err != nil {
			return err
		}
		if actor.Role != role.Admin {
			return e.ForbiddenError("Only admins verify the audit log.", nil)
		}
		if err := Flush(e.App); err != nil {
			return err
		}
		report, err := Verify(e.App)
		if err != nil {
			return err
		}
		return e.JSON(http.StatusOK, report)
	})
}
