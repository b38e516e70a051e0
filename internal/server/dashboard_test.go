package server_test

import (
	"net"
	"net/http"
	"testing"

	"hospital/internal/demo"
	_ "hospital/migrations"
)

func TestTheDashboardHasAListenerOfItsOwn(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	inside := free.Addr().String()
	_ = free.Close()
	public := serve(t, demoData(t), "HOSPITAL_DASHBOARD_HTTP="+inside)
	public.waitFor(t, "serving the dashboard")
	private := &process{address: inside, cmd: public.cmd}
	password := map[string]any{"identity": "operator@hospital.example", "password": demo.Password}
	for _, c := range []struct {
		method, path string
		body         map[string]any
	}{
		{http.MethodPost, "/api/collections/_superusers/auth-with-password", password},
		{http.MethodPost, "/api/collections/pbc_3142635823/auth-with-password", password},
		{http.MethodGet, "/api/collections/_SuperUsers/auth-methods", nil},
	} {
		if status, err := public.do(c.method, c.path, c.body); err != nil || status != http.StatusNotFound {
			t.Errorf("outside, %s answered %d %v", c.path, status, err)
		}
		if status, err := private.do(c.method, c.path, c.body); err != nil || status != http.StatusOK {
			t.Errorf("inside, %s answered %d %v", c.path, status, err)
		}
	}
	if status, _ := public.header(t, http.MethodGet, "/_/", ""); status != http.StatusNotFound {
		t.Errorf("outside, the dashboard answered %d", status)
	}
	if status, _ := private.header(t, http.MethodGet, "/_/", ""); status != http.StatusOK {
		t.Errorf("inside, the dashboard answered %d", status)
	}
	private.signInOperator(t)
	public.token = private.token
	for _, s := range []struct {
		*process
		want int
	}{{private, http.StatusOK}, {public, http.StatusNotFound}} {
		if status, err := s.do(http.MethodGet, "/api/settings", nil); err != nil || status != s.want {
			t.Errorf("the settings answered %d %v, want %d", status, err, s.want)
		}
	}
	public.token = ""
	public.signIn(t, "reception@hospital.example")
}
