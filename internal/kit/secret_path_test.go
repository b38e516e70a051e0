package kit

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

func TestPublicPathsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	AddRoutes(app, Route{Path: "GET /doors/{key}", Secret: true}, Route{Path: "GET /rooms/{id}"})
	for address, want := range map[string]string{
		"/api/hospital/doors/abc":           "/api/hospital/doors/***",
		"/api/hospital/doors/abc/def?x=1":   "/api/hospital/doors/***",
		"/api/hospital/%64oors/abc":         "/api/hospital/doors/***",
		"/api//hospital/x/../doors/abc":     "/api/hospital/doors/***",
		"GET /api/hospital/doors/abc":       "GET /api/hospital/doors/***",
		"/api/hospital/rooms/abc?filter=x":  "/api/hospital/rooms/abc",
		"/api/hospital/doors":               "/api/hospital/doors",
		"/api/hospital/rooms/%zz?x":         "/api/hospital/rooms/%zz",
		"http://h.example/rooms/a/?token=x": "http://h.example/rooms/a/",
	} {
		if got := PublicPath(app, address); got != want {
			t.Errorf("%s is logged as %s, want %s", address, got, want)
		}
	}
}
