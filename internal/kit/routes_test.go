package kit

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"
)

// routed is an app that serves routes about accounts. Members may read their own account,
// visitors no account. Its access log is a list of "action record".
type routed struct {
	*tests.TestApp
	handler http.Handler
	log     []string
}

func serveForTest(t *testing.T, routes ...Route) *routed {
	t.Helper()
	app, err := tests.NewTestApp(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Cleanup)
	r := &routed{TestApp: app}
	users := Collection{Name: "users", Policy: Policy{"member": {Read: Own("id")}, "author": {Read: Own("id")}},
		SignIn: SignIn{RoleField: "role", StatusField: "status", Active: "active"}}
	app.Store().Set(signInKey, users.SignIn)
	app.Store().Set(accessLogKey, AccessLog(func(_ core.App, _ Actor, action string, rows ...Row) {
		for _, row := range rows {
			r.log = append(r.log, action+" "+row.ID)
		}
	}))
	stored, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	stored.Fields.Add(&core.TextField{Name: "role"}, &core.TextField{Name: "status"})
	if err := app.Save(stored); err != nil {
		t.Fatal(err)
	}
	AddRoutes(app, routes...)
	serveRoutes(app, Catalog{"users": users})
	r.handler, err = buildHandler(app)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func buildHandler(app core.App) (handler http.Handler, err error) {
	router, err := apis.NewRouter(app)
	if err != nil {
		return nil, err
	}
	app.OnServe().Unbind("__pbCronStart__")
	err = app.OnServe().Trigger(&core.ServeEvent{App: app, Router: router}, func(e *core.ServeEvent) error {
		handler, err = e.Router.BuildMux()
		return err
	})
	return handler, err
}

// account creates an active account with a role.
func (r *routed) account(t *testing.T, role Role) *core.Record {
	t.Helper()
	users, err := r.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	u := core.NewRecord(users)
	u.Load(map[string]any{"email": string(role) + "@example.org", "password": "correct horse",
		"role": string(role), "status": "active"})
	if err := r.Save(u); err != nil {
		t.Fatal(err)
	}
	return u
}

// get calls a route below RoutePrefix; without an account as a guest.
func (r *routed) get(t *testing.T, account *core.Record, path string) (status int) {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, RoutePrefix+path, nil)
	if account != nil {
		token, err := account.NewAuthToken()
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", token)
	}
	answer := httptest.NewRecorder()
	defer func() {
		recovered := recover()
		if err, ok := recovered.(error); recovered != nil && (!ok || !errors.Is(err, http.ErrAbortHandler)) {
			panic(recovered)
		}
	}()
	r.handler.ServeHTTP(answer, request)
	return answer.Code
}

func answer(r *Request) error { return r.String(http.StatusOK, "answer") }

func TestRouteRefusesInOrder(t *testing.T) {
	t.Parallel()
	r := serveForTest(t,
		Route{Path: "GET /open", Roles: []Role{Guest, "member"}, Handler: answer},
		Route{Path: "GET /plain", Roles: []Role{"member"}, Handler: answer},
		Route{Path: "GET /accounts/{id}", Roles: []Role{"member"}, Record: "users", Handler: answer},
	)
	member, author, visitor := r.account(t, "member"), r.account(t, "author"), r.account(t, "visitor")
	for _, c := range []struct {
		who  *core.Record
		path string
		want int
	}{
		{nil, "/open", 200}, {member, "/open", 200}, {visitor, "/open", 403},
		{nil, "/plain", 401}, {member, "/plain", 200}, {visitor, "/plain", 403},
		{nil, "/accounts/" + member.Id, 401}, {member, "/accounts/" + member.Id, 200},
		{member, "/accounts/" + author.Id, 404}, {member, "/accounts/nothing", 404}, // may read other records only
		{author, "/accounts/" + author.Id, 403}, {author, "/accounts/nothing", 403}, // their role is not in the row
		{visitor, "/accounts/" + visitor.Id, 404}, {visitor, "/accounts/nothing", 404}, // may read no accounts
	} {
		name := "a guest"
		if c.who != nil {
			name = c.who.GetString("role")
		}
		if got := r.get(t, c.who, c.path); got != c.want {
			t.Errorf("%s gets %d from %s, want %d", name, got, c.path, c.want)
		}
	}
}

func TestRouteIsAuditedWhenItHasAnswered(t *testing.T) {
	t.Parallel()
	handlers := map[string]func(r *Request) error{
		"answered": answer,
		"refused":  func(*Request) error { return Conflict("status", "wrong_state", "Not now.") },
		"file": func(r *Request) error {
			r.Attach("a.txt", "text/plain")
			return answer(r)
		},
		"broken": func(r *Request) error {
			if _, err := fmt.Fprint(r.Response, "half of "); err != nil {
				return err
			}
			panic(http.ErrAbortHandler)
		},
	}
	var routes []Route
	for name, handler := range handlers {
		routes = append(routes, Route{Path: "GET /" + name + "/{id}", Roles: []Role{"member"}, Record: "users",
			Audit: "read", Handler: handler})
	}
	routes = append(routes, Route{Path: "GET /unnamed/{id}", Roles: []Role{"member"}, Record: "users", Handler: answer})
	r := serveForTest(t, routes...)
	member := r.account(t, "member")
	for name, want := range map[string][]string{
		"answered": {"read " + member.Id}, "unnamed": {"view " + member.Id}, "file": {"export " + member.Id},
		"refused": nil, "broken": {"read " + member.Id},
	} {
		r.log = nil
		r.get(t, member, "/"+name+"/"+member.Id)
		if !slices.Equal(r.log, want) {
			t.Errorf("%s: the log has %q, want %q", name, r.log, want)
		}
	}
}

func TestAuditedRouteNeedsAnAccessLog(t *testing.T) {
	t.Parallel()
	app, err := tests.NewTestApp(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Cleanup)
	AddRoutes(app, Route{Path: "GET /accounts/{id}", Record: "users", Handler: answer})
	serveRoutes(app, Catalog{})
	if _, err := buildHandler(app); err == nil {
		t.Error("a route without an access log is served")
	}
}
