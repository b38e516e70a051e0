// Package history is one timeline of all that is known of a patient, each entry as
// far as its reader may see it.
package history

import (
	_ "embed"

	"hospital/internal/kit"
)

//go:embed openapi.yaml
var openapi []byte

// Module is the timeline. It holds nothing of its own.
var Module = kit.Module{
	Name:    "history",
	Routes:  func(api *kit.Routes) { api.GET("/patients/{id}/history", timeline) },
	OpenAPI: openapi,
}
